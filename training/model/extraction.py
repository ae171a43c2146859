"""From the span logits of a batch to what is decoded: candidates picked, judged by the heads, and taken apart again.

The heads come as a function, so that a model that runs elsewhere is read in the very same way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import softplus

from training.encoding.decoding import Logits, Outputs
from training.encoding.tokenizer import Ids
from training.model.candidates import layer_candidates, with_given_cuts
from training.model.losses import IMPOSSIBLE


class HeadLogits(NamedTuple):
    """Logits of M candidate spans, T triggers first: roles [D, T, M, R], opening [D, M, LEADING], closing
    [D, M, TRAILING], of each attribute's values [D, T, V], and links [D, M, M, L]."""

    roles: Tensor
    opening: Tensor
    closing: Tensor
    values: tuple[Tensor, ...]
    links: Tensor


Judge: TypeAlias = Callable[[Tensor, Tensor], HeadLogits]
"""Triggers [D, T, 3] and other spans [D, E, 3] judged by the heads."""


def outputs(
    logits: Tensor,
    batch: Mapping[str, Tensor],
    judge: Judge,
    *,
    entities: int,
    permits: Tensor,
    given: Collection[str] = (),
) -> list[Outputs]:
    """One Outputs a document. Of the layers `given`, "trigger" and "entity", the batch's targets are the candidates.

    entities: how many of the labels are entity types. permits: [label, role, label], as the ontology has it.
    """
    triggers, others = layer_candidates(logits, batch, entities, given)
    spans, scores, leading, trailing = (torch.cat(pair, dim=1) for pair in zip(triggers, others, strict=True))
    judged = judge(triggers.spans, others.spans)
    count = triggers.spans.shape[1]
    fillable = judged.roles.masked_fill(~allowed(permits, spans, count), IMPOSSIBLE)
    found = [
        spans,
        scores,
        with_given_cuts(judged.opening, leading),
        with_given_cuts(judged.closing, trailing),
        fillable,
        judged.links,
    ]
    arrays = [tensor.cpu().numpy() for tensor in (*found, *judged.values)]
    there = scores > 0  # the others fill up the rows of a fuller document
    real = there[:, :count, None, None] & there[:, None, :, None]
    doubts = uncertainty(logits) + uncertainty(fillable.masked_fill(~real, IMPOSSIBLE))
    return [_outputs(nats, *row) for nats, *row in zip(doubts.tolist(), *arrays, strict=True)]


def allowed(permits: Tensor, spans: Tensor, triggers: int) -> Tensor:
    """[D, M, 3] -> [D, T, M, R]: what the ontology permits; no span fills its own role."""
    label = spans[..., 2]
    permitted = permits.transpose(1, 2)[label[:, :triggers, None], label[:, None, :]]
    same = (spans[:, :triggers, None] == spans[:, None]).all(dim=-1)
    return permitted & ~same[..., None]


def _outputs(
    nats: float,
    spans: Ids,
    scores: Logits,
    leading: Logits,
    trailing: Logits,
    roles: Logits,
    links: Logits,
    *attributes: Logits,
) -> Outputs:
    return Outputs(spans, scores, leading, trailing, roles, attributes, links, nats)


NEAR = math.log(9)
"""The logit up to which a candidate is near the threshold: a probability of 0.1 to 0.9."""


def uncertainty(logits: Tensor) -> Tensor:
    """The doubts of each document's candidates added up: [D, ...] -> [D], in nats."""
    near = logits.abs() < NEAR
    close = logits[near].float()
    entropy = softplus(close) - close * close.sigmoid()
    return torch.zeros(len(logits), device=logits.device).index_add_(0, near.nonzero()[:, 0], entropy)
