from __future__ import annotations

import math

import pytest
import torch

from training.model.extraction import NEAR, uncertainty


def test_uncertainty_is_the_entropy_of_what_is_near_the_threshold() -> None:
    assert uncertainty(torch.zeros(2, 3, 4)).tolist() == pytest.approx([12 * math.log(2)] * 2)
    p = 1 / (1 + math.exp(-1.0))
    entropy = -p * math.log(p) - (1 - p) * math.log(1 - p)
    assert uncertainty(torch.tensor([[1.0, -1.0, 50.0], [-50.0, NEAR, -1e4]])).tolist() == pytest.approx(
        [2 * entropy, 0]
    )


def test_a_near_miss_counts_as_much_as_what_is_barely_marked() -> None:
    assert uncertainty(torch.tensor([[-0.3]])).item() == pytest.approx(uncertainty(torch.tensor([[0.3]])).item())


def test_nothing_to_mark_is_no_uncertainty() -> None:
    assert uncertainty(torch.zeros(2, 25, 0, 4)).tolist() == [0, 0]
