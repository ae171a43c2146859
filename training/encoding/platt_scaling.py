"""How the logits of a layer are read as probabilities, and how that is fitted so that scores mean what they say.

A score is sigmoid(logit / temperature + shift): what is decoded stays, and so does its order. The temperature alone
(Guo et al. 2017, "On calibration of modern neural networks") cannot say that less than half of a layer's findings are
right, since all of them have a logit above 0. Hence the shift (Platt 1999), and Platt's targets, by which a few that
are all right do not make every score 1.
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
from annotation.core.matching import ENOUGH

ENTITY, TRIGGER, ARGUMENT, LINK = "entity", "trigger", "argument", "link"
LAYERS = (ENTITY, TRIGGER, ARGUMENT, LINK)

ScoreScales: TypeAlias = Mapping[str, Callable[[float], float]]
"""What the score of each of `LAYERS` is, given its logit."""

_BOUNDS = ((0.02, 20.0), (-10.0, 10.0))
"""Of 1 / temperature, which stays positive, and of the shift."""
_LEAST = 1e-4
"""Scores are rounded to four digits, and none is 0."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What turns a logit into a score."""

    temperature: float = 1.0
    shift: float = 0.0

    def __call__(self, logit: float, /) -> float:
        return max(round(float(sigmoid(logit / self.temperature + self.shift)), 4), _LEAST)


PLAIN: ScoreScales = {layer: Scale() for layer in LAYERS}
RAW: ScoreScales = dict.fromkeys(LAYERS, float)
"""Leaves logits as they are."""


def score_scales(stored: object) -> ScoreScales:
    """What a model's configuration says of each layer; a layer it says nothing of is read plainly.

    Raises UsageError where it says something else.
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
    """The scale under which scores are likeliest, given which of the findings are right; None of fewer than 30."""
    x, hits = np.asarray(logits, dtype=np.float64), np.asarray(right, dtype=bool)
    if len(x) < ENOUGH:
        return None
    yes, no = int(hits.sum()), int((~hits).sum())
    wanted = np.where(hits, (yes + 1) / (yes + 2), 1 / (no + 2))

    def loss(values: NDArray[np.float64]) -> float:
        z = values[0] * x + values[1]
        return float(np.mean(np.logaddexp(0, z) - wanted * z))

    found = minimize(loss, np.array([1.0, 0.0]), bounds=_BOUNDS, method="L-BFGS-B")
    return Scale(round(1 / float(found.x[0]), 4), round(float(found.x[1]), 4))


def sigmoid(logits: npt.ArrayLike) -> NDArray[np.float32]:
    """Probabilities, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(logits, dtype=np.float64))), dtype=np.float32)
