"""Extraction: from the span logits of a batch to one Outputs a document, by way of candidates and the other heads.

The heads are a parameter (`Judge`), so that a PyTorch model and exported ONNX graphs share this code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import softplus

from training.encoding.decoding import Logits, Outputs
from training.encoding.tokenizer import Ids
from training.model.candidates import Spans, best_spans, layer_candidates, layer_spans, with_given_cuts
from training.model.losses import IMPOSSIBLE


class HeadLogits(NamedTuple):
    """Logits of M candidate spans, of which the first T are triggers.

    roles [D, T, M, R]; opening [D, M, LEADING] and closing [D, M, TRAILING]: cuts; values [D, T, V] of each attribute;
    links [D, M, M, L].
    """

    roles: Tensor
    opening: Tensor
    closing: Tensor
    values: tuple[Tensor, ...]
    links: Tensor


Judge: TypeAlias = Callable[[Tensor, Tensor, Tensor], HeadLogits]
"""The function of the heads: candidate triggers [D, T, 3], other spans [D, E, 3], which are predicted -> logits."""


class ScoredSpans(NamedTuple):
    """The best spans of each layer that is predicted, and the uncertainty [D] of all, in nats."""

    best: Mapping[str, Spans]
    nats: Tensor


def scored_spans(logits: Tensor, entities: int, *, given: Collection[str] = ()) -> ScoredSpans:
    """From the span logits [D, C, N, W] of a batch. The layers in `given` are not predicted."""
    return ScoredSpans(layer_spans(logits, entities, given=given), uncertainty(logits))


def scored_in_pieces(
    pieces: Iterable[Tensor], words: int, entities: int, *, given: Collection[str] = ()
) -> ScoredSpans:
    """As `scored_spans`, from logits [D, C, n, W] of n first words after the other; one piece is held at a time."""
    best, nats, first = [], [], 0
    for logits in pieces:
        best.append(layer_spans(logits, entities, given=given, first=first, words=words))
        nats.append(uncertainty(logits))
        first += logits.shape[2]
    return ScoredSpans(best_spans(best), torch.stack(nats).sum(dim=0))


def outputs(
    scored: ScoredSpans, batch: Mapping[str, Tensor], judge: Judge, *, entities: int, permits: Tensor
) -> list[Outputs]:
    """One Outputs for each of the D documents of a batch, from its scored spans.

    For a layer that is not predicted the candidates are the batch's targets. entities: the number of entity types among
    the C labels. permits: booleans [C, R, C], as `LabelSpace.permits`.
    """
    triggers, others = layer_candidates(scored.best, batch, entities)
    spans, span_logits, leading, trailing = (torch.cat(pair, dim=1) for pair in zip(triggers, others, strict=True))
    above = span_logits > 0  # the others only pad the rows of this document
    judged = judge(triggers.spans, others.spans, above)
    count = triggers.spans.shape[1]
    fillable = judged.roles.masked_fill(~allowed(permits, spans, count), IMPOSSIBLE)
    tensors = [
        spans,
        span_logits,
        with_given_cuts(judged.opening, leading),
        with_given_cuts(judged.closing, trailing),
        fillable,
        judged.links,
    ]
    arrays = [tensor.cpu().numpy() for tensor in (*tensors, *judged.values)]
    pairs = above[:, :count, None, None] & above[:, None, :, None]
    nats = scored.nats + uncertainty(fillable.masked_fill(~pairs, IMPOSSIBLE))
    return [_outputs(*row) for row in zip(nats.tolist(), *arrays, strict=True)]


def allowed(permits: Tensor, spans: Tensor, triggers: int) -> Tensor:
    """Booleans [D, T, M, R] from spans [D, M, 3] and permits [C, R, C]: permitted roles; no span fills its own role."""
    label = spans[..., 2]
    permitted = permits.transpose(1, 2)[label[:, :triggers, None], label[:, None, :]]
    same = (spans[:, :triggers, None] == spans[:, None]).all(dim=-1)
    return permitted & ~same[..., None]


def _outputs(
    nats: float,
    spans: Ids,
    logits: Logits,
    leading: Logits,
    trailing: Logits,
    roles: Logits,
    links: Logits,
    *attributes: Logits,
) -> Outputs:
    return Outputs(spans, logits, leading, trailing, roles, attributes, links, nats)


NEAR = math.log(9)
"""The absolute logit below which a candidate is near the threshold: a probability of 0.1 to 0.9."""


def uncertainty(logits: Tensor) -> Tensor:
    """The summed entropy of each document's candidates near the threshold: logits [D, ...] -> [D], in nats."""
    near = logits.abs() < NEAR
    close = logits[near].float()
    entropy = softplus(close) - close * close.sigmoid()
    return torch.zeros(len(logits), device=logits.device).index_add_(0, near.nonzero()[:, 0], entropy)
