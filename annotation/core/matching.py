"""When two Documents say the same: the tuples they are compared by, their counts, and spans matched one to one.

Annotators against each other and a model against gold are the same comparison, so agreement and scoring both come here.
Everything is a set over one document: what is marked twice counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.optimize import linear_sum_assignment

from annotation.core.document import Document, Span

Item: TypeAlias = tuple[int | str, ...]
Items: TypeAlias = frozenset[Item]
Units: TypeAlias = Mapping[str, Items]
Interval: TypeAlias = tuple[float, float]

UNITS = ("Trig-I", "Trig-C", "Arg-I", "Arg-C", "Arg-I+", "Arg-C+", "Entity")
HEADLINE = "Arg-C+"
ENOUGH = 30
"""Items on the larger side below which a score is too few to say: at 30 half of them right still means 32 to 68%."""

_SAME_LABEL = 1e-6
"""Breaks ties only: two triggers on one word must meet the ones of their own type."""


@dataclass(frozen=True, slots=True)
class PRF:
    """How many items each side has and how many both have; precision, recall and F1 as fractions.

    A fraction of nothing is 0, so an empty side against an empty side scores 0, as in the field's reference scorer.
    `interval` is a 95% interval of F1 where one was computed, and the others are of precision and of recall.
    """

    gold: int
    predicted: int
    correct: int
    interval: Interval | None = None
    precision_interval: Interval | None = None
    recall_interval: Interval | None = None

    @property
    def precision(self) -> float:
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        total = self.gold + self.predicted
        return 2 * self.correct / total if total else 0.0

    @property
    def enough(self) -> bool:
        """Whether either side has at least `ENOUGH` items; with fewer the number is there, but says too little."""
        return max(self.gold, self.predicted) >= ENOUGH

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values: fractions, counts, whether they are enough to say, and intervals where there are some."""
        row: dict[str, object] = {"f1": self.f1, "precision": self.precision, "recall": self.recall}
        row |= {"gold": self.gold, "predicted": self.predicted, "correct": self.correct, "enough": self.enough}
        for name in ("interval", "precision_interval", "recall_interval"):
            ends: Interval | None = getattr(self, name)
            row |= {name: list(ends)} if ends else {}
        return row


def units(document: Document) -> dict[str, Items]:
    """What each score counts in the document, by the score's name.

    Trig-I / Trig-C    trigger start, end / + event type
    Arg-I / Arg-C      event type, argument start, end / + role; the events of one type pooled
    Arg-I+ / Arg-C+    trigger start, end, event type, argument start, end / + role
    Entity             start, end, type
    """
    triggers = [(event.trigger.start, event.trigger.end, event.trigger.label) for event in document.events]
    attached = frozenset(
        (*trigger, argument.filler.start, argument.filler.end, argument.role)
        for trigger, event in zip(triggers, document.events, strict=True)
        for argument in event.arguments
    )
    return {
        "Trig-I": frozenset((start, end) for start, end, _ in triggers),
        "Trig-C": frozenset(triggers),
        "Arg-I": frozenset(item[2:5] for item in attached),
        "Arg-C": frozenset(item[2:] for item in attached),
        "Arg-I+": frozenset(item[:5] for item in attached),
        "Arg-C+": attached,
        "Entity": frozenset((span.start, span.end, span.label) for span in document.entities),
    }


def shared_items(gold: Units, predicted: Units) -> dict[str, Items]:
    """What both sides say, by the score's name."""
    return {unit: gold[unit] & predicted[unit] for unit in UNITS}


def count_units(gold: Units, predicted: Units) -> list[tuple[int, int, int]]:
    """Counts (gold, predicted, correct) for each of `UNITS`, in order."""
    return [(len(gold[unit]), len(predicted[unit]), len(both)) for unit, both in shared_items(gold, predicted).items()]


def overlap(gold: Span, predicted: Span) -> float:
    """Characters both spans cover over characters either covers, in 0..1; a hair more where the labels agree."""
    both = min(gold.end, predicted.end) - max(gold.start, predicted.start)
    if both <= 0:
        return 0.0
    either = max(gold.end, predicted.end) - min(gold.start, predicted.start)
    return both / either + (_SAME_LABEL if gold.label == predicted.label else 0.0)


def assign(
    gold: Sequence[Span], predicted: Sequence[Span], overlap: Callable[[Span, Span], float] = overlap
) -> list[tuple[int, int]]:
    """Pairs of indices (gold, predicted), each used at most once, whose overlaps add up to the most there can be.

    The order of the spans decides nothing but exact ties. `overlap` is asked only of spans that share a character;
    pairs it gives 0 or less are never matched. Pairs come sorted.
    """
    pairs: list[tuple[int, int]] = []
    for rows, columns in _islands(gold, predicted):
        weights = [[max(0.0, _weight(gold[i], predicted[j], overlap)) for j in columns] for i in rows]
        if len(rows) == len(columns) == 1:  # nearly all of them, and the solver is slow to start
            found = [(0, 0)]
        else:
            found = list(zip(*linear_sum_assignment(np.array(weights), maximize=True), strict=True))
        pairs += [(rows[i], columns[j]) for i, j in found if weights[i][j] > 0]
    return sorted(pairs)


def _weight(gold: Span, predicted: Span, overlap: Callable[[Span, Span], float]) -> float:
    apart = gold.end <= predicted.start or predicted.end <= gold.start
    return 0.0 if apart else overlap(gold, predicted)


def _islands(gold: Sequence[Span], predicted: Sequence[Span]) -> Iterator[tuple[list[int], list[int]]]:
    """Indices of the spans that hang together by overlapping: small problems in place of one as wide as the text."""
    order = sorted(
        [(span.start, span.end, 0, i) for i, span in enumerate(gold)]
        + [(span.start, span.end, 1, j) for j, span in enumerate(predicted)]
    )
    island: tuple[list[int], list[int]] = ([], [])
    reach = 0
    for start, end, side, index in order:
        if start >= reach:
            if all(island):
                yield island
            island = ([], [])
        island[side].append(index)
        reach = max(reach, end)
    if all(island):
        yield island
