"""Platt scaling: calibrated scores from the logits of each layer, and how the scales are fitted.

A score is sigmoid(logit / temperature + shift). Scaling changes neither what is decoded nor its order. A temperature
alone (Guo et al. 2017, "On calibration of modern neural networks") cannot express that less than half of a layer's
predictions are right, since all of them have a logit above 0. Hence the shift (Platt 1999), and Platt's smoothed
targets, which keep a few predictions that are all right from getting a score of 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray
from scipy.optimize import minimize

from annotation.core.errors import UsageError
from annotation.core.layers import LAYERS
from annotation.core.matching import ENOUGH

ScoreScales: TypeAlias = Mapping[str, Callable[[float], float]]
"""For each of `LAYERS`, the function from a logit to its score."""

_BOUNDS = ((0.02, 20.0), (-10.0, 10.0))
"""Bounds of 1 / temperature, which stays positive, and of the shift."""
_LEAST = 1e-4
"""The smallest score: scores are rounded to four digits, and none is 0."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A function from a logit to a score in 0..1: sigmoid(logit / temperature + shift)."""

    temperature: float = 1.0
    shift: float = 0.0

    def __call__(self, logit: float, /) -> float:
        return max(round(float(sigmoid(logit / self.temperature + self.shift)), 4), _LEAST)


PLAIN: ScoreScales = {layer: Scale() for layer in LAYERS}
RAW: ScoreScales = dict.fromkeys(LAYERS, float)
"""Scales that leave logits unchanged."""


def score_scales(stored: object) -> ScoreScales:
    """The scales stored in a model's configuration, as layer -> (temperature, shift); `Scale()` for a missing layer.

    Raises UsageError when they are malformed.
    """
    rows = stored if isinstance(stored, Mapping) else {}
    try:
        scales = {layer: Scale(*map(float, rows.get(layer, (1.0, 0.0)))) for layer in LAYERS}
    except (TypeError, ValueError) as error:
        raise UsageError(f"the model's scales cannot be read: {error}; train it again") from error
    if any(not scale.temperature > 0 for scale in scales.values()):
        raise UsageError("the model's scales have a temperature that is not above 0; train it again")
    return {**scales}


def fit_scale(logits: Sequence[float] | NDArray[np.float64], right: Sequence[bool] | NDArray[np.bool_]) -> Scale | None:
    """The maximum-likelihood scale of n predictions, given logits [n] and which are right [n]; None when n < 30."""
    values, hits = np.asarray(logits, dtype=np.float64), np.asarray(right, dtype=bool)
    if len(values) < ENOUGH:
        return None
    positives, negatives = int(hits.sum()), int((~hits).sum())
    targets = np.where(hits, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def loss(parameters: NDArray[np.float64]) -> float:
        z = parameters[0] * values + parameters[1]
        return float(np.mean(np.logaddexp(0, z) - targets * z))

    optimum = minimize(loss, np.array([1.0, 0.0]), bounds=_BOUNDS, method="L-BFGS-B")
    return Scale(round(1 / float(optimum.x[0]), 4), round(float(optimum.x[1]), 4))


def sigmoid(logits: npt.ArrayLike) -> NDArray[np.float32]:
    """Probabilities of the logits, same shape, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(logits, dtype=np.float64))), dtype=np.float32)
