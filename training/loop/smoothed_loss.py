"""The loss of the last steps, as one number that can be compared from minute to minute."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_KEPT = 0.95
"""The share of the average that a further step keeps: the last twenty steps or so count."""


class SmoothedLoss:
    """An exponential average of the losses of steps, without the pull of its start towards 0 (Adam's correction).

    Losses stay on their device until the value is asked for, so that no step waits for a GPU.
    """

    def __init__(self) -> None:
        self._average: Tensor = torch.zeros(())
        self._step: Tensor = torch.zeros(())
        self._steps = 0

    def add(self, loss: Tensor) -> None:
        """Add the loss of one batch, a scalar, to that of the step."""
        self._step = self._step.to(loss.device) + loss.detach()

    def end_step(self) -> None:
        """Take the batches since the last call as one step."""
        self._average = _KEPT * self._average.to(self._step.device) + (1 - _KEPT) * self._step
        self._step, self._steps = torch.zeros_like(self._step), self._steps + 1

    @property
    def value(self) -> float:
        """The average, NaN before the first step."""
        return float(self._average) / (1 - _KEPT**self._steps) if self._steps else math.nan
