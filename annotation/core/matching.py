"""Comparison of two Documents: the tuples that scores count, their counts, and one-to-one matching of spans.

Agreement of annotators and scores of a model against gold are the same comparison and both use this module. All
comparisons are between sets within one document: what is marked twice counts once.
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
"""Items on the larger side below which a score is too uncertain: half of 30 right means 32 to 68% (95% interval)."""
DOCUMENTS = 10
"""Documents below which scores say little, whatever their number of items: fewer cannot stand for the next ones."""

_SAME_LABEL = 1e-6
"""Breaks ties only: two triggers on one word must match those of their own type."""


@dataclass(frozen=True, slots=True)
class PRF:
    """Items of each side and of both (gold, predicted, correct); precision, recall and F1 as fractions.

    A fraction with denominator 0 is 0, so two empty sides score 0, as in the field's reference scorer. `interval` is
    the 95% interval of F1 where one was computed; the other two are those of precision and recall.
    """

    gold: int
    predicted: int
    correct: int
    interval: Interval | None = None
    precision_interval: Interval | None = None
    recall_interval: Interval | None = None

    @property
    def precision(self) -> float:
        """Correct over predicted items, in 0..1; 0 where nothing is predicted."""
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Correct over gold items, in 0..1; 0 where there is no gold."""
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall: 2 correct / (gold + predicted), in 0..1; 0 where both are empty."""
        total = self.gold + self.predicted
        return 2 * self.correct / total if total else 0.0

    @property
    def enough(self) -> bool:
        """Whether either side has at least `ENOUGH` items; a score of fewer is too uncertain to use."""
        return max(self.gold, self.predicted) >= ENOUGH

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values: fractions, counts, `enough`, and the intervals that were computed."""
        row: dict[str, object] = {"f1": self.f1, "precision": self.precision, "recall": self.recall}
        row |= {"gold": self.gold, "predicted": self.predicted, "correct": self.correct, "enough": self.enough}
        for name in ("interval", "precision_interval", "recall_interval"):
            ends: Interval | None = getattr(self, name)
            row |= {name: list(ends)} if ends else {}
        return row


def units(document: Document) -> dict[str, Items]:
    """The items each score counts in the document, by the score's name.

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
    """The items both sides have, by the score's name."""
    return {unit: gold[unit] & predicted[unit] for unit in UNITS}


def count_units(gold: Units, predicted: Units) -> list[tuple[int, int, int]]:
    """Counts (gold, predicted, correct) for each of `UNITS`, in order."""
    return [(len(gold[unit]), len(predicted[unit]), len(both)) for unit, both in shared_items(gold, predicted).items()]


def overlap(gold: Span, predicted: Span) -> float:
    """Characters both spans cover over characters either covers, in 0..1; plus 1e-6 where the labels agree."""
    both = min(gold.end, predicted.end) - max(gold.start, predicted.start)
    if both <= 0:
        return 0.0
    either = max(gold.end, predicted.end) - min(gold.start, predicted.start)
    return both / either + (_SAME_LABEL if gold.label == predicted.label else 0.0)


def same_label(gold: Span, predicted: Span) -> float:
    """1 where the labels agree, else 0: for `assign`, where an overlap of any length is as good as another."""
    return float(gold.label == predicted.label)


def same_label_overlap(gold: Span, predicted: Span) -> float:
    """`overlap` where the labels agree, else 0."""
    return overlap(gold, predicted) if gold.label == predicted.label else 0.0


def assign(
    gold: Sequence[Span], predicted: Sequence[Span], overlap: Callable[[Span, Span], float] = overlap
) -> list[tuple[int, int]]:
    """Pairs of indices (gold, predicted), sorted, each index at most once, that maximize the sum of overlaps.

    The order of the spans affects only exact ties. `overlap` is called only for spans that share a character; pairs
    with an overlap of 0 or less are never matched. Solved as a linear sum assignment problem (scipy).
    """
    pairs: list[tuple[int, int]] = []
    for rows, columns in _components(gold, predicted):
        weights = [[max(0.0, _weight(gold[i], predicted[j], overlap)) for j in columns] for i in rows]
        if len(rows) == len(columns) == 1:  # nearly all components, and each call of the solver is slow
            matches = [(0, 0)]
        else:
            matches = list(zip(*linear_sum_assignment(np.array(weights), maximize=True), strict=True))
        pairs += [(rows[i], columns[j]) for i, j in matches if weights[i][j] > 0]
    return sorted(pairs)


def _weight(gold: Span, predicted: Span, overlap: Callable[[Span, Span], float]) -> float:
    apart = gold.end <= predicted.start or predicted.end <= gold.start
    return 0.0 if apart else overlap(gold, predicted)


def _components(gold: Sequence[Span], predicted: Sequence[Span]) -> Iterator[tuple[list[int], list[int]]]:
    """Indices of the spans in each group connected by overlaps: small problems in place of one large one."""
    order = sorted(
        [(span.start, span.end, 0, i) for i, span in enumerate(gold)]
        + [(span.start, span.end, 1, j) for j, span in enumerate(predicted)]
    )
    component: tuple[list[int], list[int]] = ([], [])
    reach = 0
    for start, end, side, index in order:
        if start >= reach:
            if all(component):
                yield component
            component = ([], [])
        component[side].append(index)
        reach = max(reach, end)
    if all(component):
        yield component
