"""The comparisons of every two of many versions of one article, summed, without comparing every two as a whole.

Two versions are compared place by place (see places.py), and equal contents of a place once: what their comparison
counts is multiplied by the pairs of versions it stands for. The sums are exactly those of `comparison` of every two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from annotation.agreement.kappa import Values
from annotation.agreement.pair_counts import STRICTNESS, CountTriple, PairCounts, comparison
from annotation.agreement.places import Places
from annotation.core.document import Document, Event, Span
from annotation.core.matching import UNITS, Item, assign, same_label_overlap
from annotation.core.ontology import Ontology
from annotation.core.proclitics import moves

Column: TypeAlias = tuple[str, ...]
"""What is counted: ("unit", strictness, unit), ("given", strictness), ("type", strictness, kind, type), or
("value", attribute, the first's value, the second's)."""
Counted: TypeAlias = Mapping[Column, CountTriple]
Counts: TypeAlias = NDArray[np.int64]
Sums: TypeAlias = dict[Column, Counts]
Contents = TypeVar("Contents", bound=Hashable)

MANY = 5
"""Versions of an article from which on their comparisons are summed place by place."""


def summed_if_less_work(
    versions: Sequence[Document], ontology: Ontology, *, story: str
) -> tuple[PairCounts, list[PairCounts]] | None:
    """As `summed_comparisons`, None where comparing every two is no more work."""
    if len(versions) < MANY or len({version.language for version in versions}) > 1:
        return None
    at_most = len(versions) * (len(versions) - 1) // 2
    return summed_comparisons(versions, ontology, story=story, at_most=at_most)


def summed_comparisons(
    versions: Sequence[Document], ontology: Ontology, *, story: str, at_most: int
) -> tuple[PairCounts, list[PairCounts]] | None:
    """The sum over all pairs of versions, and for each version that over its pairs with all others.

    Of each two, the version that comes first in the sequence is the first. All have the same text and language. None
    where they differ so much that over `at_most` places would have to be compared.
    """
    parts = list(_Article(versions, ontology).parts())
    if sum(part.comparisons for part in parts) > at_most:
        return None
    sums: Sums = {}
    for part in parts:
        for column, counts in part.sums().items():
            sums[column] = sums[column] + counts if column in sums else counts
    each = [{column: counts[i] for column, counts in sums.items()} for i in range(len(versions))]
    whole = {column: counts.sum(axis=0) // 2 for column, counts in sums.items()}  # each pair was in two sums
    return _pair_counts(whole, versions[0], ontology, story), [
        _pair_counts(own, versions[0], ontology, story) for own in each
    ]


def _pair_counts(sums: Mapping[Column, Counts], first: Document, ontology: Ontology, story: str) -> PairCounts:
    def row(*column: str) -> Counts:
        return sums.get(column, np.zeros(3, dtype=np.int64))

    labels = sorted({column[2:] for column in sums if column[0] == "type"})
    values = {name: Values() for name in ontology.attributes}
    for column, (times, *_) in sums.items():
        if column[0] == "value" and times:
            values[column[1]][column[2], column[3]] = int(times)
    return PairCounts(
        article=first.id,
        story=story,
        language=first.language,
        pair=("", ""),
        counts=np.array([[row("unit", how, unit) for unit in UNITS] for how in STRICTNESS]),
        given=np.array([row("given", how) for how in STRICTNESS]),
        types=tuple(
            {(kind, label): _triple(row("type", how, kind, label)) for kind, label in labels} for how in STRICTNESS
        ),
        values=values,
    )


def _triple(counts: Counts) -> CountTriple:
    first, second, both = counts.tolist()
    return first, second, both


class _Part(Generic[Contents]):
    """A part of an article: what each version has there, and what comparing two such contents counts."""

    def __init__(self, contents: Sequence[Contents], compare: Callable[[Contents, Contents], Counted]) -> None:
        number: dict[Contents, int] = {}
        self._number = np.array([number.setdefault(content, len(number)) for content in contents])
        self._distinct, self._compare = list(number), compare
        own = np.eye(len(number), dtype=np.int64)[self._number]
        self._before = own.cumsum(axis=0) - own  # [versions, contents]: how many versions before have the contents
        self._after = own.sum(axis=0) - own.cumsum(axis=0)
        self._compared = np.argwhere(own.T @ self._after)

    @property
    def comparisons(self) -> int:
        """How many are made."""
        return len(self._compared)

    def sums(self) -> Sums:
        """For each column, the counts of each version's pairs with all others, [versions, 3]."""
        size = len(self._distinct)
        tables: Sums = defaultdict(lambda: np.zeros((size, size, 3), dtype=np.int64))
        for a, b in self._compared:
            for column, counts in self._compare(self._distinct[a], self._distinct[b]).items():
                tables[column][a, b] = counts
        return {column: self._over_pairs(table) for column, table in tables.items()}

    def _over_pairs(self, table: Counts) -> Counts:
        as_first: Counts = np.einsum("vc,vck->vk", self._after, table[self._number])
        as_second: Counts = np.einsum("vc,cvk->vk", self._before, table[:, self._number])
        return as_first + as_second


@dataclass(frozen=True, slots=True)
class _Layout:
    """What a version has at one place: entities, and events without their arguments."""

    entities: tuple[Span, ...] = ()
    events: tuple[Event, ...] = ()


_Pooled: TypeAlias = frozenset[tuple[str, Span, str]]
"""Arguments as event type, filler and role."""
_Attached: TypeAlias = frozenset[tuple[Span, Span, str]]
"""Arguments as trigger, filler and role."""
_AtFiller: TypeAlias = tuple[_Layout, _Pooled]
_AtEnds: TypeAlias = tuple[_Layout, _Layout, _Attached]
_Matched: TypeAlias = Sequence[tuple[Span, Span]]
_NOTHING = _Layout()


class _Article:
    """The versions of an article in parts, which together count what `comparison` does."""

    def __init__(self, versions: Sequence[Document], ontology: Ontology) -> None:
        self._versions, self._ontology, self._text = versions, ontology, versions[0].text
        self._places = Places(span for version in versions for span in version.spans())
        self._document, self._moves, self._matched = cache(self._as_document), cache(self._moved), cache(self._pairs)

    def parts(self) -> Iterator[_Part[_Layout] | _Part[_AtFiller] | _Part[_AtEnds]]:
        """The spans of each place, the arguments with a filler there, and the arguments between each two places."""
        layouts = [self._layouts(version) for version in self._versions]
        pooled, attached = zip(*map(self._arguments, self._versions), strict=True)
        for at in range(len(self._places)):
            here = [own.get(at, _NOTHING) for own in layouts]
            yield _Part(here, self._compare_spans)
            if any(at in own for own in pooled):
                fillers = [own.get(at, frozenset()) for own in pooled]
                yield _Part(list(zip(here, fillers, strict=True)), self._compare_pooled)
        for at, to in sorted({ends for own in attached for ends in own}):
            both = ((own.get(at, _NOTHING), own.get(to, _NOTHING)) for own in layouts)
            items = (own.get((at, to), frozenset()) for own in attached)
            yield _Part([(*ends, own) for ends, own in zip(both, items, strict=True)], self._compare_attached)

    def _layouts(self, version: Document) -> dict[int, _Layout]:
        entities = self._places.split(version.entities, lambda span: span)
        events = self._places.split(version.events, lambda event: event.trigger)
        bare = {at: tuple(replace(event, arguments=()) for event in here) for at, here in events.items()}
        return {at: _Layout(entities.get(at, ()), bare.get(at, ())) for at in entities.keys() | bare.keys()}

    def _arguments(self, version: Document) -> tuple[dict[int, _Pooled], dict[tuple[int, int], _Attached]]:
        pooled: dict[int, set[tuple[str, Span, str]]] = defaultdict(set)
        attached: dict[tuple[int, int], set[tuple[Span, Span, str]]] = defaultdict(set)
        for event in version.events:
            for argument in event.arguments:
                to = self._places.at(argument.filler)
                pooled[to].add((event.type, argument.filler, argument.role))
                attached[self._places.at(event.trigger), to].add((event.trigger, argument.filler, argument.role))
        return {at: frozenset(own) for at, own in pooled.items()}, {at: frozenset(own) for at, own in attached.items()}

    def _compare_spans(self, first: _Layout, second: _Layout) -> Counted:
        counts = comparison(self._document(first), self._document(second), self._ontology)
        counted: dict[Column, CountTriple] = {}
        for how, units, types in zip(STRICTNESS, counts.counts, counts.types, strict=True):
            counted |= {("unit", how, unit): _triple(row) for unit, row in zip(UNITS, units, strict=True)}
            counted |= {("type", how, *label): row for label, row in types.items()}
        for name, values in counts.values.items():
            counted |= {("value", name, *pair): (times, 0, 0) for pair, times in values.items()}
        return counted

    def _compare_pooled(self, first: _AtFiller, second: _AtFiller) -> Counted:
        counted: dict[Column, CountTriple] = {}
        for how, where in self._strictness(self._moves(first[0], second[0])):
            left, right = _pooled_items(first[1], {}), _pooled_items(second[1], where)
            counted["unit", how, "Arg-C"] = _counts(left, right)
            counted["unit", how, "Arg-I"] = _counts({item[:3] for item in left}, {item[:3] for item in right})
        return counted

    def _compare_attached(self, first: _AtEnds, second: _AtEnds) -> Counted:
        counted: dict[Column, CountTriple] = {}
        matched = self._matched(first[0], second[0])
        where = self._moves(first[0], second[0]) | self._moves(first[1], second[1])
        for (how, moving), pairs in zip(self._strictness(where), matched, strict=True):
            left, right = _attached_items(first[2], {}), _attached_items(second[2], moving)
            counted["unit", how, "Arg-C+"] = _counts(left, right)
            counted["unit", how, "Arg-I+"] = _counts({item[:5] for item in left}, {item[:5] for item in right})
            for role in {str(item[5]) for item in left | right}:
                own = ({item for item in items if item[5] == role} for items in (left, right))
                counted["type", how, "role", role] = _counts(*own)
            counted["given", how] = _given(pairs, first[2], second[2], moving)
        return counted

    def _strictness(self, where: Mapping[Span, Span]) -> Iterator[tuple[str, Mapping[Span, Span]]]:
        return zip(STRICTNESS, ({}, where), strict=True)

    def _as_document(self, layout: _Layout) -> Document:
        return Document("", self._text, entities=layout.entities, events=layout.events)

    def _moved(self, first: _Layout, second: _Layout) -> dict[Span, Span]:
        return moves(self._document(first), self._document(second))

    def _pairs(self, first: _Layout, second: _Layout) -> tuple[_Matched, _Matched]:
        """The matched triggers by strictness, those of the second version as they were before they moved."""
        left, right = ([event.trigger for event in layout.events] for layout in (first, second))
        where = self._moves(first, second)
        moved = sorted((where.get(trigger, trigger), trigger) for trigger in right)
        exact = [(left[i], right[j]) for i, j in assign(left, right, same_label_overlap)]
        at = assign(left, [trigger for trigger, _ in moved], same_label_overlap)
        return exact, [(left[i], moved[j][1]) for i, j in at]


def _pooled_items(arguments: _Pooled, where: Mapping[Span, Span]) -> set[Item]:
    moved = ((label, where.get(filler, filler), role) for label, filler, role in arguments)
    return {(label, filler.start, filler.end, role) for label, filler, role in moved}


def _attached_items(arguments: _Attached, where: Mapping[Span, Span]) -> set[Item]:
    moved = ((where.get(trigger, trigger), where.get(filler, filler), role) for trigger, filler, role in arguments)
    return {(t.start, t.end, t.label, filler.start, filler.end, role) for t, filler, role in moved}


def _given(pairs: _Matched, first: _Attached, second: _Attached, where: Mapping[Span, Span]) -> CountTriple:
    left, right = _by_trigger(first, {}), _by_trigger(second, where)
    rows = [_counts(left[a], right[b]) for a, b in pairs]
    return sum(row[0] for row in rows), sum(row[1] for row in rows), sum(row[2] for row in rows)


def _by_trigger(arguments: _Attached, where: Mapping[Span, Span]) -> dict[Span, set[Item]]:
    by_trigger: dict[Span, set[Item]] = defaultdict(set)
    for trigger, filler, role in arguments:
        at = where.get(filler, filler)
        by_trigger[trigger].add((role, at.start, at.end))
    return by_trigger


def _counts(left: set[Item], right: set[Item]) -> CountTriple:
    return len(left), len(right), len(left & right)
