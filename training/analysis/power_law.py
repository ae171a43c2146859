"""The inverse power law that scores follow as the documents grow: f1(n) = ceiling - fall * n^-rate.

Its form is that of Cortes et al. 1994, "Learning curves: asymptotic values and rate of convergence". Given the rate, it
is a straight line in n^-rate, so every rate of a grid is fitted exactly, for all resamples at once, and the best one
taken: no starting values, and nothing that fails to converge. A point weighs as much as the documents behind it, since
few documents say little of where many lead (Figueroa et al. 2012, "Predicting sample size required for classification
performance"); where there are so few that next to nothing is learned, scores follow no power law yet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from annotation.core.bootstrap import Floats

RATES: Floats = np.asarray(np.geomspace(0.05, 2.0, 60), dtype=np.float64)
"""Below the first the line is next to a logarithm, above the last next to a step."""
_BLOCK = 2048
"""Curves fitted at once."""


@dataclass(frozen=True)
class PowerLaw:
    """Curves of the same shape as `ceiling`: [...] each; the ceiling is at most 1, and nothing falls with n."""

    ceiling: Floats
    fall: Floats
    rate: Floats

    def at(self, documents: float) -> Floats:
        """F1 at so many documents, [...]."""
        return np.asarray(np.clip(self.ceiling - self.fall * documents**-self.rate, 0.0, 1.0))


def power_law(documents: Floats, scores: Floats) -> PowerLaw:
    """Weighted least squares of scores [..., P] reached with so many documents [P]."""
    flat = scores.reshape(-1, scores.shape[-1])
    blocks = [_fitted(documents, flat[first : first + _BLOCK]) for first in range(0, len(flat), _BLOCK)]
    ceiling, fall, rate = (np.concatenate(part).reshape(scores.shape[:-1]) for part in zip(*blocks, strict=True))
    return PowerLaw(ceiling, fall, rate)


def _fitted(documents: Floats, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """[N, P] -> [N] three times."""
    x = documents[None, :] ** -RATES[:, None]
    weights = documents / documents.sum()
    spread = x - (x @ weights)[:, None]
    mean = scores @ weights
    slope = -((scores - mean[:, None]) * weights) @ spread.T / np.maximum(spread**2 @ weights, 1e-12)
    fall = np.maximum(slope, 0.0)
    ceiling = mean[:, None] + fall * (x @ weights)
    bound = np.maximum(((1 - scores) * weights) @ x.T / (x**2 @ weights), 0.0)  # the best fall under a ceiling of 1
    fall, ceiling = np.where(ceiling > 1, bound, fall), np.minimum(ceiling, 1.0)
    off = scores[:, None, :] - (ceiling[..., None] - fall[..., None] * x)
    best = (off**2 @ weights).argmin(axis=1)
    rows = np.arange(len(scores))
    return ceiling[rows, best], fall[rows, best], RATES[best]
