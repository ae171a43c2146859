"""The losses, each with where it is from."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from training.encoding.encoding import IGNORED

IMPOSSIBLE = -1e4
"""The logit of what cannot be: far below any learnt one, and still a number in bfloat16."""


def circle_loss(logits: Tensor, positive: Tensor, possible: Tensor) -> Tensor:
    """log(1 + sum_negative e^s) + log(1 + sum_positive e^-s) over the last dimension: [...] from three [..., K].

    The multilabel categorical cross-entropy of Su 2020 (also Su et al. 2022, "ZLPR: A novel loss for multi-label
    classification"), whose threshold is 0. `positive` and `possible` are boolean; what is not possible does not count.
    """
    logits = logits.float()
    negatives = logits.masked_fill(positive | ~possible, IMPOSSIBLE)
    positives = (-logits).masked_fill(~positive | ~possible, IMPOSSIBLE)
    zero = torch.zeros_like(logits[..., :1])
    above = torch.cat([negatives, zero], dim=-1).logsumexp(dim=-1)
    below = torch.cat([positives, zero], dim=-1).logsumexp(dim=-1)
    return above + below


def antecedent_loss(logits: Tensor, positive: Tensor, possible: Tensor) -> Tensor:
    """-log of the share that the positive have of e^s over the last dimension, none at all counting as e^0: [...] from
    three [..., K]; where nothing is positive, none at all is.

    The marginal likelihood of Lee et al. 2017, "End-to-end Neural Coreference Resolution": it is enough to be sure of
    one of the earlier mentions of the same thing.
    """
    logits = logits.float().masked_fill(~possible, IMPOSSIBLE)
    none = torch.zeros_like(logits[..., :1])
    right = logits.masked_fill(~positive, IMPOSSIBLE)
    nothing = none.masked_fill((positive & possible).any(dim=-1, keepdim=True), IMPOSSIBLE)
    every = torch.cat([logits, none], dim=-1).logsumexp(dim=-1)
    return every - torch.cat([right, nothing], dim=-1).logsumexp(dim=-1)


def choice_loss(logits: Tensor, target: Tensor, count: Tensor | None = None) -> Tensor:
    """Cross-entropy of [..., K] against [...], 0 where every target is IGNORED: the sum over `count`, or the mean."""
    total = cross_entropy(logits.float().flatten(0, -2), target.flatten(), ignore_index=IGNORED, reduction="sum")
    return total / ((target != IGNORED).sum().clamp(min=1) if count is None else count)
