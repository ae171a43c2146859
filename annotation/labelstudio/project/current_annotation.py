"""Which of an annotator's annotations counts where naba mended one: the later of the two, never both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from annotation.labelstudio.convert.schemas import Annotation
from annotation.labelstudio.server.paging import moment


def current(annotations: Iterable[Annotation]) -> list[Annotation]:
    """The annotations of one task by ascending number, without those another one stands for.

    A mended annotation and the one it was made from are one opinion. If the annotator went on with the old one after
    it was mended, that one is later and counts.
    """
    known = {annotation.id: annotation for annotation in annotations if annotation.id is not None}
    latest: dict[int, Annotation] = {}
    for number in sorted(known):
        first = _first(number, known)
        best = latest.get(first)
        if best is None or _changed(known[number]) >= _changed(best):
            latest[first] = known[number]
    return sorted(latest.values(), key=lambda annotation: annotation.id or 0)


def _first(number: int, known: dict[int, Annotation]) -> int:
    """The annotation this one was made from, over any number of times; itself when by nobody's mending.

    A parent that was deleted, or is another annotator's, stands for nothing.
    """
    seen: set[int] = set()
    while number not in seen:
        seen.add(number)
        parent = known[number].mended_from
        if parent not in known or known[parent].annotator != known[number].annotator:
            return number
        number = parent
    return min(seen)


def _changed(annotation: Annotation) -> datetime:
    return moment(annotation.updated_at) if annotation.updated_at else datetime.min.replace(tzinfo=UTC)
