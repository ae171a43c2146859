"""How unsure a model is of a document, from its margins: of what it marks and of what it nearly does.

A candidate's doubt is the entropy of its decision, in nats: log 2 at the threshold, less on either side. Only those
near it count. A document has hundreds of thousands of candidates that cannot be, and what little doubt each of them
leaves would add up to more than that of the few that could (600 words, 25 labels and 24 widths are 360,000).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import softplus

NEAR = math.log(9)
"""The logit up to which a candidate is near the threshold: a probability of 0.1 to 0.9."""


def doubt(logits: Tensor) -> Tensor:
    """The doubts of each document's candidates added up: [D, ...] -> [D], in nats."""
    near = logits.abs() < NEAR
    close = logits[near].float()
    entropy = softplus(close) - close * close.sigmoid()
    return torch.zeros(len(logits), device=logits.device).index_add_(0, near.nonzero()[:, 0], entropy)
