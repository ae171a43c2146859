"""The optimizer: one learning rate for the heads, and one for the encoder that decreases towards lower layers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from torch import nn
from torch.optim import AdamW, Optimizer

from training.config.schema import FitConfig

_LAYER = re.compile(r"(?:^|\.)(?:layers?|h|blocks?)\.(\d+)\.")


def optimizer(model: nn.Module, encoder: nn.Module, fit: FitConfig, *, others: Iterable[nn.Module] = ()) -> Optimizer:
    """AdamW over all trainable parameters; biases and norms have no weight decay. others: further encoders."""
    depths = {key: below for each in (encoder, *others) for key, below in _depths(each).items()}
    groups: dict[tuple[float, float], list[nn.Parameter]] = defaultdict(list)
    for parameter in model.parameters():
        if parameter.requires_grad:
            below = depths.get(id(parameter))
            rate = fit.learning_rate if below is None else fit.encoder_learning_rate * fit.layer_decay**below
            groups[rate, fit.weight_decay if parameter.ndim > 1 else 0.0].append(parameter)
    rows = [{"params": group, "lr": rate, "weight_decay": decay} for (rate, decay), group in groups.items()]
    return AdamW(rows, fused=True)  # on a CPU it takes a quarter of the time


def _depths(encoder: nn.Module) -> dict[int, int]:
    """The number of layers above each parameter of the encoder, by its id: all for an embedding, 0 for a final norm."""
    parameters = list(encoder.named_parameters())
    matches = [_LAYER.search(name) for name, _ in parameters]
    numbers = [int(match[1]) if match else None for match in matches]
    layers = max((number for number in numbers if number is not None), default=-1) + 1
    last = max((at for at, number in enumerate(numbers) if number is not None), default=-1)
    outside = [0 if at > last and "embeddings" not in name else layers for at, (name, _) in enumerate(parameters)]
    return {
        id(parameter): outside[at] if number is None else layers - 1 - number
        for at, ((_, parameter), number) in enumerate(zip(parameters, numbers, strict=True))
    }
