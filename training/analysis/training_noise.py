"""Document noise and training noise, apart: what chance does to a score through what is scored, and through the seed.

Trainings that differ in their seed alone score differently (Reimers and Gurevych 2017, "Reporting score distributions
makes a difference"). Documents and trainings are crossed: every model is scored on every document, so the variance of a
score is that of the documents plus that of the trainings (Dror and Reichart 2018 for the first; Sellam and others 2022,
"The MultiBERTs", for both). The first is the jackknife's over stories (`intervals`), the second the sample variance
over seeds, pooled over both models, as their trainings are of one kind. With three seeds a variance is hardly known: t
quantiles with the degrees of freedom of Satterthwaite (1946) say so. What models and documents do together is in both
parts, so that their sum is, if anything, too large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import variance

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, ndtri, stdtr, stdtrit

from annotation.core import bootstrap, intervals
from annotation.core.bootstrap import Floats
from annotation.core.matching import HEADLINE, UNITS, Interval
from training.lineage.seed_scores import SeedScores
from training.scoring.scores import Scores

TEST, DEV, ALIKE = "other seeds on these documents", "other seeds on dev", "two trainings of one recipe"
"""What tells the training noise: the scores of other seeds' models, their scores on dev, or both models themselves."""
_TAIL = (1 + bootstrap.LEVEL) / 2


@dataclass(frozen=True, eq=False)
class Trainings:
    """The trainings beside the two models compared: scores of models that differ from `now` or `before` in their seed.

    same_recipe: the two differ in their seed alone. dev: what was recorded of the seeds of either model.
    """

    now: tuple[Scores, ...] = ()
    before: tuple[Scores, ...] = ()
    same_recipe: bool = False
    dev: tuple[SeedScores, ...] = ()

    @property
    def source(self) -> str | None:
        """What tells the training noise, None where nothing does."""
        if self.now or self.before:
            return TEST
        if self.same_recipe:
            return ALIKE
        return DEV if any(len(seeds.scores) > 1 for seeds in self.dev) else None

    def recorded(self) -> tuple[Mapping[str, float], int]:
        """The variance of each of `UNITS` over seeds on dev, pooled over both models, and its degrees of freedom."""
        several = [seeds for seeds in self.dev if len(seeds.scores) > 1]
        degrees = sum(len(seeds.scores) - 1 for seeds in several)
        sums = {u: sum((len(s.scores) - 1) * variance(s.of(u)) for s in several) for u in UNITS}
        return {unit: total / degrees for unit, total in sums.items()}, degrees


@dataclass(frozen=True, slots=True)
class ChangeNoise:
    """A change between the means over the trainings of each side, and what chance does to it; fractions of F1.

    documents, trainings: standard errors, the one from the stories scored, the other from the seeds. interval: 95%,
    of both. `seeds`: how many trainings stand behind each side, before and now.
    """

    delta: float
    documents: float
    trainings: float
    interval: Interval | None
    seeds: tuple[int, int]
    source: str

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        row: dict[str, object] = {"delta": self.delta, "documents": self.documents, "trainings": self.trainings}
        row |= {"interval": list(self.interval)} if self.interval else {}
        return row | {"seeds": list(self.seeds), "source": self.source}


@dataclass(frozen=True)
class ChangeNoises:
    """Those of many scores; `deviates`, [scores]: changes as normal deviates, NaN where the noise is not known."""

    deviates: Floats
    rows: Sequence[ChangeNoise | None]


def change_noises(
    now: Sequence[Floats], before: Sequence[Floats], known: Floats, degrees: int, source: str
) -> ChangeNoises:
    """What chance does to changes of micro F1; each side is its trainings' counts, [stories, scores, 3] each.

    known: the variance over seeds, [scores], NaN where it is not known; degrees: its degrees of freedom.
    """
    delta = _mean_f1(now) - _mean_f1(before)
    left_out = _mean_left(now) - _mean_left(before)
    stories = np.maximum.reduce([side[..., :2].any(axis=-1) for side in (*now, *before)]).sum(axis=0)
    documents = intervals.error(delta, left_out, stories)
    trainings = np.sqrt(known * (1 / len(now) + 1 / len(before)))
    both, freedom = _together(documents, np.maximum(stories - 1, 1), trainings, degrees)
    width = stdtrit(freedom, _TAIL) * both
    few = stories < intervals.FEWEST
    ends = np.clip(np.where(few[:, None], np.nan, np.stack([delta - width, delta + width], axis=-1)), -1, 1)
    seeds = len(before), len(now)
    cells = zip(delta.tolist(), documents.tolist(), trainings.tolist(), intervals.pairs(ends), strict=True)
    rows = [None if np.isnan(cell[2]) else ChangeNoise(*cell, seeds, source) for cell in cells]
    return ChangeNoises(_deviates(delta, both, freedom), rows)


def pooled_variance(sides: Sequence[Sequence[Floats]]) -> tuple[Floats, int]:
    """The variance of F1 over the trainings of each side, [stories, scores, 3] each, pooled, [scores]; its degrees."""
    f1 = [np.stack([bootstrap.f1(counts.sum(axis=0)) for counts in side]) for side in sides]
    degrees = sum(len(side) - 1 for side in f1)
    squares = sum(((side - side.mean(axis=0)) ** 2).sum(axis=0) for side in f1)
    return np.asarray(squares / max(degrees, 1)), degrees


@dataclass(frozen=True, slots=True)
class SeedNoise:
    """One score of a model trained with several seeds, over some of the documents; fractions of F1.

    by_seed: each training's. documents: the standard error of their mean from the stories scored. trainings: the
    standard deviation from seed to seed, and its 95% interval (chi-squared). interval: where another training would
    land on other such documents, 95%; None with too few stories.
    """

    unit: str
    language: str
    by_seed: Mapping[int, float]
    mean: float
    documents: float
    trainings: float
    trainings_interval: Interval
    interval: Interval | None

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        row: dict[str, object] = {"unit": self.unit, "language": self.language or None}
        row |= {"seeds": {str(seed): f1 for seed, f1 in self.by_seed.items()}, "mean": self.mean}
        row |= {"documents": self.documents, "trainings": self.trainings}
        row |= {"trainings_interval": list(self.trainings_interval)}
        return row | ({"interval": list(self.interval)} if self.interval else {})


@dataclass(frozen=True, eq=False)
class SeedsScored:
    """The scores of each seed's model over the same documents, that which is reported first."""

    scores: Mapping[int, Scores] = field(repr=False)

    @property
    def rows(self) -> list[SeedNoise]:
        """Each of `UNITS` over all documents, then the headline in each language."""
        kept = next(iter(self.scores.values()))
        rows = [self._row(unit, "") for unit in UNITS]
        return rows + [self._row(HEADLINE, code) for code in kept.by_language if len(kept.by_language) > 1]

    def _row(self, unit: str, language: str) -> SeedNoise:
        sides = [self._counts(scores, unit, language) for scores in self.scores.values()]
        (spread,), degrees = pooled_variance([sides])
        stories = np.maximum.reduce([side[..., :2].any(axis=-1) for side in sides]).sum(axis=0)
        mean = _mean_f1(sides)
        documents = intervals.error(mean, _mean_left(sides), stories)
        trainings = np.array([np.sqrt(spread)])
        both, freedom = _together(
            documents, np.maximum(stories - 1, 1), trainings * np.sqrt(1 + 1 / len(sides)), degrees
        )
        width = float(stdtrit(freedom, _TAIL)[0] * both[0])
        ends = max(0.0, float(mean[0]) - width), min(1.0, float(mean[0]) + width)
        return SeedNoise(
            unit=unit,
            language=language,
            by_seed={seed: float(bootstrap.f1(s.sum(axis=0))[0]) for seed, s in zip(self.scores, sides, strict=True)},
            mean=float(mean[0]),
            documents=float(documents[0]),
            trainings=float(trainings[0]),
            trainings_interval=_deviation_ends(float(spread), degrees),
            interval=ends if stories[0] >= intervals.FEWEST else None,
        )

    def _counts(self, scores: Scores, unit: str, language: str) -> Floats:
        """[stories, 1, 3]; documents of other languages count as nothing."""
        own = np.array([not language or code == language for code in scores.languages])
        counts = np.where(own[:, None, None], scores.counts[:, [UNITS.index(unit)]], 0).astype(np.float64)
        return intervals.by_cluster(counts, scores.stories)


def _mean_f1(side: Sequence[Floats]) -> Floats:
    """The mean over trainings of micro F1, [scores]."""
    mean: Floats = np.mean([bootstrap.f1(counts.sum(axis=0)) for counts in side], axis=0)
    return mean


def _mean_left(side: Sequence[Floats]) -> Floats:
    """The same without each story, [stories, scores]."""
    mean: Floats = np.mean([bootstrap.f1(intervals.left(counts)) for counts in side], axis=0)
    return mean


def _together(documents: Floats, stories: NDArray[np.int64], trainings: Floats, degrees: int) -> tuple[Floats, Floats]:
    """The standard error of both, and its degrees of freedom (Satterthwaite 1946)."""
    both = documents**2 + trainings**2
    shares = documents**4 / stories + trainings**4 / max(degrees, 1)
    freedom = np.divide(both**2, shares, out=np.ones_like(both), where=shares > 0)
    return np.sqrt(both), freedom


def _deviates(delta: Floats, error: Floats, freedom: Floats) -> Floats:
    """The normal deviates with the tail probabilities of these t values."""
    t = np.divide(np.abs(delta), error, out=np.where(delta == 0, 0.0, np.inf), where=error > 0)
    deviates: Floats = np.where(np.isnan(error), np.nan, -np.sign(delta) * ndtri(stdtr(freedom, -t)))
    return np.where(delta == 0, np.where(np.isnan(error), np.nan, 0.0), deviates)


def _deviation_ends(spread: float, degrees: int) -> Interval:
    """The 95% interval of a standard deviation, of its variance estimate."""
    low, high = (np.sqrt(degrees * spread / chdtri(degrees, tail)) for tail in (1 - _TAIL, _TAIL))
    return float(low), float(high)
