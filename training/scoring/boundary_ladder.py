"""The boundary ladder: how much of the error is where spans begin and end, and of that how much is proclitics or marks.

Each rung forgives more than the one before. On each, spans of one type are matched one to one, as many as can be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from annotation.core.boundary_difference import MARKS, PROCLITIC, edge
from annotation.core.document import Document, Span
from annotation.core.matching import PRF, assign
from training.scoring.document_pairs import pair_documents
from training.scoring.partial_matches import LAYERS
from training.scoring.scores import prfs

RUNGS: Mapping[str, str] = {
    "exact": "same offsets",
    "proclitic-insensitive": "or one begins a proclitic earlier",
    "mark-insensitive": "or they differ by points, tatweel, quotes, punctuation or spaces only",
    "overlap": "or they share a character",
    "type only": "or they are anywhere in the same document",
}

LadderRow: TypeAlias = list[tuple[int, int, int]]
"""Of one document, for each layer and rung: gold, predicted, matched."""


@dataclass(frozen=True)
class Ladder:
    """By layer, then by rung."""

    by_layer: Mapping[str, Mapping[str, PRF]]

    @classmethod
    def of(cls, rows: Sequence[LadderRow]) -> Ladder:
        """The sums over documents, with intervals."""
        table = np.array(rows, dtype=np.int64).reshape(len(rows), len(LAYERS) * len(RUNGS), 3)
        each = iter(prfs(table))
        return cls({layer: {rung: next(each) for rung in RUNGS} for layer in LAYERS})

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {layer: {rung: prf.as_dict() for rung, prf in rungs.items()} for layer, rungs in self.by_layer.items()}

    def table(self) -> Iterator[tuple[str, ...]]:
        """Rows for a terminal, a heading first, in percent."""
        yield "", "F1", "P", "R", "gold", "predicted", "correct"
        for layer, rungs in self.by_layer.items():
            for rung, prf in rungs.items():
                shares = (f"{100 * share:.1f}" for share in (prf.f1, prf.precision, prf.recall))
                yield f"{layer}, {rung}", *shares, *map(str, (prf.gold, prf.predicted, prf.correct))


def ladder(gold: Iterable[Document], predicted: Iterable[Document]) -> Ladder:
    """Climb with every span of both layers. Raises UsageError where the Documents do not fit."""
    return Ladder.of([row(*pair) for pair in pair_documents(gold, predicted)])


def row(gold: Document, predicted: Document) -> LadderRow:
    """What matches in one document on each rung."""
    layers = ((gold.entities, predicted.entities), (gold.triggers, predicted.triggers))
    return [(len(left), len(right), n) for left, right in layers for n in _matched(gold.text, left, right)]


def _matched(text: str, gold: Sequence[Span], predicted: Sequence[Span]) -> Iterator[int]:
    yield len(set(gold) & set(predicted))
    for forgiven in ((PROCLITIC,), (PROCLITIC, MARKS)):
        yield len(assign(gold, predicted, _forgiving(text, forgiven)))
    yield len(assign(gold, predicted, _same_type))
    yield (Counter(span.label for span in gold) & Counter(span.label for span in predicted)).total()


def _forgiving(text: str, forgiven: Sequence[str]) -> Callable[[Span, Span], float]:
    return partial(_alike, text, forgiven)


def _alike(text: str, forgiven: Sequence[str], gold: Span, predicted: Span) -> float:
    if gold.label != predicted.label:
        return 0.0
    same = (gold.start, gold.end) == (predicted.start, predicted.end)
    return float(same or edge(text, gold, predicted) in forgiven)


def _same_type(gold: Span, predicted: Span) -> float:
    return float(gold.label == predicted.label)
