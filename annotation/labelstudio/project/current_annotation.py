"""Choice between an annotation and its mended copies: the latest one counts, never both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from annotation.labelstudio.convert.schemas import Annotation
from annotation.labelstudio.server.paging import moment


def current(annotations: Iterable[Annotation]) -> list[Annotation]:
    """The annotations of one task by ascending number, without those replaced by another one.

    A mended annotation and its original count as one. If the annotator changed the original after it was mended, the
    original is the later one and counts.
    """
    by_id = {annotation.id: annotation for annotation in annotations if annotation.id is not None}
    latest: dict[int, Annotation] = {}
    for number in sorted(by_id):
        original = _original(number, by_id)
        previous = latest.get(original)
        if previous is None or _updated(by_id[number]) >= _updated(previous):
            latest[original] = by_id[number]
    return sorted(latest.values(), key=lambda annotation: annotation.id or 0)


def _original(number: int, by_id: dict[int, Annotation]) -> int:
    """The number of the annotation this one was mended from, over any number of steps; else its own number.

    A parent that was deleted, or that belongs to another annotator, is ignored.
    """
    visited: set[int] = set()
    while number not in visited:
        visited.add(number)
        parent = by_id[number].mended_from
        if parent not in by_id or by_id[parent].annotator != by_id[number].annotator:
            return number
        number = parent
    return min(visited)


def _updated(annotation: Annotation) -> datetime:
    return moment(annotation.updated_at) if annotation.updated_at else datetime.min.replace(tzinfo=UTC)
