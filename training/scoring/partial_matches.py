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

from annotation.core import intervals
from annotation.core.bootstrap import Floats
from annotation.core.document import Span
from annotation.core.layers import PLURAL, SPAN_LAYERS
from annotation.core.matching import PRF, assign, same_label
from annotation.core.messages import N_, percent
from training.scoring.document_pairs import DocumentPair

KINDS: Mapping[str, str] = {
    N_("strict"): N_("same offsets and type"),
    N_("exact"): N_("same offsets, whatever the type"),
    N_("partial"): N_("overlapping, whatever the type; half where the offsets are not the same"),
    N_("type"): N_("overlapping and of the same type"),
}

MatchRow: TypeAlias = list[tuple[int, int, int, int]]
"""Of one document, for each layer and kind: gold, predicted, matched in full, matched in part."""

_HALF = 0.5
_FULL = 1 + 1e-6
"""A hair more than two halves, so that of equal credits the one with more full matches is told."""


@dataclass(frozen=True, slots=True)
class PartialMatch(PRF):
    """`correct` matched in full, `part` in part, which count half in precision, recall and F1."""

    part: int = 0

    @property
    def credit(self) -> float:
        """Full matches, and half of the partial ones."""
        return self.correct + _HALF * self.part

    @property
    def precision(self) -> float:
        """Credit over predicted spans, in 0..1; 0 where nothing is predicted."""
        return self.credit / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Credit over gold spans, in 0..1; 0 where there is no gold."""
        return self.credit / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """2 credit / (gold + predicted), in 0..1; 0 where both are empty."""
        total = self.gold + self.predicted
        return 2 * self.credit / total if total else 0.0

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {**PRF.as_dict(self), "part": self.part}


@dataclass(frozen=True)
class Matches:
    """The scores by layer (of `SPAN_LAYERS`), then by kind."""

    by_layer: Mapping[str, Mapping[str, PartialMatch]]

    @classmethod
    def of(cls, rows: Sequence[MatchRow], stories: Sequence[str]) -> Matches:
        """The sums over documents, with intervals."""
        table = np.array(rows, dtype=np.int64).reshape(len(rows), len(SPAN_LAYERS) * len(KINDS), 4)
        credit = np.dstack([table[..., :2], table[..., 2] + _HALF * table[..., 3]])
        ends = intervals.of_counts(intervals.by_cluster(credit, stories))
        each = (_match(counts, three) for counts, three in zip(table.sum(axis=0).tolist(), ends, strict=True))
        return cls({layer: {kind: next(each) for kind in KINDS} for layer in SPAN_LAYERS})

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            PLURAL[layer]: {kind: match.as_dict() for kind, match in kinds.items()}
            for layer, kinds in self.by_layer.items()
        }

    def table(self) -> Iterator[tuple[str, ...]]:
        """Rows for a terminal, a heading first, in percent."""
        yield "", "F1", "P", "R", "gold", "predicted", "full", "part"
        for layer, kinds in self.by_layer.items():
            for kind, match in kinds.items():
                shares = map(percent, (match.f1, match.precision, match.recall))
                counts = map(str, (match.gold, match.predicted, match.correct, match.part))
                yield f"{PLURAL[layer]}, {kind}", *shares, *counts


def _match(row: Sequence[int], ends: Floats) -> PartialMatch:
    (gold, predicted, full, part), (f1, precision, recall) = row, intervals.pairs(ends)
    return PartialMatch(gold, predicted, full, f1, precision, recall, part)


def matches(pairs: Iterable[DocumentPair]) -> Matches:
    """The matches of entities and of triggers over all pairs."""
    pairs = list(pairs)
    return Matches.of([row(pair) for pair in pairs], [pair.story for pair in pairs])


def row(pair: DocumentPair) -> MatchRow:
    """The counts of one pair for each layer and kind."""
    return [
        (len(gold), len(predicted), *counts)
        for gold, predicted in pair.spans().values()
        for counts in _matched(gold, predicted)
    ]


def _matched(gold: Sequence[Span], predicted: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Full and partial matches of each kind."""
    offsets = [Counter((span.start, span.end) for span in side) for side in (gold, predicted)]
    yield len(set(gold) & set(predicted)), 0
    yield (offsets[0] & offsets[1]).total(), 0
    pairs = assign(gold, predicted, _credit)
    full = sum(_same(gold[i], predicted[j]) for i, j in pairs)
    yield full, len(pairs) - full
    yield len(assign(gold, predicted, same_label)), 0


def _same(gold: Span, predicted: Span) -> bool:
    return (gold.start, gold.end) == (predicted.start, predicted.end)


def _credit(gold: Span, predicted: Span) -> float:
    return _FULL if _same(gold, predicted) else _HALF
