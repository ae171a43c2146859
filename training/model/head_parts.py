"""What the heads share: how they are initialised, and rows picked by number."""

from __future__ import annotations

import torch
from torch import Tensor, nn

RARE = -6.0
"""The initial bias of span, role and link logits: nearly all candidates are wrong, which is slow to learn."""
GAIN = 8.0
"""The factor of logits stored in tables, so that they learn as fast as the output of a layer."""


def pick(values: Tensor, rows: Tensor) -> Tensor:
    """The values [D, N, ...] at the rows [D, M] of each document: [D, M, ...]."""
    batch = torch.arange(len(values), device=values.device)[:, None]
    return values[batch, rows]


def init_near_zero(*tables: nn.Embedding) -> None:
    """Initialise embeddings near zero, so that an untrained row has almost no effect."""
    for table in tables:
        nn.init.normal_(table.weight, std=0.02)
