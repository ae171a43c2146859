"""The optimizer: one learning rate for the heads, and one for the encoder that decreases towards lower layers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from torch import nn
from torch.optim import AdamW, Optimizer

from training.config.schema import FitConfig
from training.model.layer_depths import layer_depths


def optimizer(model: nn.Module, encoder: nn.Module, fit: FitConfig, *, others: Iterable[nn.Module] = ()) -> Optimizer:
    """AdamW over all trainable parameters; biases and norms have no weight decay. others: further encoders."""
    depths = {key: below for each in (encoder, *others) for key, below in layer_depths(each).items()}
    groups: dict[tuple[float, float], list[nn.Parameter]] = defaultdict(list)
    for parameter in model.parameters():
        if parameter.requires_grad:
            below = depths.get(id(parameter))
            rate = fit.learning_rate if below is None else fit.encoder_learning_rate * fit.layer_decay**below
            groups[rate, fit.weight_decay if parameter.ndim > 1 else 0.0].append(parameter)
    rows = [{"params": group, "lr": rate, "weight_decay": decay} for (rate, decay), group in groups.items()]
    return AdamW(rows, fused=True)  # on a CPU it takes a quarter of the time
