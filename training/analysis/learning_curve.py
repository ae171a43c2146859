"""What a learning curve says: how scores grew with the documents, where more of them would lead, and for which types.

Documents that are scored are drawn again and again, the same ones at every point, and with several seeds, seeds too;
each draw is fitted anew. So intervals hold the luck of what is scored and, with several seeds, that of training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from annotation.core import bootstrap, intervals
from annotation.core.bootstrap import Floats
from annotation.core.matching import ENOUGH, HEADLINE, PRF, UNITS
from annotation.core.messages import N_, Message, percent
from training.analysis.power_law import PowerLaw, power_law
from training.scoring.counts import TypeName
from training.scoring.scores import Scores

FACTORS = (1.5, 2.0, 3.0)
"""How many times the documents there are the curve is followed to."""
TWICE = 2.0
STEP = 10
"""Labels more of a type, whose worth is told."""
_RELIABLE = 4
"""Sizes below which three numbers cannot be fitted and checked."""
_WIDE = 0.15
"""An interval wider than this says nothing one could plan by."""
_SMALL = 0.005
"""A gain that nobody would label for."""


@dataclass(frozen=True, eq=False)
class TrainingPoint:
    """One training: on a share of the documents, with a seed. `examples` counts the events of each type in them."""

    share: float
    seed: int
    documents: int
    examples: Mapping[str, int]
    scores: Scores = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ahead:
    """F1 foretold at `factor` times the documents, and what that is above the curve where it is now, with intervals."""

    factor: float
    f1: float
    interval: tuple[float, float]
    gain: float
    gain_interval: tuple[float, float]


@dataclass(frozen=True)
class Trend:
    """One score. `line` and `band` are the fitted curve at `Curve.grid`; `doubts` say why it is not to be trusted."""

    unit: str
    f1: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]
    ceiling: float
    rate: float
    line: tuple[float, ...]
    band: tuple[tuple[float, float], ...]
    ahead: tuple[Ahead, ...]
    doubts: tuple[str, ...]

    @property
    def twice(self) -> Ahead:
        """At twice the documents."""
        return next(ahead for ahead in self.ahead if ahead.factor == TWICE)

    @property
    def helps(self) -> bool:
        """Whether more documents raise it beyond what chance explains."""
        return self.twice.gain_interval[0] > _SMALL


@dataclass(frozen=True, slots=True)
class Slope:
    """An event type: its F1 with everything, and what twice the examples brought it, over all sizes, with an interval.

    `worth`: what `STEP` examples more would add to the headline of the whole, if it went on so. `trigger` and `now` are
    Trig-C and Arg-C+ of the type.
    """

    type: str
    examples: int
    trigger: PRF
    now: PRF
    doubling: float
    interval: tuple[float, float]
    worth: float

    @property
    def enough(self) -> bool:
        """Whether there are enough arguments (30) of the type to say anything."""
        return self.now.enough

    @property
    def helps(self) -> bool:
        """Whether more examples raised it beyond what chance explains."""
        return self.enough and self.interval[0] > _SMALL


@dataclass(frozen=True, eq=False)
class Curve:
    """All points of the same gold documents. Every share has been trained with every seed."""

    points: Sequence[TrainingPoint]

    @cached_property
    def shares(self) -> tuple[float, ...]:
        """The shares of the training documents, in 0..1, rising."""
        return tuple(sorted({point.share for point in self.points}))

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, rising."""
        return tuple(sorted({point.seed for point in self.points}))

    def at(self, share: float) -> list[TrainingPoint]:
        """The points of a share, by seed."""
        return sorted((point for point in self.points if point.share == share), key=lambda point: point.seed)

    @cached_property
    def sizes(self) -> Floats:
        """Training documents of each share, [P]."""
        return np.array([self.at(share)[0].documents for share in self.shares], dtype=np.float64)

    @cached_property
    def grid(self) -> Floats:
        """Numbers of documents to draw the curve at."""
        return np.linspace(self.sizes[0], self.sizes[-1] * FACTORS[-1], 60)

    @cached_property
    def trends(self) -> Mapping[str, Trend]:
        """Each of `UNITS`."""
        counts = [[point.scores.counts[:, : len(UNITS)] for point in self.at(share)] for share in self.shares]
        now, drawn = self._f1(np.array(counts))
        return {unit: self._trend(unit, now[:, at], drawn[:, :, at]) for at, unit in enumerate(UNITS)}

    @cached_property
    def slopes(self) -> list[Slope]:
        """Event types, those first whose next labels are worth most; those that never had two counts are left out."""
        names = sorted({name for point in self.points for kind, name in point.scores.types if kind == "arguments"})
        slopes = [self._slope(name) for name in names if len({p.examples.get(name, 0) for p in self.points}) > 1]
        return sorted(slopes, key=lambda slope: (not slope.helps, not slope.enough, -slope.worth, slope.type))

    def _f1(self, counts: Floats) -> tuple[Floats, Floats]:
        """[P, seeds, rows, units, 3] -> F1 averaged over seeds, [P, units], and of each draw, [draws, P, units]."""
        points, seeds, rows, units, _ = counts.shape
        now = bootstrap.f1(counts.sum(axis=2)).mean(axis=1)
        side = intervals.by_cluster(np.moveaxis(counts, 2, 0).reshape(rows, -1, 3), self._stories)
        drawn = bootstrap.resampled_f1(side).reshape(-1, points, seeds, units)
        picks = np.random.default_rng(bootstrap.SEED).integers(seeds, size=(len(drawn), seeds))
        times = np.stack([(picks == seed).mean(axis=1) for seed in range(seeds)], axis=1)
        return now, np.einsum("dpsu,ds->dpu", drawn, times)

    @property
    def _stories(self) -> Sequence[str]:
        """The story of each row that was scored, the same for every training."""
        return self.points[0].scores.stories

    def _bounds(self, drawn: Floats) -> Floats:
        return bootstrap.bounds(drawn, len(set(self._stories)))

    def _trend(self, unit: str, now: Floats, drawn: Floats) -> Trend:
        fit, fits = power_law(self.sizes, now), power_law(self.sizes, drawn)
        band = self._bounds(np.stack([fits.at(size) for size in self.grid], axis=1))
        ahead = tuple(self._ahead(factor, fit, fits) for factor in FACTORS)
        return Trend(
            unit=unit,
            f1=tuple(now.tolist()),
            intervals=tuple(bootstrap.pairs(self._bounds(drawn))),
            ceiling=float(fit.ceiling),
            rate=float(fit.rate),
            line=tuple(float(fit.at(size)) for size in self.grid),
            band=tuple(bootstrap.pairs(band)),
            ahead=ahead,
            doubts=tuple(self._doubts(unit, now, drawn, fit, ahead)),
        )

    def _ahead(self, factor: float, fit: PowerLaw, fits: PowerLaw) -> Ahead:
        last = float(self.sizes[-1])
        there, gains = fits.at(factor * last), fits.at(factor * last) - fits.at(last)
        ends = bootstrap.pairs(self._bounds(np.stack([there, gains], axis=1)))
        now, then = float(fit.at(last)), float(fit.at(factor * last))
        return Ahead(factor, then, ends[0], then - now, ends[1])

    def _doubts(self, unit: str, now: Floats, drawn: Floats, fit: PowerLaw, ahead: Sequence[Ahead]) -> list[str]:
        """Why not to plan by it."""
        doubts: list[str] = []
        if len(self.shares) < _RELIABLE:
            few = N_("%(sizes)s sizes are too few to fit a curve to; it takes %(least)s")
            doubts.append(Message(few, sizes=len(self.shares), least=_RELIABLE))
        if not all(point.scores.micro[unit].enough for point in self.at(self.shares[-1])):
            doubts.append(Message("fewer than %(number)s of what it counts were there to score", number=ENOUGH))
        if not fit.fall:
            doubts.append(Message("it did not rise with the documents"))
        elif len(self.shares) >= _RELIABLE:
            foretold = float(power_law(self.sizes[:-1], now[:-1]).at(float(self.sizes[-1])))
            low, high = bootstrap.pairs(self._bounds(drawn[:, -1:]))[0]
            if not low <= foretold <= high:
                doubts.append(
                    Message(
                        "by the smaller sizes the largest should have reached %(foretold)s, and it reached %(reached)s "
                        "(%(low)s to %(high)s)",
                        foretold=percent(foretold),
                        reached=percent(now[-1]),
                        low=percent(low),
                        high=percent(high),
                    )
                )
        low, high = next(a.interval for a in ahead if a.factor == TWICE)
        if high - low > _WIDE:
            width = f"{100 * (high - low):.0f}"
            doubts.append(Message("the interval at twice the documents is %(width)s points wide", width=width))
        return doubts

    def _slope(self, name: str) -> Slope:
        """Ordinary least squares of the type's Arg-C+ on the binary logarithm of its examples."""
        columns = [[_column(point, ("arguments", name)) for point in self.at(share)] for share in self.shares]
        now, drawn = self._f1(np.array(columns)[:, :, :, None, :])
        counts = [np.mean([p.examples.get(name, 0) for p in self.at(share)]) for share in self.shares]
        x = np.log2(np.maximum(np.array(counts), 1.0))
        spread = (x - x.mean()) / max(float(((x - x.mean()) ** 2).sum()), 1e-12)
        slope, slopes = float(now[:, 0] @ spread), drawn[:, :, 0] @ spread
        last = self.at(self.shares[-1])[0].scores
        prf, examples = last.by_type["arguments"].get(name, PRF(0, 0, 0)), round(float(counts[-1]))
        part = prf.gold / max(last.micro[HEADLINE].gold, 1)
        steps = float(np.log2((max(examples, 1) + STEP) / max(examples, 1)))
        interval = bootstrap.pairs(self._bounds(slopes[:, None]))[0]
        trigger = last.by_type["event"].get(name, PRF(0, 0, 0))
        return Slope(name, examples, trigger, prf, slope, interval, part * slope * steps)


def _column(point: TrainingPoint, name: TypeName) -> Floats:
    """Counts of one type, [rows, 3]; none where it does not occur."""
    scores = point.scores
    if name not in scores.types:
        return np.zeros((len(scores.ids), 3))
    return np.asarray(scores.type_counts[:, scores.types.index(name)], dtype=np.float64)
