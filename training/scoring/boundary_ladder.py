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
from annotation.core.document import Span
from annotation.core.layers import PLURAL, SPAN_LAYERS
from annotation.core.matching import PRF, assign, same_label
from annotation.core.messages import N_, percent
from training.scoring.document_pairs import DocumentPair
from training.scoring.scores import prfs

RUNGS: Mapping[str, str] = {
    N_("exact"): N_("same offsets"),
    N_("proclitic-insensitive"): N_("or one begins a proclitic earlier"),
    N_("mark-insensitive"): N_("or they differ by points, tatweel, quotes, punctuation or spaces only"),
    N_("overlap"): N_("or they share a character"),
    N_("type only"): N_("or they are anywhere in the same document"),
}

LadderRow: TypeAlias = list[tuple[int, int, int]]
"""Of one document, for each layer and rung: gold, predicted, matched."""


@dataclass(frozen=True)
class Ladder:
    """The scores by layer (of `SPAN_LAYERS`), then by rung."""

    by_layer: Mapping[str, Mapping[str, PRF]]

    @classmethod
    def of(cls, rows: Sequence[LadderRow], stories: Sequence[str]) -> Ladder:
        """The sums over documents, with intervals."""
        table = np.array(rows, dtype=np.int64).reshape(len(rows), len(SPAN_LAYERS) * len(RUNGS), 3)
        each = iter(prfs(table, stories))
        return cls({layer: {rung: next(each) for rung in RUNGS} for layer in SPAN_LAYERS})

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            PLURAL[layer]: {rung: prf.as_dict() for rung, prf in rungs.items()}
            for layer, rungs in self.by_layer.items()
        }

    def table(self) -> Iterator[tuple[str, ...]]:
        """Rows for a terminal, a heading first, in percent."""
        yield "", "F1", "P", "R", "gold", "predicted", "correct"
        for layer, rungs in self.by_layer.items():
            for rung, prf in rungs.items():
                shares = map(percent, (prf.f1, prf.precision, prf.recall))
                yield f"{PLURAL[layer]}, {rung}", *shares, *map(str, (prf.gold, prf.predicted, prf.correct))


def ladder(pairs: Iterable[DocumentPair]) -> Ladder:
    """The boundary ladder of entities and of triggers over all pairs."""
    pairs = list(pairs)
    return Ladder.of([row(pair) for pair in pairs], [pair.story for pair in pairs])


def row(pair: DocumentPair) -> LadderRow:
    """The counts of one pair on each rung of each layer."""
    return [
        (len(gold), len(predicted), matched)
        for gold, predicted in pair.spans().values()
        for matched in _matched(pair.gold.text, gold, predicted)
    ]


def _matched(text: str, gold: Sequence[Span], predicted: Sequence[Span]) -> Iterator[int]:
    """How many spans match on each of `RUNGS`, in order."""
    yield len(set(gold) & set(predicted))
    for forgiven in ((PROCLITIC,), (PROCLITIC, MARKS)):
        yield len(assign(gold, predicted, _forgiving(text, forgiven)))
    yield len(assign(gold, predicted, same_label))
    yield (Counter(span.label for span in gold) & Counter(span.label for span in predicted)).total()


def _forgiving(text: str, forgiven: Sequence[str]) -> Callable[[Span, Span], float]:
    """1 for spans of one type that differ in nothing but the kinds of `boundary_difference` in `forgiven`, else 0."""
    return partial(_alike, text, forgiven)


def _alike(text: str, forgiven: Sequence[str], gold: Span, predicted: Span) -> float:
    if gold.label != predicted.label:
        return 0.0
    same = (gold.start, gold.end) == (predicted.start, predicted.end)
    return float(same or edge(text, gold, predicted) in forgiven)
