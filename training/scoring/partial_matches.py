"""Spans right in part: how many match strictly, in their offsets, by overlap, and by overlap and type.

Spans are matched one to one, and so that each number is the best there can be (Segura-Bedmar et al. 2013, SemEval task
9, without its dependence on the order). Entities and triggers are two layers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from annotation.core import bootstrap
from annotation.core.document import Document, Span
from annotation.core.matching import PRF, assign
from training.scoring.document_pairs import pair_documents

KINDS: Mapping[str, str] = {
    "strict": "same offsets and type",
    "exact": "same offsets, whatever the type",
    "partial": "overlapping, whatever the type; half where the offsets are not the same",
    "type": "overlapping and of the same type",
}
LAYERS = ("entities", "triggers")

MatchRow: TypeAlias = list[tuple[int, int, int, int]]
"""Of one document, for each layer and kind: gold, predicted, matched in full, matched in part."""

_HALF = 0.5
_FULL = 1 + 1e-6
"""A hair more than two halves, so that of equal credits the one with more full matches is told."""


@dataclass(frozen=True, slots=True)
class Match(PRF):
    """`correct` matched in full, `part` in part, which count half in precision, recall and F1."""

    part: int = 0

    @property
    def credit(self) -> float:
        return self.correct + _HALF * self.part

    @property
    def precision(self) -> float:
        return self.credit / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.credit / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        total = self.gold + self.predicted
        return 2 * self.credit / total if total else 0.0

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {**PRF.as_dict(self), "part": self.part}


@dataclass(frozen=True)
class Matches:
    """By layer, then by kind."""

    by_layer: Mapping[str, Mapping[str, Match]]

    @classmethod
    def of(cls, rows: Sequence[MatchRow]) -> Matches:
        """The sums over documents, with intervals."""
        table = np.array(rows, dtype=np.int64).reshape(len(rows), len(LAYERS) * len(KINDS), 4)
        ends = bootstrap.intervals(np.dstack([table[..., :2], table[..., 2] + _HALF * table[..., 3]]))
        found = [_match(row, three) for row, three in zip(table.sum(axis=0).tolist(), ends, strict=True)]
        each = iter(found)
        return cls({layer: {kind: next(each) for kind in KINDS} for layer in LAYERS})

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {layer: {k: match.as_dict() for k, match in kinds.items()} for layer, kinds in self.by_layer.items()}

    def table(self) -> Iterator[tuple[str, ...]]:
        """Rows for a terminal, a heading first, in percent."""
        yield "", "F1", "P", "R", "gold", "predicted", "full", "part"
        for layer, kinds in self.by_layer.items():
            for kind, m in kinds.items():
                shares = (f"{100 * share:.1f}" for share in (m.f1, m.precision, m.recall))
                yield f"{layer}, {kind}", *shares, *map(str, (m.gold, m.predicted, m.correct, m.part))


def _match(row: Sequence[int], ends: bootstrap.Floats) -> Match:
    (gold, predicted, full, part), (f1, precision, recall) = row, bootstrap.pairs(ends)
    return Match(gold, predicted, full, f1, precision, recall, part)


def matches(gold: Iterable[Document], predicted: Iterable[Document]) -> Matches:
    """Match every span of both layers. Raises UsageError where the Documents do not fit."""
    return Matches.of([row(*pair) for pair in pair_documents(gold, predicted)])


def row(gold: Document, predicted: Document) -> MatchRow:
    """What matches in one document."""
    layers = ((gold.entities, predicted.entities), (gold.triggers, predicted.triggers))
    return [(len(left), len(right), *counts) for left, right in layers for counts in _matched(left, right)]


def _matched(gold: Sequence[Span], predicted: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Full and partial matches of each kind."""
    ours, theirs = (Counter((span.start, span.end) for span in side) for side in (gold, predicted))
    yield len(set(gold) & set(predicted)), 0
    yield (ours & theirs).total(), 0
    pairs = assign(gold, predicted, _credit)
    full = sum(_same(gold[i], predicted[j]) for i, j in pairs)
    yield full, len(pairs) - full
    yield len(assign(gold, predicted, _same_type)), 0


def _same(gold: Span, predicted: Span) -> bool:
    return (gold.start, gold.end) == (predicted.start, predicted.end)


def _credit(gold: Span, predicted: Span) -> float:
    return _FULL if _same(gold, predicted) else _HALF


def _same_type(gold: Span, predicted: Span) -> float:
    return float(gold.label == predicted.label)
