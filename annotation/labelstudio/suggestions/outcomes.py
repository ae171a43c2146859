"""Outcome of each span and arrow of a suggestion in the annotation made from it. Pure.

A region keeps its id whatever the annotator does to it, so most regions are matched by id. Some annotators delete a
region and annotate the words again instead of moving its ends: what remains unmatched on both sides is matched by
overlap, within triggers and within entities.
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
"""Layer, suggested label (of an added mark: its own label), and fate."""
Arrow: TypeAlias = tuple[str, str, str]
"""Region id, region id, code."""


@dataclass
class RegionMarks:
    """The regions and arrows of a result: layer -> region id -> span, and a set of arrows."""

    spans: dict[str, dict[str, Span]] = field(default_factory=lambda: {schemas.TRIGGER: {}, schemas.ENTITY: {}})
    arrows: set[Arrow] = field(default_factory=set)


def marks(rows: Sequence[object], titles: Mapping[str, str]) -> RegionMarks:
    """The regions and arrows in the rows. Malformed rows are ignored; a pull quarantines them."""
    codes = {title: code for code, title in titles.items()}
    region_marks = RegionMarks()
    for raw in rows:
        try:
            row = schemas.row(raw)
            if isinstance(row, schemas.Labels):
                for label in row.value.labels[:1]:
                    region_marks.spans.setdefault(row.from_name, {})[row.id] = Span(
                        row.value.start, row.value.end, label
                    )
            elif isinstance(row, schemas.Relation):
                region_marks.arrows |= {(row.from_id, row.to_id, codes.get(title, title)) for title in row.labels}
        except ValueError:
            continue
    return region_marks


def fates(suggested: RegionMarks, submitted: RegionMarks, links: Collection[str] = ()) -> Counter[OutcomeKey]:
    """Compare a suggestion with the annotation made from it: how often each label had each fate.

    `links` are the codes of arrows that are links, not roles.
    """
    counts: Counter[OutcomeKey] = Counter()
    matched_ids: dict[str, str] = {}
    for layer in (schemas.TRIGGER, schemas.ENTITY):
        suggested_spans, submitted_spans = suggested.spans[layer], submitted.spans[layer]
        matched_ids |= (pairs := _pairs(suggested_spans, submitted_spans))
        for id, span in suggested_spans.items():
            counts[layer, span.label, _fate(span, submitted_spans[pairs[id]]) if id in pairs else DELETED] += 1
        for id in submitted_spans.keys() - set(pairs.values()):
            counts[layer, submitted_spans[id].label, ADDED] += 1
    for code, fate in _arrows(suggested.arrows, submitted.arrows, matched_ids):
        counts[LINK if code in links else ROLE, code, fate] += 1
    return counts


def _pairs(suggested: Mapping[str, Span], submitted: Mapping[str, Span]) -> dict[str, str]:
    """Suggested region id -> submitted region id: the same id, or among the others the region that overlaps most."""
    pairs = {id: id for id in suggested if id in submitted}
    unmatched_suggested, unmatched_submitted = (
        [id for id in side if id not in pairs] for side in (suggested, submitted)
    )
    matched = assign([suggested[id] for id in unmatched_suggested], [submitted[id] for id in unmatched_submitted])
    return pairs | {unmatched_suggested[i]: unmatched_submitted[j] for i, j in matched}


def _fate(suggested: Span, submitted: Span) -> str:
    same_words = (suggested.start, suggested.end) == (submitted.start, submitted.end)
    if suggested.label == submitted.label:
        return ACCEPTED if same_words else BOUNDARIES
    return TYPE if same_words else BOTH


def _arrows(suggested: set[Arrow], submitted: set[Arrow], matched_ids: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The code and fate of each arrow. Between the same ends, an arrow with another code is an edited one."""
    moved = sorted(((matched_ids.get(start, ""), matched_ids.get(end, ""), code) for start, end, code in suggested))
    unmatched = submitted - set(moved)
    for arrow in moved:
        relabelled = next((candidate for candidate in sorted(unmatched) if candidate[:2] == arrow[:2]), None)
        if arrow in submitted:
            yield arrow[2], ACCEPTED
        elif relabelled is not None:
            unmatched.remove(relabelled)
            yield arrow[2], TYPE
        else:
            yield arrow[2], DELETED
    yield from ((code, ADDED) for _, _, code in unmatched)
