"""95% intervals of scores over articles: a jackknife's error with a t quantile, shares on the scale of their log odds.

What is left out, one at a time, are clusters, not items: errors within an article are correlated, and near-duplicates
are one article several times. Measured against percentiles of the bootstrap and others (tests/benchmarks/RESULTS.md):
of what was tried only this covers what it says from five clusters on. Nothing is drawn, so it is always the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from annotation.core.bootstrap import LEVEL, CountArray, Floats, f1
from annotation.core.matching import Interval

FEWEST = 5
"""Clusters with anything to count below which no interval is given: it would span nearly everything."""
METHOD = "jackknife over clusters of near-duplicates, log odds, t"
_TAIL = (1 + LEVEL) / 2
_Z = 1.959964
"""Standard deviations to either side that hold 95%."""
_HALF = 0.5
"""Added to both sides of log odds, which are infinite where nothing, or everything, is right (Haldane 1956)."""
_Number = TypeVar("_Number", np.int64, np.float64)


def by_cluster(values: NDArray[_Number], clusters: Sequence[Hashable]) -> NDArray[_Number]:
    """Sums over each cluster, in the order of their first members: [documents, ...] -> [clusters, ...]."""
    number: dict[Hashable, int] = {}
    row = [number.setdefault(cluster, len(number)) for cluster in clusters]
    if len(number) == len(values):
        return values
    total = np.zeros((len(number), *values.shape[1:]), dtype=values.dtype)
    np.add.at(total, row, values)
    return total


def of_counts(counts: CountArray) -> Floats:
    """Intervals of micro F1, precision and recall, [units, 3, 2]; NaN where too few clusters have anything to count.

    `counts` is [clusters, units, 3]: gold, predicted, correct. The odds of F1 are 2 correct / (missed + spurious).
    """
    gold, predicted, correct = np.moveaxis(np.asarray(counts, dtype=np.float64), -1, 0)
    missed, spurious = gold - correct, predicted - correct
    parts = (
        (missed + spurious, 2.0, gold + predicted),
        (spurious, 1.0, predicted),
        (missed, 1.0, gold),
    )
    return np.stack([_shares(correct, wrong, times, (of > 0).sum(axis=0)) for wrong, times, of in parts], axis=1)


def of_shares(share: Floats, left_out: Floats, *, items: Floats, clusters: NDArray[np.int64]) -> Floats:
    """Intervals of any shares, [units, 2].

    `left_out` is the share without each cluster, [clusters, units]; `items` how many a share is of, and `clusters` how
    many hold any of them, [units].
    """
    return _from_odds(share * items, (1 - share) * items, left_out * items, (1 - left_out) * items, 1.0, clusters)


def of_ratios(part: Floats, whole: Floats) -> Floats:
    """Intervals of the sum of `part` over that of `whole`, [clusters, units] each -> [units, 2]."""
    return _shares(part, whole - part, 1.0, (whole > 0).sum(axis=0))


def of_values(value: Floats, left_out: Floats, *, clusters: NDArray[np.int64]) -> Floats:
    """Intervals of any values, [units, 2]; arguments as of `of_shares`."""
    return _ends(value, error(value, left_out, clusters), clusters)


def of_differences(now: CountArray, before: CountArray) -> Floats:
    """Intervals of micro F1 now less before, [units, 2], both over the same clusters: [clusters, units, 3] each."""
    sides = [np.asarray(side, dtype=np.float64) for side in (now, before)]
    whole = np.subtract(*(f1(side.sum(axis=0)) for side in sides))
    left_out = np.subtract(*(f1(left(side)) for side in sides))
    marked = np.maximum(*sides)[..., :2].any(axis=-1)
    return np.clip(of_values(whole, left_out, clusters=marked.sum(axis=0)), -1.0, 1.0)


def of_independent(one: CountArray, other: CountArray) -> Floats:
    """Intervals of micro F1 of one side less that of another over other clusters, [units, 2] (Welch 1947).

    The counts are [clusters, units, 3]; NaN where either side has too few clusters.
    """
    sides = [np.asarray(side, dtype=np.float64) for side in (one, other)]
    clusters = [side[..., :2].any(axis=-1).sum(axis=0) for side in sides]
    values = [f1(side.sum(axis=0)) for side in sides]
    errors = [error(v, f1(left(side)), n) for v, side, n in zip(values, sides, clusters, strict=True)]
    fewest = np.minimum(*clusters)  # no more degrees of freedom than the smaller side has: never too narrow
    return np.clip(_ends(np.subtract(*values), np.hypot(*errors), fewest), -1.0, 1.0)


def left(values: Floats) -> Floats:
    """The sums without each cluster: [clusters, ...] -> [clusters, ...]."""
    rest: Floats = values.sum(axis=0) - values
    return rest


def error(value: Floats, left_out: Floats, clusters: NDArray[np.int64]) -> Floats:
    """The jackknife's standard error, about the value itself (Tukey 1958; Efron and Tibshirani 1993, chapter 11)."""
    share = (clusters - 1) / np.maximum(clusters, 1)
    deviation: Floats = np.sqrt(share * ((left_out - value) ** 2).sum(axis=0))
    return deviation


def pairs(ends: Floats) -> list[Interval | None]:
    """[n, 2] -> n intervals (low, high), None for those that are not given."""
    return [None if np.isnan(low) else (float(low), float(high)) for low, high in ends]


def pair(ends: Floats) -> Interval | None:
    """[1, 2] -> the interval, None if it is not given."""
    return pairs(ends)[0]


def _shares(right: Floats, wrong: Floats, times: float, clusters: NDArray[np.int64]) -> Floats:
    """Of shares with odds `times` right / wrong, [clusters, units] each."""
    return _from_odds(right.sum(axis=0), wrong.sum(axis=0), left(right), left(wrong), times, clusters)


def _from_odds(
    right: Floats, wrong: Floats, left_right: Floats, left_wrong: Floats, times: float, clusters: NDArray[np.int64]
) -> Floats:
    """Intervals on the scale of log odds, never narrower than if items were independent."""
    value, left_out = (np.log((a + _HALF) / (b + _HALF)) for a, b in ((right, wrong), (left_right, left_wrong)))
    some, others = np.maximum(right, _HALF), np.maximum(wrong, _HALF)
    independent = _Z * np.sqrt(1 / some + 1 / others)
    ends = _ends(np.log(some / others), error(value, left_out, clusters), clusters, least=independent)
    odds = times * np.exp(ends)
    shares: Floats = odds / (1 + odds)
    return shares


def _ends(middle: Floats, deviation: Floats, clusters: NDArray[np.int64], least: Floats | float = 0.0) -> Floats:
    """To either side of `middle` so many deviations as t has for the clusters less one, and at least `least`."""
    width = np.maximum(stdtrit(np.maximum(clusters - 1, 1), _TAIL) * deviation, least)
    ends = np.stack([middle - width, middle + width], axis=-1)
    ends[clusters < FEWEST] = np.nan
    return ends
