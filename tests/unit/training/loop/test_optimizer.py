"""Each parameter learns at the rate of its place: heads, and the encoder's layers from the top down."""

from __future__ import annotations

import pytest
from torch import nn
from transformers import AutoModel

from tests.unit.training.conftest import CHECKPOINTS
from training.config.schema import FitConfig
from training.loop.optimizer import optimizer


class Encoder(nn.Module):
    """Named as the hub's encoders name their parts."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.Embedding(4, 2)
        self.layer = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2)])
        self.pooler = nn.Linear(2, 2)


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.head = nn.Linear(2, 2)
        self.frozen = nn.Linear(2, 2).requires_grad_(False)


def learned(model: nn.Module, encoder: nn.Module, fit: FitConfig) -> dict[str, tuple[float, float]]:
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    groups = optimizer(model, encoder, fit).param_groups
    return {names[id(p)]: (group["lr"], group["weight_decay"]) for group in groups for p in group["params"]}


def test_rates_fall_from_the_heads_through_the_layers_and_only_weights_decay() -> None:
    model = Model()
    fit = FitConfig(learning_rate=1.0, encoder_learning_rate=0.08, layer_decay=0.5, weight_decay=0.1)
    found = learned(model, model.encoder, fit)
    weights = {name: rate for name, (rate, _) in found.items() if name.endswith("weight")}
    assert weights == pytest.approx(
        {
            "head.weight": 1.0,
            "encoder.pooler.weight": 0.08,
            "encoder.layer.2.weight": 0.08,
            "encoder.layer.1.weight": 0.04,
            "encoder.layer.0.weight": 0.02,
            "encoder.embeddings.weight": 0.01,
        }
    )
    assert {name for name, (_, decay) in found.items() if decay} == set(weights)
    assert not any(name.startswith("frozen") for name in found)


def test_an_encoder_without_layers_learns_at_one_rate() -> None:
    model = nn.ModuleDict({"encoder": nn.Linear(2, 2), "head": nn.Linear(2, 2)})
    fit = FitConfig(learning_rate=1.0, encoder_learning_rate=0.5, layer_decay=0.5)
    found = learned(model, model["encoder"], fit)
    assert {name: rate for name, (rate, _) in found.items()} == {
        "encoder.weight": 0.5,
        "encoder.bias": 0.5,
        "head.weight": 1.0,
        "head.bias": 1.0,
    }


@pytest.mark.parametrize("shape", CHECKPOINTS)
def test_rates_fall_with_the_layers_of_the_hubs_shapes(shape: str) -> None:
    encoder = AutoModel.from_config(CHECKPOINTS[shape][1]())
    model = nn.ModuleDict({"encoder": encoder, "head": nn.Linear(2, 2)})
    found = learned(model, encoder, FitConfig(learning_rate=1.0, encoder_learning_rate=0.08, layer_decay=0.5))
    rates: dict[str, set[float]] = {"embeddings.": set(), "layer.0.": set(), "layer.1.": set()}
    for name, (rate, _) in found.items():
        place = next((place for place in rates if place in name.replace("layers.", "layer.")), None)
        rates.setdefault(place or "else", set()).add(round(rate, 6))
    assert [rates[place] for place in ("embeddings.", "layer.0.", "layer.1.")] == [{0.02}, {0.04}, {0.08}]
    assert rates.get("else", set()) <= {0.08, 1.0}  # last norms, poolers, the head
