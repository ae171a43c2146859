from __future__ import annotations

import torch

from training.model.dropout import Dropout


def test_a_share_is_zeroed_and_the_mean_stays() -> None:
    torch.manual_seed(0)
    dropped = Dropout(0.3)(torch.ones(100, 1000))
    assert abs((dropped == 0).float().mean() - 0.3) < 0.01
    assert abs(dropped.mean() - 1) < 0.01


def test_the_gradient_passes_where_the_value_did() -> None:
    values = torch.ones(1000, requires_grad=True)
    dropped = Dropout(0.5)(values)
    dropped.sum().backward()
    assert torch.equal(values.grad, dropped)  # type: ignore[arg-type]


def test_nothing_is_dropped_when_predicting() -> None:
    values = torch.ones(10)
    assert torch.equal(Dropout(0.5).eval()(values), values)
