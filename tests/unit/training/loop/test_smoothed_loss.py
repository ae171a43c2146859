"""A loss that can be compared: the last steps weigh most, and batches of one step are one."""

from __future__ import annotations

import math

import pytest
import torch

from training.loop.smoothed_loss import SmoothedLoss


def smoothed(*steps: tuple[float, ...]) -> float:
    loss = SmoothedLoss()
    for batches in steps:
        for batch in batches:
            loss.add(torch.tensor(batch, requires_grad=True))
        loss.end_step()
    return loss.value


def test_a_constant_loss_is_shown_as_it_is_from_the_first_step() -> None:
    assert smoothed((2.0,)) == pytest.approx(2.0)
    assert smoothed(*[(2.0,)] * 100) == pytest.approx(2.0)
    assert math.isnan(smoothed())


def test_batches_of_a_step_add_up() -> None:
    assert smoothed((0.5, 1.5), (1.0, 1.0)) == pytest.approx(2.0)


def test_old_steps_are_forgotten() -> None:
    assert smoothed(*[(100.0,)] * 10, *[(1.0,)] * 200) == pytest.approx(1.0, abs=0.01)
