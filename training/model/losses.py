"""Loss functions, each with its source."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from training.encoding.encoding import IGNORED

IMPOSSIBLE = -1e4
"""The logit of an impossible candidate: far below any learned one, and finite in bfloat16."""


def circle_loss(logits: Tensor, positive: Tensor, possible: Tensor) -> Tensor:
    """log(1 + sum_negative e^s) + log(1 + sum_positive e^-s) over the last dimension: three [..., K] -> [...], in nats.

    The multilabel categorical cross-entropy of Su 2020 (also Su et al. 2022, "ZLPR: A novel loss for multi-label
    classification"), whose threshold is 0. `positive` and `possible` are boolean; impossible candidates do not count.
    """
    logits = logits.float()
    negatives = logits.masked_fill(positive | ~possible, IMPOSSIBLE)
    positives = (-logits).masked_fill(~positive | ~possible, IMPOSSIBLE)
    zero = torch.zeros_like(logits[..., :1])
    above = torch.cat([negatives, zero], dim=-1).logsumexp(dim=-1)
    below = torch.cat([positives, zero], dim=-1).logsumexp(dim=-1)
    return above + below


def antecedent_loss(logits: Tensor, positive: Tensor, possible: Tensor) -> Tensor:
    """-log of the share of the positive candidates in the sum of e^s over the last dimension: three [..., K] -> [...].

    "No antecedent" is one more candidate with s = 0; it is the positive one where no other is. The marginal likelihood
    of Lee et al. 2017, "End-to-end Neural Coreference Resolution": one of the correct antecedents is enough.
    """
    logits = logits.float().masked_fill(~possible, IMPOSSIBLE)
    none = torch.zeros_like(logits[..., :1])
    right = logits.masked_fill(~positive, IMPOSSIBLE)
    nothing = none.masked_fill((positive & possible).any(dim=-1, keepdim=True), IMPOSSIBLE)
    every = torch.cat([logits, none], dim=-1).logsumexp(dim=-1)
    return every - torch.cat([right, nothing], dim=-1).logsumexp(dim=-1)


def choice_loss(logits: Tensor, target: Tensor, count: Tensor | None = None) -> Tensor:
    """Cross-entropy of logits [..., K] and targets [...], in nats: the sum divided by `count`, or the mean.

    Targets that are IGNORED do not count; 0 when all are.
    """
    total = cross_entropy(logits.float().flatten(0, -2), target.flatten(), ignore_index=IGNORED, reduction="sum")
    return total / ((target != IGNORED).sum().clamp(min=1) if count is None else count)
