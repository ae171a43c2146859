"""Confusions: which type is taken for which, of events, roles and entities, and which are missed or made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from annotation.core.document import Document, Span
from annotation.core.matching import assign
from training.scoring.document_pairs import DocumentPair

NOTHING = ""
"""Stands for the other side where a mark has no counterpart: missed, or made up."""
EVENT, ROLE, ENTITY = "event", "role", "entity"
Pair: TypeAlias = tuple[str, str]
"""A type in gold and the type predicted for it."""
_Place: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True)
class Confusions:
    """How often each pair of types occurs, the right ones included, for one of `EVENT`, `ROLE` and `ENTITY`."""

    kind: str
    counts: Mapping[Pair, int]

    @property
    def types(self) -> list[str]:
        """The types that occur, the most frequent in gold first."""
        gold = Counter[str]()
        for (right, said), times in self.counts.items():
            gold.update({right: times, said: 0})
        return sorted((name for name in gold if name), key=lambda name: (-gold[name], name))

    @property
    def mistaken(self) -> list[tuple[str, str, int]]:
        """(gold, predicted, times) of types taken for others, the most frequent first."""
        wrong = [(a, b, n) for (a, b), n in self.counts.items() if a and b and a != b]
        return sorted(wrong, key=lambda row: (-row[2], row[0], row[1]))

    def of_gold(self, name: str) -> int:
        """How many of this type gold has."""
        return sum(times for (gold, _), times in self.counts.items() if gold == name)

    def as_rows(self) -> list[dict[str, object]]:
        """Plain JSON values; null stands for nothing."""
        return [{"gold": a or None, "predicted": b or None, "count": n} for (a, b), n in sorted(self.counts.items())]


def confusions(pairs: Iterable[DocumentPair]) -> dict[str, Confusions]:
    """Those of each kind.

    Triggers and entities are matched one to one by overlap, whatever their types; roles where both sides join the same
    trigger words to the same filler words, so that a wrong trigger is no confusion of roles.
    """
    counts: dict[str, Counter[Pair]] = {EVENT: Counter(), ROLE: Counter(), ENTITY: Counter()}
    for pair in pairs:
        counts[EVENT].update(_spans(pair.gold.triggers, pair.predicted.triggers))
        counts[ENTITY].update(_spans(pair.gold.entities, pair.predicted.entities))
        counts[ROLE].update(_roles(pair.gold, pair.predicted))
    return {kind: Confusions(kind, of) for kind, of in counts.items()}


def _spans(gold: Sequence[Span], predicted: Sequence[Span]) -> Iterator[Pair]:
    matched = assign(gold, predicted)
    yield from ((gold[i].label, predicted[j].label) for i, j in matched)
    found, said = {i for i, _ in matched}, {j for _, j in matched}
    yield from ((span.label, NOTHING) for i, span in enumerate(gold) if i not in found)
    yield from ((NOTHING, span.label) for j, span in enumerate(predicted) if j not in said)


def _roles(gold: Document, predicted: Document) -> Iterator[Pair]:
    sides = _by_place(gold), _by_place(predicted)
    for place in sides[0].keys() | sides[1].keys():
        right, said = (side.get(place, Counter[str]()) for side in sides)
        both = right & said
        yield from ((role, role) for role in both.elements())
        lost, extra = sorted((right - both).elements()), sorted((said - both).elements())
        yield from zip(lost, extra, strict=False)
        yield from ((role, NOTHING) for role in lost[len(extra) :])
        yield from ((NOTHING, role) for role in extra[len(lost) :])


def _by_place(document: Document) -> dict[_Place, Counter[str]]:
    """The roles between each trigger's words and each filler's words."""
    roles: dict[_Place, Counter[str]] = {}
    for event in document.events:
        trigger = event.trigger
        for argument in event.arguments:
            place = trigger.start, trigger.end, argument.filler.start, argument.filler.end
            roles.setdefault(place, Counter())[argument.role] += 1
    return roles
