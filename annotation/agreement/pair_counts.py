"""Two people's versions of one article, held against each other: everything that is counted, before it is summed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotation.agreement.kappa import Values
from annotation.core.annotator_versions import annotator
from annotation.core.document import Document, Event, Span
from annotation.core.matching import Units, assign, count_units, overlap, units
from annotation.core.ontology import Ontology
from annotation.core.proclitics import tolerated

EXACT, TOLERANT = "exact", "tolerant"
STRICTNESS: Mapping[str, str] = {EXACT: "same offsets", TOLERANT: "or one begins a proclitic earlier"}

KINDS = {"event": "Trig-C", "role": "Arg-C+", "entity": "Entity"}
"""What is scored type by type, and the unit whose last element is the type."""
ValuePair: TypeAlias = tuple[str, str]
KindAndType: TypeAlias = tuple[str, str]
"""A kind and a type."""
CountTriple: TypeAlias = tuple[int, int, int]
"""How many the one marked, the other, and both."""


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Two people's marks of one article.

    counts: [strictness, units, 3]. given: [strictness, 3], the arguments of events whose triggers are matched. types:
    for each strictness, rows by kind and type. values: by attribute, for each event both found.
    """

    article: str
    language: str
    pair: ValuePair
    counts: NDArray[np.int64]
    given: NDArray[np.int64]
    types: tuple[Mapping[KindAndType, CountTriple], ...]
    values: Mapping[str, Values]


def comparison(one: Document, two: Document, ontology: Ontology | None) -> PairCounts:
    """Count. Triggers are matched within a type, by overlap: these are the events both found."""
    found = units(one)
    versions = (two, tolerated(one, two))
    theirs = [units(version) for version in versions]
    matched = [_matched(one, version) for version in versions]
    return PairCounts(
        article=one.id,
        language=one.language,
        pair=(annotator(one), annotator(two)),
        counts=np.array([count_units(found, other) for other in theirs], dtype=np.int64),
        given=np.array([_given(events) for events in matched], dtype=np.int64),
        types=tuple(_types(found, other) for other in theirs),
        values=_values(matched[0], ontology),
    )


def _matched(one: Document, two: Document) -> list[tuple[Event, Event]]:
    return [(one.events[i], two.events[j]) for i, j in assign(one.triggers, two.triggers, _same_type)]


def _same_type(one: Span, two: Span) -> float:
    return overlap(one, two) if one.label == two.label else 0.0


def _given(events: list[tuple[Event, Event]]) -> CountTriple:
    """Arguments by role and offsets, the trigger being given."""
    both = 0
    for one, two in events:
        left, right = ({(a.role, a.filler.start, a.filler.end) for a in event.arguments} for event in (one, two))
        both += len(left & right)
    return _arguments(one for one, _ in events), _arguments(two for _, two in events), both


def _arguments(events: Iterable[Event]) -> int:
    return sum(len({(a.role, a.filler.start, a.filler.end) for a in event.arguments}) for event in events)


def _types(one: Units, two: Units) -> dict[KindAndType, CountTriple]:
    rows: dict[KindAndType, CountTriple] = {}
    for kind, unit in KINDS.items():
        left, right, both = (
            Counter(str(item[-1]) for item in items) for items in (one[unit], two[unit], one[unit] & two[unit])
        )
        rows |= {(kind, label): (left[label], right[label], both[label]) for label in {*left, *right}}
    return rows


def _values(events: list[tuple[Event, Event]], ontology: Ontology | None) -> dict[str, Values]:
    if ontology is None:
        defaults = {name: "" for pair in events for event in pair for name, _ in event.attributes}
    else:
        defaults = {name: attribute.default for name, attribute in ontology.attributes.items()}
    return {
        name: Counter((one.attribute(name) or default, two.attribute(name) or default) for one, two in events)
        for name, default in defaults.items()
    }
