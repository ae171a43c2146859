"""How many layers are above each parameter of an encoder, whatever its architecture."""

from __future__ import annotations

import re

from torch import nn

_LAYER = re.compile(r"(?:^|\.)(?:layers?|h|blocks?)\.(\d+)\.")


def layer_depths(encoder: nn.Module) -> dict[int, int]:
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
