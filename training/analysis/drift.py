"""Drift: how far new articles are from those that a model was trained on, measure by measure. No I/O, no model.

Every measure is a sum over articles divided by another sum, such as unknown pieces over pieces. Its error is a
jackknife's over stories. Where fewer than five stories of a side have any of a share, it is no less than with the
variance that both sides have together: where a rare type happens not to occur, a side shows no variance of its own, and
a jackknife alone called a change in 12 of 100 comparisons without one (tests/benchmarks/RESULTS.md). The interval of a
difference takes t with the degrees of freedom of the smaller side.
P-values are corrected for the number of measures (Holm 1979). Of thousands of articles any small difference is beyond
chance, so a measure has drifted only where the difference is also large enough to matter (`least`): for shares and
scores Cohen's h (Cohen 1988, "Statistical power analysis", chapter 6), for lengths half the logarithm of the ratio.
Beside each event type, all types together are one more measure (type_mix): a change of many shows there first.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, log, sqrt

import numpy as np
from scipy.special import stdtr, stdtrit

from annotation.core.bootstrap import LEVEL, Floats
from annotation.core.intervals import FEWEST, error, left
from annotation.core.matching import Interval
from training.analysis.drift_measures import Articles, Measure, events_by_type, of_predictions, of_texts
from training.analysis.slices import holm
from training.analysis.type_mix import TypeMix, type_mix

LEAST = 0.1
"""Half of what Cohen calls a small effect: a share of 5 percent that becomes 7.4, a mean score of 80 that becomes 76,
articles a fifth shorter."""
ITEMS = 5
"""Fewest of what is counted, and of what is not, on both sides together, for a share to be judged."""


@dataclass(frozen=True)
class MeasuredSide:
    """A measure on one side: its value, its 95% interval if there is one, and how many stories it is of."""

    value: float
    interval: Interval | None
    stories: int


@dataclass(frozen=True)
class Drift:
    """One measure of the articles compared with and of the new ones.

    kind "mix": all types together; `now` is how far the mixes are apart, `before` how far by chance alone, no interval.
    difference: new less old, with its 95% interval. p: of there being none, corrected by Holm for all that are judged.
    effect: how large it is, comparable between measures. enough: whether there is enough on both sides to judge.
    """

    kind: str
    name: str
    before: MeasuredSide
    now: MeasuredSide
    interval: Interval | None
    p: float
    effect: float
    enough: bool
    drifted: bool

    @property
    def difference(self) -> float:
        """New less old."""
        return self.now.value - self.before.value

    @property
    def asks_for_labels(self) -> bool:
        """Whether it has drifted to where labels would help: fewer unknown pieces or surer scores ask for none."""
        rising, falling = self.kind in ("unknown", "uncertainty"), self.kind == "score"
        return self.drifted and not (rising and self.difference < 0) and not (falling and self.difference > 0)

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "kind": self.kind,
            "name": self.name,
            "before": _side(self.before),
            "now": _side(self.now),
            "difference": self.difference,
            "interval": list(self.interval) if self.interval else None,
            "p": self.p,
            "effect": self.effect,
            "enough": self.enough,
            "drifted": self.drifted,
        }


def _side(side: MeasuredSide) -> dict[str, object]:
    ends = list(side.interval) if side.interval else None
    return {"value": side.value, "interval": ends, "stories": side.stories}


def drifts(
    trained: Articles, held_out: Articles, new: Articles, *, least: float = LEAST, level: float = 1 - LEVEL
) -> list[Drift]:
    """All measures: what is counted in texts against the articles trained on, what is predicted against held-out ones.

    A model knows what it was trained on by heart, so its scores there say nothing of new articles.
    """
    pairs = [(measure, trained) for measure in of_texts([*trained.figures, *new.figures])]
    pairs += [(measure, held_out) for measure in of_predictions([*held_out.figures, *new.figures])]
    tests: list[_Test | _MixTest] = [_Test.of(measure, measure.sums(old), measure.sums(new)) for measure, old in pairs]
    tests.append(_MixTest(type_mix(*events_by_type(held_out, new))))
    enough = np.array([test.enough for test in tests], dtype=bool)
    p = np.ones(len(tests))
    p[enough] = holm(np.array([test.p for test in tests])[enough])
    return [test.drift(float(value), least=least, level=level) for test, value in zip(tests, p, strict=True)]


@dataclass(frozen=True)
class _Test:
    """A measure on both sides before its p-value is corrected."""

    measure: Measure
    before: MeasuredSide
    now: MeasuredSide
    interval: Interval | None
    p: float
    enough: bool

    @classmethod
    def of(cls, measure: Measure, before: Floats, now: Floats) -> _Test:
        common = _common_variance(before, now) if measure.share else 0.0
        sides = [_estimate(sums, common) for sums in (before, now)]
        (old, old_error, old_stories), (new, new_error, new_stories) = sides
        deviation, freedom = float(np.hypot(old_error, new_error)), min(old_stories, new_stories) - 1
        enough = freedom + 1 >= FEWEST and deviation > 0 and _counted(measure, before, now)
        p, interval = 1.0, None
        if enough:
            p = float(2 * stdtr(freedom, -abs(new - old) / deviation))
            width = float(stdtrit(freedom, (1 + LEVEL) / 2)) * deviation
            interval = (new - old - width, new - old + width)
        shown = [
            MeasuredSide(value, _ends(measure, value, spread, stories), stories) for value, spread, stories in sides
        ]
        return cls(measure, shown[0], shown[1], interval, p, enough)

    def drift(self, p: float, *, least: float, level: float) -> Drift:
        """The measure with its corrected p-value."""
        effect = _effect(self.measure, self.before.value, self.now.value)
        drifted = self.enough and p < level and effect >= least
        measure = self.measure
        return Drift(measure.kind, measure.name, self.before, self.now, self.interval, p, effect, self.enough, drifted)


@dataclass(frozen=True)
class _MixTest:
    """All event types together before the p-value is corrected."""

    mix: TypeMix

    @property
    def p(self) -> float:
        return self.mix.p

    @property
    def enough(self) -> bool:
        return self.mix.enough

    def drift(self, p: float, *, least: float, level: float) -> Drift:
        """The measure with its corrected p-value."""
        mix = self.mix
        before, now = (
            MeasuredSide(value, None, stories)
            for value, stories in zip((mix.by_chance, mix.distance), mix.stories, strict=True)
        )
        drifted = mix.enough and p < level and mix.effect >= least
        return Drift("mix", "events of other types", before, now, None, p, mix.effect, mix.enough, drifted)


def _common_variance(before: Floats, now: Floats) -> float:
    """The variance of stories around the ratio of their side, both sides together, for each unit of the whole."""
    wholes = [side[:, 1] for side in (before, now)]
    total, stories = sum(whole.sum() for whole in wholes), sum(int((whole > 0).sum()) for whole in wholes)
    if stories <= 2:
        return 0.0
    squares = sum(float((_apart(side) ** 2).sum()) for side in (before, now))
    return float(squares / total * stories / (stories - 2))


def _apart(side: Floats) -> Floats:
    """The part of each story less what it would be were its ratio that of its side, [stories]."""
    part, whole = side[:, 0], side[:, 1]
    apart: Floats = part - part.sum() / max(whole.sum(), 1) * whole
    return apart


def _estimate(sums: Floats, common: float) -> tuple[float, float, int]:
    """The ratio of both sums, its standard error, and the stories that have anything to count.

    common: the variance of a unit of the whole, for a share of which too few stories have any, or anything else.
    """
    stories = int((sums[:, 1] > 0).sum()) if len(sums) else 0
    if not stories:
        return 0.0, 0.0, 0
    totals, rest = sums.sum(axis=0), left(sums)
    value = np.array([totals[0] / totals[1]])
    left_out = np.divide(rest[:, :1], rest[:, 1:], out=np.full((len(rest), 1), value[0]), where=rest[:, 1:] > 0)
    spread = float(error(value, left_out, np.array([stories]))[0])
    some, others = ((column > 0).sum() for column in (sums[:, 0], sums[:, 1] - sums[:, 0]))
    if min(some, others) < FEWEST:
        spread = max(spread, sqrt(common / totals[1]))
    return float(value[0]), spread, stories


def _ends(measure: Measure, value: float, spread: float, stories: int) -> Interval | None:
    if stories < FEWEST:
        return None
    width = float(stdtrit(stories - 1, (1 + LEVEL) / 2)) * spread
    return max(0.0, value - width), min(1.0, value + width) if measure.share else value + width


def _counted(measure: Measure, before: Floats, now: Floats) -> bool:
    """Whether enough is counted; a share of next to nothing has no error that could be believed."""
    if not measure.share:
        return True
    part, whole = (before.sum(axis=0) + now.sum(axis=0)).tolist()
    return bool(part >= ITEMS and whole - part >= ITEMS)


def _effect(measure: Measure, before: float, now: float) -> float:
    if measure.share:
        return abs(2 * asin(sqrt(min(now, 1.0))) - 2 * asin(sqrt(min(before, 1.0))))
    return abs(log(now / before)) / 2 if before > 0 and now > 0 else float(before != now)
