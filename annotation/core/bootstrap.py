"""Bootstrap: documents are drawn again and again, with replacement, for what has no formula, such as a fitted curve.

Documents are drawn, not items: errors within one article are correlated. Intervals of scores are in `intervals`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

RESAMPLES = 1000
PAIRED = 10_000
"""Resamples of a difference whose interval must be stable."""
SEED = 13
LEVEL = 0.95

Floats: TypeAlias = NDArray[np.float64]
CountArray: TypeAlias = NDArray[np.number]
"""[documents, units, 3]: gold, predicted, correct."""

_CELLS = 1 << 22
"""Array cells in memory at once while resampling: 32 MiB of float64, whatever the number of documents."""
_KEPT = 1 << 20
"""Array cells of draws up to which they are kept for the next call: 8 MiB."""


def pairs(ends: Floats) -> list[tuple[float, float]]:
    """[n, 2] -> n intervals (low, high)."""
    return [(float(low), float(high)) for low, high in ends]


def bounds(drawn: Floats, documents: int | None = None) -> Floats:
    """Percentile intervals at `LEVEL` of resampled values: [resamples, units] -> [units, 2].

    With the number of `documents` drawn from, the percentiles reach further out, as far as t has it for so few
    (Hesterberg 2015, "What teachers should know about the bootstrap", expanded percentiles).
    """
    tail = (1 - LEVEL) / 2
    if documents is not None and documents > 1:
        tail = float(ndtr(stdtrit(documents - 1, tail) * np.sqrt(documents / (documents - 1))))
    ends: Floats = np.percentile(drawn, [100 * tail, 100 - 100 * tail], axis=0).T
    return ends


def resampled_f1(counts: CountArray, *, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """Micro F1 in each resample, [resamples, units]. Two sides given the same seed see the same documents."""
    documents, units, _ = counts.shape
    needed = np.stack([counts[..., 0] + counts[..., 1], counts[..., 2]], axis=-1).reshape(documents, units * 2)
    marked, correct = np.moveaxis(resampled(needed, resamples=resamples, seed=seed).reshape(resamples, units, 2), -1, 0)
    return ratio(2 * correct, marked)


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
