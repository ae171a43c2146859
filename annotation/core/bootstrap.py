"""Bootstrap confidence intervals: documents are drawn again and again, with replacement.

Documents are drawn, not items: errors within one article are correlated. Two models are compared on the same draws, so
that documents that are hard for both do not widen the interval of their difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
PAIRED = 10_000
"""Resamples of a difference between two models: decisions depend on it, so its interval must be stable."""
SEED = 13
LEVEL = 0.95

Floats: TypeAlias = NDArray[np.float64]
CountArray: TypeAlias = NDArray[np.number]
"""[documents, units, 3]: gold, predicted, correct."""

_CELLS = 1 << 22
"""Array cells in memory at once while resampling: 32 MiB of float64, whatever the number of documents."""
_KEPT = 1 << 20
"""Array cells of draws up to which they are kept for the next call: 8 MiB."""


def intervals(counts: CountArray, *, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """Percentile intervals of micro F1, precision and recall at `LEVEL`, [units, 3, 2], all from the same draws.

    The same seed gives the same intervals.
    """
    documents, units, _ = counts.shape
    sums = resampled(counts.reshape(documents, units * 3), resamples=resamples, seed=seed)
    gold, predicted, correct = np.moveaxis(sums.reshape(resamples, units, 3), -1, 0)
    shares = ratio(2 * correct, gold + predicted), ratio(correct, predicted), ratio(correct, gold)
    return np.stack([bounds(share) for share in shares], axis=1)


def pairs(ends: Floats) -> list[tuple[float, float]]:
    """[n, 2] -> n intervals (low, high)."""
    return [(float(low), float(high)) for low, high in ends]


def bounds(drawn: Floats) -> Floats:
    """Percentile intervals at `LEVEL` of resampled values: [resamples, units] -> [units, 2]."""
    tail = (1 - LEVEL) / 2 * 100
    ends: Floats = np.percentile(drawn, [tail, 100 - tail], axis=0).T
    return ends


def resampled_f1(counts: CountArray, *, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """Micro F1 in each resample, [resamples, units]. Two models given the same seed see the same documents."""
    documents, units, _ = counts.shape
    needed = np.stack([counts[..., 0] + counts[..., 1], counts[..., 2]], axis=-1).reshape(documents, units * 2)
    marked, correct = np.moveaxis(resampled(needed, resamples=resamples, seed=seed).reshape(resamples, units, 2), -1, 0)
    return ratio(2 * correct, marked)


def differences(now: CountArray, before: CountArray, *, resamples: int = PAIRED, seed: int = SEED) -> Floats:
    """Micro F1 of `now` minus micro F1 of `before` in each resample, [resamples, units]: each draw scores both.

    Row i of both arrays must count the same document.
    """
    drawn = resampled_f1(np.concatenate([now, before], axis=1), resamples=resamples, seed=seed)
    return drawn[:, : now.shape[1]] - drawn[:, now.shape[1] :]


def p_values(drawn: Floats) -> Floats:
    """Two-sided p-values of the hypothesis that there is no difference, [resamples, units] -> [units].

    Twice the share of draws on the smaller side of 0; draws of exactly 0 count on both sides. Never below 2 /
    (resamples + 1).
    """
    below, above = ((drawn <= 0).sum(axis=0), (drawn >= 0).sum(axis=0))
    least: Floats = 2 * (np.minimum(below, above) + 1) / (len(drawn) + 1)
    return np.minimum(1.0, least)


def resampled(values: CountArray, *, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """Sums over the documents of each draw: [documents, columns] -> [resamples, columns]."""
    documents, columns = values.shape
    sums = np.zeros((resamples, columns))
    if documents == 0:
        return sums
    first = 0
    draws = [_kept_draws(documents, resamples, seed)] if documents * resamples <= _KEPT else None
    for times in draws or _draws(documents, resamples, seed):
        for rows in _blocks(documents, columns):
            sums[first : first + len(times)] += times[:, rows] @ values[rows].astype(np.float64)
        first += len(times)
    return sums


@lru_cache(maxsize=4)
def _kept_draws(documents: int, resamples: int, seed: int) -> Floats:
    """All draws at once: one evaluation uses the same ones for dozens of intervals."""
    times = np.concatenate(list(_draws(documents, resamples, seed)))
    times.flags.writeable = False
    return times


def _draws(documents: int, resamples: int, seed: int) -> Iterator[Floats]:
    """How many times each document is drawn, [some of the resamples, documents]."""
    generator = np.random.default_rng(seed)
    batch = max(1, _CELLS // documents)
    for first in range(0, resamples, batch):
        times = np.empty((min(batch, resamples - first), documents))
        for draw in times:
            draw[:] = np.bincount(generator.integers(documents, size=documents), minlength=documents)
        yield times


def f1(totals: Floats) -> Floats:
    """Micro F1 of summed counts (gold, predicted, correct): [..., 3] -> [...]; 0 where both sides are empty."""
    return ratio(2 * totals[..., 2], totals[..., 0] + totals[..., 1])


def ratio(part: Floats, whole: Floats) -> Floats:
    """Part over whole, elementwise; 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0)


def _blocks(documents: int, columns: int) -> Iterator[slice]:
    size = max(1, _CELLS // max(1, columns))
    for first in range(0, documents, size):
        yield slice(first, first + size)
