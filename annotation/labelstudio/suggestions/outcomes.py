"""What became of each mark of a suggestion in the annotation made from it. Pure.

A region keeps its id whatever the annotator does to it, so ids tell most. Some remove a region and mark the words
again instead of moving its ends: what is left over on both sides is matched by overlap, within triggers and entities.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from annotation.core.document import Span
from annotation.core.matching import assign
from annotation.labelstudio.convert import schemas

ROLE, LINK = "role", "link"
LAYERS = (schemas.TRIGGER, schemas.ENTITY, ROLE, LINK)

ACCEPTED, BOUNDARIES, TYPE, BOTH, DELETED, ADDED = "accepted", "boundaries", "type", "both", "deleted", "added"
EDITED = (BOUNDARIES, TYPE, BOTH)
FATES: Mapping[str, str] = {
    ACCEPTED: "as suggested",
    BOUNDARIES: "other ends, same label",
    TYPE: "same words, another label",
    BOTH: "other ends and another label",
    DELETED: "taken away",
    ADDED: "marked by hand, not suggested",
}

OutcomeKey: TypeAlias = tuple[str, str, str]
"""A layer, the label suggested (for what was added: the label marked), and a fate."""
Arrow: TypeAlias = tuple[str, str, str]
"""Region id, region id, code."""


@dataclass
class RegionMarks:
    """Spans by region id, layer by layer, and arrows."""

    spans: dict[str, dict[str, Span]] = field(default_factory=lambda: {schemas.TRIGGER: {}, schemas.ENTITY: {}})
    arrows: set[Arrow] = field(default_factory=set)


def marks(rows: Sequence[object], titles: Mapping[str, str]) -> RegionMarks:
    """The regions and arrows among the rows. Rows that cannot be read say nothing here; a pull quarantines them."""
    codes = {title: code for code, title in titles.items()}
    found = RegionMarks()
    for raw in rows:
        try:
            row = schemas.row(raw)
            if isinstance(row, schemas.Labels):
                for label in row.value.labels[:1]:
                    found.spans.setdefault(row.from_name, {})[row.id] = Span(row.value.start, row.value.end, label)
            elif isinstance(row, schemas.Relation):
                found.arrows |= {(row.from_id, row.to_id, codes.get(title, title)) for title in row.labels}
        except ValueError:
            continue
    return found


def fates(suggested: RegionMarks, submitted: RegionMarks, links: Collection[str] = ()) -> Counter[OutcomeKey]:
    """How often what became of what. `links` are the codes of arrows that are no roles."""
    counted: Counter[OutcomeKey] = Counter()
    became: dict[str, str] = {}
    for layer in (schemas.TRIGGER, schemas.ENTITY):
        ours, theirs = suggested.spans[layer], submitted.spans[layer]
        became |= (pairs := _pairs(ours, theirs))
        for id, span in ours.items():
            counted[layer, span.label, _fate(span, theirs[pairs[id]]) if id in pairs else DELETED] += 1
        for id in theirs.keys() - set(pairs.values()):
            counted[layer, theirs[id].label, ADDED] += 1
    for code, fate in _arrows(suggested.arrows, submitted.arrows, became):
        counted[LINK if code in links else ROLE, code, fate] += 1
    return counted


def _pairs(ours: Mapping[str, Span], theirs: Mapping[str, Span]) -> dict[str, str]:
    """Region id -> region id: the same, or of what overlaps most among the others."""
    pairs = {id: id for id in ours if id in theirs}
    left, right = ([id for id in side if id not in pairs] for side in (ours, theirs))
    matched = assign([ours[id] for id in left], [theirs[id] for id in right])
    return pairs | {left[i]: right[j] for i, j in matched}


def _fate(suggested: Span, submitted: Span) -> str:
    same_words = (suggested.start, suggested.end) == (submitted.start, submitted.end)
    if suggested.label == submitted.label:
        return ACCEPTED if same_words else BOUNDARIES
    return TYPE if same_words else BOTH


def _arrows(ours: set[Arrow], theirs: set[Arrow], became: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The code and fate of each arrow. It stays where its ends go; with another code between them it is edited."""
    moved = sorted(((became.get(a, ""), became.get(b, ""), code) for a, b, code in ours))
    free = theirs - set(moved)
    for arrow in moved:
        other = next((one for one in sorted(free) if one[:2] == arrow[:2]), None)
        if arrow in theirs:
            yield arrow[2], ACCEPTED
        elif other is not None:
            free.remove(other)
            yield arrow[2], TYPE
        else:
            yield arrow[2], DELETED
    yield from ((code, ADDED) for _, _, code in free)
