"""How sure a score is: intervals from drawing the documents again and again, with replacement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 13
LEVEL = 0.95

_CELLS = 1 << 22
"""Numbers held at once while resampling: 32 MiB, whatever the number of documents."""


def intervals(counts: NDArray[np.int64], *, resamples: int = RESAMPLES, seed: int = SEED) -> NDArray[np.float64]:
    """Percentile intervals of micro F1 at `LEVEL`, [units, 2].

    `counts` is [documents, units, 3]: gold, predicted, correct. Documents are drawn, not items: errors
    within an article go together. The same seed gives the same interval.
    """
    tail = (1 - LEVEL) / 2 * 100
    drawn = resampled_f1(counts, resamples=resamples, seed=seed)
    bounds: NDArray[np.float64] = np.percentile(drawn, [tail, 100 - tail], axis=0).T
    return bounds


def resampled_f1(counts: NDArray[np.int64], *, resamples: int = RESAMPLES, seed: int = SEED) -> NDArray[np.float64]:
    """Micro F1 in each resample, [resamples, units]. Two models given the same seed see the same documents."""
    documents, units, _ = counts.shape
    if documents == 0:
        return np.zeros((resamples, units))
    generator = np.random.default_rng(seed)
    flat = counts.reshape(documents, -1).astype(np.float64)
    batch = max(1, _CELLS // documents)
    parts = []
    for first in range(0, resamples, batch):
        size = min(batch, resamples - first)
        drawn = [np.bincount(generator.integers(documents, size=documents), minlength=documents) for _ in range(size)]
        parts.append(np.stack(drawn).astype(np.float64) @ flat)
    return _f1(np.concatenate(parts).reshape(resamples, units, 3))


def _f1(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """[..., 3] -> [...]; nothing against nothing is 0."""
    marked = totals[..., 0] + totals[..., 1]
    return np.divide(2 * totals[..., 2], marked, out=np.zeros_like(marked), where=marked > 0)
