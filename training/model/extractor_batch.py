"""The parts of a batch as an EventExtractor takes it: targets with the divisors of losses, and features of words."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from training.encoding.encoding import IGNORED


class Gold(NamedTuple):
    """The targets of a batch, as `collate` pads them, and the divisors of the losses.

    counts [3]: documents, spans and triggers of the batch, or of the whole training step that it is part of.
    """

    spans: Tensor
    leading: Tensor
    trailing: Tensor
    roles: Tensor
    attributes: Tensor
    links: Tensor
    counts: Tensor


class WordFeatures(NamedTuple):
    """The inputs of the heads: states [D, N, d] of a batch's words, and the word features of `collate`."""

    states: Tensor
    mask: Tensor
    affixes: Tensor
    legal: Tensor
    sentences: Tensor
    stems: Tensor


def loss_divisors(spans: Tensor, attributes: Tensor) -> Tensor:
    """The numbers of documents, spans and triggers of a batch [3], each at least 1."""
    documents = torch.tensor(len(spans), device=spans.device)
    triggers = (attributes != IGNORED).any(dim=-1)
    return torch.stack([documents, (spans[..., 0] >= 0).sum(), triggers.sum()]).clamp(min=1)
