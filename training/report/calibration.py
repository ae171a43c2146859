"""Whether scores mean what they say, and what is won by keeping only the sure predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotation.document import Document
from annotation.matching import ENOUGH, PRF, Item
from training.scoring import aligned

LAYERS = ("entity", "trigger", "argument")
"""Right as Entity, Trig-C and Arg-C+ count them."""
BINS = 10
POINTS = 50
"""Thresholds an abstention curve is drawn through, at most."""
WANTED = (0.8, 0.9, 0.95)
"""Precisions for which thresholds are told."""

_Z = 1.959964
"""Standard deviations to either side that hold 95%."""

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions from `low` up to `high`: their mean score, and the share that is right with a 95% interval."""

    low: float
    high: float
    count: int
    score: float
    right: float
    interval: tuple[float, float]

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        row: dict[str, object] = {"low": self.low, "high": self.high, "count": self.count}
        return row | {"score": self.score, "right": self.right, "interval": list(self.interval)}


@dataclass(frozen=True, slots=True)
class Point:
    """What is left when predictions scored below `threshold` are withheld; `kept` is their share of all."""

    threshold: float
    kept: float
    prf: PRF

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        row = {"threshold": self.threshold, "kept": self.kept, "precision": self.prf.precision}
        return {**row, "recall": self.prf.recall, "f1": self.prf.f1}


@dataclass(frozen=True, eq=False)
class Layer:
    """The predictions of one layer that have a score: `scores` in 0..1, falling, and which are `right`, both [n].

    gold: how many there are to find. unscored: predictions without a score, which nothing here counts.
    """

    scores: Floats = field(repr=False)
    right: NDArray[np.bool_] = field(repr=False)
    gold: int
    unscored: int

    @property
    def enough(self) -> bool:
        """Whether there are predictions enough (30) to say anything."""
        return len(self.scores) >= ENOUGH

    @property
    def bins(self) -> tuple[Bin, ...]:
        """`BINS` of equal width, those that hold anything; a score of 1 is in the last."""
        number = np.clip((self.scores * BINS).astype(np.int64), 0, BINS - 1)
        return tuple(self._bin(at, number == at) for at in np.unique(number).tolist())

    @property
    def ece(self) -> float:
        """Expected calibration error (Guo et al. 2017): how far scores are from shares, bins weighted by count."""
        gaps = sum(part.count * abs(part.right - part.score) for part in self.bins)
        return gaps / len(self.scores) if len(self.scores) else 0.0

    @property
    def points(self) -> tuple[Point, ...]:
        """What every threshold that makes a difference leaves, the strictest first."""
        lasts = np.flatnonzero(np.append(np.diff(self.scores) != 0, True)) if len(self.scores) else np.array([], int)
        hits = np.cumsum(self.right)
        return tuple(
            Point(float(self.scores[at]), (at + 1) / len(self.scores), PRF(self.gold, at + 1, int(hits[at])))
            for at in lasts.tolist()
        )

    @property
    def curve(self) -> tuple[Point, ...]:
        """`points`, thinned to `POINTS` evenly by rank, both ends kept."""
        points = self.points
        if len(points) <= POINTS:
            return points
        return tuple(points[at] for at in np.linspace(0, len(points) - 1, POINTS).round().astype(int).tolist())

    def threshold(self, precision: float) -> Point | None:
        """The point that keeps most at no less than this precision; None where none keeps enough (30) to be trusted."""
        good = [p for p in self.points if p.prf.precision >= precision and p.prf.predicted >= ENOUGH]
        return good[-1] if good else None

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        wanted = {str(precision): self.threshold(precision) for precision in WANTED}
        row: dict[str, object] = {"predicted": len(self.scores), "unscored": self.unscored, "gold": self.gold}
        return {
            **row,
            "enough": self.enough,
            "ece": self.ece,
            "bins": [part.as_dict() for part in self.bins],
            "thresholds": {precision: point and point.as_dict() for precision, point in wanted.items()},
            "curve": [point.as_dict() for point in self.curve],
        }

    def _bin(self, number: int, inside: NDArray[np.bool_]) -> Bin:
        scores, right = self.scores[inside], self.right[inside]
        share = float(right.mean())
        interval = wilson(int(right.sum()), len(right))
        return Bin(number / BINS, (number + 1) / BINS, len(scores), float(scores.mean()), share, interval)


@dataclass(frozen=True)
class Calibration:
    """Each of `LAYERS`."""

    layers: Mapping[str, Layer]

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {name: layer.as_dict() for name, layer in self.layers.items()}


def calibration(gold: Sequence[Document], predicted: Sequence[Document]) -> Calibration:
    """How the scores of predictions relate to their being right. Raises UsageError when the two sides do not fit."""
    pairs = aligned(gold, predicted)
    sides = [(_items(ours), _items(theirs)) for ours, theirs in pairs]
    return Calibration({layer: _layer([(ours[layer], theirs[layer]) for ours, theirs in sides]) for layer in LAYERS})


def wilson(right: int, count: int) -> tuple[float, float]:
    """95% interval of a share (Wilson 1927); everything where nothing was counted."""
    if not count:
        return 0.0, 1.0
    share, spread = right / count, _Z**2 / count
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * sqrt(share * (1 - share) / count + spread / (4 * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def _layer(sides: Sequence[tuple[Mapping[Item, float | None], Mapping[Item, float | None]]]) -> Layer:
    told = [(score, item in ours) for ours, theirs in sides for item, score in theirs.items()]
    scored = sorted(((score, right) for score, right in told if score is not None), reverse=True)
    return Layer(
        scores=np.array([score for score, _ in scored], dtype=np.float64),
        right=np.array([right for _, right in scored], dtype=np.bool_),
        gold=sum(len(ours) for ours, _ in sides),
        unscored=len(told) - len(scored),
    )


def _items(document: Document) -> dict[str, dict[Item, float | None]]:
    """Each layer's tuples, as they are counted, with the score of each."""
    return {
        "entity": {(span.start, span.end, span.label): span.score for span in document.entities},
        "trigger": {(span.start, span.end, span.label): span.score for span in document.triggers},
        "argument": dict(_arguments(document)),
    }


def _arguments(document: Document) -> Iterator[tuple[Item, float | None]]:
    for event in document.events:
        trigger = (event.trigger.start, event.trigger.end, event.type)
        for argument in event.arguments:
            yield (*trigger, argument.filler.start, argument.filler.end, argument.role), argument.score
