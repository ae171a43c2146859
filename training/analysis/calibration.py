"""Whether scores mean what they say, and what is won by keeping only the sure predictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from annotation.core import bootstrap, intervals
from annotation.core.bootstrap import Floats
from annotation.core.document import Document
from annotation.core.layers import ARGUMENT, ENTITY, LAYERS, LINK, TRIGGER
from annotation.core.matching import ENOUGH, PRF, Interval, Item
from training.scoring.document_pairs import DocumentPair
from training.scoring.scores import prfs

BINS = 10
POINTS = 50
"""Thresholds an abstention curve is drawn through, at most."""
WANTED = (0.8, 0.9, 0.95)
"""Precisions for which thresholds are reported."""

_Z = 1.959964
"""Standard deviations to either side that hold 95%."""


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
class ThresholdPoint:
    """What is left when predictions scored below `threshold` are withheld; `kept` is their share of all."""

    threshold: float
    kept: float
    prf: PRF

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {"threshold": self.threshold, "kept": self.kept, **self.prf.as_dict()}


@dataclass(frozen=True, eq=False)
class LayerScores:
    """The predictions of one layer that have a score: `scores` in 0..1, falling, and which are `right`, both [n].

    document: the row of each one's document in `golds`, [n]. golds: how many there are to find in each document.
    stories: the story of each document. unscored: predictions without a score, which nothing here counts. dev: the
    layer of the development documents, on which thresholds are chosen; None where there are none, then they are chosen
    here.
    """

    scores: Floats = field(repr=False)
    right: NDArray[np.bool_] = field(repr=False)
    document: NDArray[np.int64] = field(repr=False)
    golds: NDArray[np.int64] = field(repr=False)
    stories: Sequence[str] = field(repr=False)
    unscored: int
    dev: LayerScores | None = field(default=None, repr=False)

    @property
    def gold(self) -> int:
        """How many there are to find."""
        return int(self.golds.sum())

    @property
    def enough(self) -> bool:
        """Whether there are predictions enough (30) to say anything."""
        return len(self.scores) >= ENOUGH

    @cached_property
    def bins(self) -> tuple[Bin, ...]:
        """`BINS` of equal width, those that hold anything; a score of 1 is in the last."""
        return tuple(self._bin(at, self._bins == at) for at in np.unique(self._bins).tolist())

    @cached_property
    def ece(self) -> float:
        """Expected calibration error (Guo et al. 2017): how far scores are from shares, bins weighted by count."""
        return float(_ece(self._sums().sum(axis=0)[None])[0])

    @cached_property
    def ece_interval(self) -> Interval | None:
        """Its 95% interval, None with too few stories."""
        sums = intervals.by_cluster(self._sums(), self.stories)
        stories = np.array([sums[..., 0].any(axis=1).sum()])
        ends = intervals.of_values(np.array([self.ece]), _ece(intervals.left(sums))[:, None], clusters=stories)
        return intervals.pair(np.clip(ends, 0.0, 1.0))

    @cached_property
    def ece_by_chance(self) -> float:
        """What 95 in 100 such layers stay below whose every score is the chance of being right: as few predictions in
        as few documents have some error by luck alone.

        The gap of each bin is drawn from the normal distribution of its variance. Of two bounds the larger: predictions
        that are right independently of each other, and documents whose predictions are right or wrong together.
        """
        draw = np.random.default_rng(bootstrap.SEED).standard_normal((bootstrap.RESAMPLES, BINS))
        alone = draw * np.sqrt(np.bincount(self._bins, self.scores * (1 - self.scores), BINS))
        errors = [np.quantile(np.abs(gaps).sum(axis=1), bootstrap.LEVEL) for gaps in (alone, self._together(draw))]
        return float(max(errors)) / max(len(self.scores), 1)

    def _together(self, draw: Floats) -> Floats:
        """Gaps by chance where documents vary, [resamples, BINS] from as many standard normal numbers.

        Their covariance is that of the documents' gaps about the mean gap of each bin (Liang and Zeger 1986), with t
        tails for documents less one degrees of freedom, as it is estimated from few.
        """
        counts, gaps = np.moveaxis(self._sums()[np.unique(self.document)], -1, 0)
        freedom = len(gaps) - 1
        if freedom < 1:
            return np.zeros_like(draw)
        within = (counts > 0).sum(axis=0).astype(np.float64)  # documents in each bin
        centred = gaps - counts * bootstrap.ratio(gaps.sum(axis=0), counts.sum(axis=0))
        centred *= np.sqrt(bootstrap.ratio(within, within - 1.0))
        values, vectors = np.linalg.eigh(centred.T @ centred)
        tails = np.sqrt(freedom / np.random.default_rng(bootstrap.SEED + 1).chisquare(freedom, (len(draw), 1)))
        drawn: Floats = tails * (draw * np.sqrt(np.maximum(values, 0))) @ vectors.T
        return drawn

    @cached_property
    def points(self) -> tuple[ThresholdPoint, ...]:
        """What every threshold that makes a difference leaves, the strictest first."""
        lasts = np.flatnonzero(np.append(np.diff(self.scores) != 0, True)) if len(self.scores) else np.array([], int)
        hits = np.cumsum(self.right)
        return tuple(
            ThresholdPoint(float(self.scores[at]), (at + 1) / len(self.scores), PRF(self.gold, at + 1, int(hits[at])))
            for at in lasts.tolist()
        )

    @cached_property
    def curve(self) -> tuple[ThresholdPoint, ...]:
        """`points`, thinned to `POINTS` evenly by rank, both ends kept, with 95% intervals."""
        points = self.points
        if len(points) > POINTS:
            points = tuple(points[at] for at in np.linspace(0, len(points) - 1, POINTS).round().astype(int).tolist())
        return self._sure(points)

    def threshold(self, precision: float) -> ThresholdPoint | None:
        """What the threshold leaves here that keeps most on dev at no less than this precision, with 95% intervals.

        None where none keeps enough there (30) to be trusted.
        """
        chosen = (self.dev or self).lowest(precision)
        return None if chosen is None else self._sure([self._at(chosen)])[0]

    def lowest(self, precision: float) -> float | None:
        """The lowest score from which at least `ENOUGH` predictions are no less precise; None without one."""
        good = [p for p in self.points if p.prf.precision >= precision and p.prf.predicted >= ENOUGH]
        return good[-1].threshold if good else None

    def _at(self, threshold: float) -> ThresholdPoint:
        """What a threshold leaves, which may be no score of this layer."""
        kept = int((self.scores >= threshold).sum())
        prf = PRF(self.gold, kept, int(self.right[:kept].sum()))
        return ThresholdPoint(threshold, kept / max(len(self.scores), 1), prf)

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        wanted = {str(precision): self.threshold(precision) for precision in WANTED}
        row: dict[str, object] = {"predicted": len(self.scores), "unscored": self.unscored, "gold": self.gold}
        return {
            **row,
            "enough": self.enough,
            "ece": self.ece,
            **({"ece_interval": list(self.ece_interval)} if self.ece_interval else {}),
            "ece_by_chance": self.ece_by_chance,
            "bins": [part.as_dict() for part in self.bins],
            "thresholds": {precision: point and point.as_dict() for precision, point in wanted.items()},
            "curve": [point.as_dict() for point in self.curve],
        }

    def _bin(self, number: int, inside: NDArray[np.bool_]) -> Bin:
        scores, right = self.scores[inside], self.right[inside]
        share = float(right.mean())
        interval = wilson(int(right.sum()), len(right))
        return Bin(number / BINS, (number + 1) / BINS, len(scores), float(scores.mean()), share, interval)

    @cached_property
    def _bins(self) -> NDArray[np.int64]:
        """The bin of each, [n]."""
        number: NDArray[np.int64] = np.clip((self.scores * BINS).astype(np.int64), 0, BINS - 1)
        return number

    def _sums(self) -> Floats:
        """[documents, BINS, 2]: how many, and by how much their scores are above what is right, added up."""
        sums = np.zeros((len(self.golds), BINS, 2))
        np.add.at(sums, (self.document, self._bins), np.stack([np.ones(len(self.scores)), self.scores - self.right], 1))
        return sums

    def _sure(self, points: Sequence[ThresholdPoint]) -> tuple[ThresholdPoint, ...]:
        """The points with intervals, each threshold held."""
        counts = np.zeros((len(self.golds), len(points), 3), dtype=np.int64)
        counts[..., 0] = self.golds[:, None]
        for at, point in enumerate(points):
            above = slice(0, point.prf.predicted)
            counts[:, at, 1] = np.bincount(self.document[above], minlength=len(self.golds))
            counts[:, at, 2] = np.bincount(self.document[above][self.right[above]], minlength=len(self.golds))
        return tuple(replace(point, prf=prf) for point, prf in zip(points, prfs(counts, self.stories), strict=True))


@dataclass(frozen=True)
class Calibration:
    """Each of `LAYERS`, right as Entity, Trig-C and Arg-C+ count them; a link where gold has it too."""

    layers: Mapping[str, LayerScores]

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {name: layer.as_dict() for name, layer in self.layers.items()}


def calibration(pairs: Iterable[DocumentPair], dev: Iterable[DocumentPair] | None = None) -> Calibration:
    """How the scores of predictions relate to their being right. `dev`: the documents to choose thresholds on."""
    chosen_on = None if dev is None else calibration(dev).layers
    pairs = list(pairs)
    sides = [(_items(pair.gold), _items(pair.predicted)) for pair in pairs]
    stories = [pair.story for pair in pairs]
    layers = {name: _layer([(gold[name], predicted[name]) for gold, predicted in sides], stories) for name in LAYERS}
    return Calibration(
        {name: replace(layer, dev=chosen_on[name] if chosen_on else None) for name, layer in layers.items()}
    )


def wilson(right: int, count: int) -> tuple[float, float]:
    """95% interval of a share (Wilson 1927); everything where nothing was counted."""
    if not count:
        return 0.0, 1.0
    share, spread = right / count, _Z**2 / count
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * sqrt(share * (1 - share) / count + spread / (4 * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def _layer(
    sides: Sequence[tuple[Mapping[Item, float | None], Mapping[Item, float | None]]], stories: Sequence[str]
) -> LayerScores:
    predictions = [
        (score, item in gold, row) for row, (gold, predicted) in enumerate(sides) for item, score in predicted.items()
    ]
    scored = sorted(((score, right, row) for score, right, row in predictions if score is not None), reverse=True)
    scores, right, document = zip(*scored, strict=True) if scored else ((), (), ())
    return LayerScores(
        scores=np.array(scores, dtype=np.float64),
        right=np.array(right, dtype=np.bool_),
        document=np.array(document, dtype=np.int64),
        golds=np.array([len(gold) for gold, _ in sides], dtype=np.int64),
        stories=stories,
        unscored=len(predictions) - len(scored),
    )


def _ece(sums: Floats) -> Floats:
    """[n, BINS, 2] -> [n]; 0 where nothing was predicted."""
    gaps, counts = np.abs(sums[..., 1]).sum(axis=1), sums[..., 0].sum(axis=1)
    return bootstrap.ratio(gaps, counts)


def _items(document: Document) -> dict[str, dict[Item, float | None]]:
    """Each layer's tuples, as they are counted, with the score of each."""
    return {
        ENTITY: {(span.start, span.end, span.label): span.score for span in document.entities},
        TRIGGER: {(span.start, span.end, span.label): span.score for span in document.triggers},
        ARGUMENT: dict(_arguments(document)),
        LINK: {(k.label, k.a.start, k.a.end, k.b.start, k.b.end): k.score for k in document.links},
    }


def _arguments(document: Document) -> Iterator[tuple[Item, float | None]]:
    for event in document.events:
        trigger = (event.trigger.start, event.trigger.end, event.type)
        for argument in event.arguments:
            yield (*trigger, argument.filler.start, argument.filler.end, argument.role), argument.score
