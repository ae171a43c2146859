"""Counts from comparing two annotators' versions of one article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotation.agreement.kappa import Values
from annotation.core.annotator_versions import annotator
from annotation.core.document import Document, Event
from annotation.core.matching import Units, assign, count_units, same_label_overlap, units
from annotation.core.messages import N_
from annotation.core.ontology import Ontology
from annotation.core.proclitics import tolerated

EXACT, TOLERANT = "exact", "tolerant"
STRICTNESS: Mapping[str, str] = {EXACT: N_("same offsets"), TOLERANT: N_("or one begins a proclitic earlier")}

KINDS = {"event": "Trig-C", "role": "Arg-C+", "entity": "Entity"}
"""The kinds that are also scored by type, each with the unit whose tuples end in the type."""
ValuePair: TypeAlias = tuple[str, str]
KindAndType: TypeAlias = tuple[str, str]
"""A kind (a key of `KINDS`) and a type or role."""
CountTriple: TypeAlias = tuple[int, int, int]
"""How many items the first annotator marked, the second, and both."""


@dataclass(frozen=True, slots=True)
class PairCounts:
    """The counts of two annotators in one article.

    story: the id of the first of the article's near-duplicates, its own where it has none. counts: [strictness, units,
    3]. given: [strictness, 3], the arguments of events whose triggers are matched. types:
    for each strictness, counts by kind and type. values: by attribute, the two values of each matched event.
    """

    article: str
    story: str
    language: str
    pair: ValuePair
    counts: NDArray[np.int64]
    given: NDArray[np.int64]
    types: tuple[Mapping[KindAndType, CountTriple], ...]
    values: Mapping[str, Values]

    def plus(self, other: PairCounts) -> PairCounts:
        """The sums with those of another pair of annotators of the same article."""
        types = tuple(_added(*rows) for rows in zip(self.types, other.types, strict=True))
        names = dict.fromkeys((*self.values, *other.values))
        values = {name: self.values.get(name, Values()) + other.values.get(name, Values()) for name in names}
        counts, given = self.counts + other.counts, self.given + other.given
        return replace(self, counts=counts, given=given, types=types, values=values)

    def less(self, other: PairCounts) -> PairCounts:
        """The sums without those of a part of the pairs that they are of."""
        types = tuple(_without(*rows) for rows in zip(self.types, other.types, strict=True))
        values = {name: own - other.values.get(name, Values()) for name, own in self.values.items()}
        counts, given = self.counts - other.counts, self.given - other.given
        return replace(self, counts=counts, given=given, types=types, values=values)


def add(sums: dict[str, PairCounts], key: str, counts: PairCounts) -> None:
    """Add counts to the sum of this key."""
    sums[key] = sums[key].plus(counts) if key in sums else counts


def _added(
    first: Mapping[KindAndType, CountTriple], second: Mapping[KindAndType, CountTriple]
) -> dict[KindAndType, CountTriple]:
    added = dict(first)
    for key, (a, b, both) in second.items():
        known = added.get(key, (0, 0, 0))
        added[key] = known[0] + a, known[1] + b, known[2] + both
    return added


def _without(
    whole: Mapping[KindAndType, CountTriple], part: Mapping[KindAndType, CountTriple]
) -> dict[KindAndType, CountTriple]:
    taken = {key: (-a, -b, -both) for key, (a, b, both) in part.items()}
    return {key: counts for key, counts in _added(whole, taken).items() if any(counts)}


def comparison(first: Document, second: Document, ontology: Ontology | None, *, story: str = "") -> PairCounts:
    """Compare two versions of one article. Events are matched by type and overlap of their triggers.

    With the ontology an attribute that was not set has its default value; without it, the value "".
    """
    first_units, tolerant = units(first), tolerated(first, second)
    versions = [second] if tolerant is second else [second, tolerant]  # mostly nothing is moved
    second_units = [units(version) for version in versions] * (3 - len(versions))
    matched = [_matched(first, version) for version in versions] * (3 - len(versions))
    return PairCounts(
        article=first.id,
        story=story or first.id,
        language=first.language,
        pair=(annotator(first), annotator(second)),
        counts=np.array([count_units(first_units, other) for other in second_units], dtype=np.int64),
        given=np.array([_given(events) for events in matched], dtype=np.int64),
        types=tuple(_types(first_units, other) for other in second_units),
        values=_values(matched[0], ontology),
    )


def _matched(first: Document, second: Document) -> list[tuple[Event, Event]]:
    return [(first.events[i], second.events[j]) for i, j in assign(first.triggers, second.triggers, same_label_overlap)]


def _given(events: list[tuple[Event, Event]]) -> CountTriple:
    """Counts of arguments, compared by role and offsets, of events whose triggers are matched."""
    both = 0
    for first, second in events:
        left, right = ({(a.role, a.filler.start, a.filler.end) for a in event.arguments} for event in (first, second))
        both += len(left & right)
    return _arguments(first for first, _ in events), _arguments(second for _, second in events), both


def _arguments(events: Iterable[Event]) -> int:
    return sum(len({(a.role, a.filler.start, a.filler.end) for a in event.arguments}) for event in events)


def _types(first: Units, second: Units) -> dict[KindAndType, CountTriple]:
    rows: dict[KindAndType, CountTriple] = {}
    for kind, unit in KINDS.items():
        left, right, both = (
            Counter(str(item[-1]) for item in items)
            for items in (first[unit], second[unit], first[unit] & second[unit])
        )
        rows |= {(kind, label): (left[label], right[label], both[label]) for label in {*left, *right}}
    return rows


def _values(events: list[tuple[Event, Event]], ontology: Ontology | None) -> dict[str, Values]:
    if ontology is None:
        defaults = {name: "" for pair in events for event in pair for name, _ in event.attributes}
    else:
        defaults = {name: attribute.default for name, attribute in ontology.attributes.items()}
    return {
        name: Counter((first.attribute(name) or default, second.attribute(name) or default) for first, second in events)
        for name, default in defaults.items()
    }
