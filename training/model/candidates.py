"""Tables of gold spans and roles, and the candidate spans that roles are scored for. Nothing waits for the device but
`top_spans`, which runs when predicting."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from training.encoding.encoding import IGNORED
from training.model.losses import IMPOSSIBLE

MOST_TRIGGERS, MOST_ENTITIES = 256, 1024
"""How many candidates of each layer a document may have when roles are scored; the best ones stay."""
TRIGGER, ENTITY = "trigger", "entity"

_SURE = 1e3
"""The logit of what is told: no learnt one is above it."""


class Candidates(NamedTuple):
    """Spans [D, K, 3] with their logits [D, K], and [D, K] the cuts that are told, IGNORED where none is."""

    spans: Tensor
    scores: Tensor
    leading: Tensor
    trailing: Tensor


def span_table(spans: Tensor, shape: Sequence[int]) -> Tensor:
    """Gold spans [D, S, 3], -1 where there is none -> booleans [D, C, N, W]."""
    documents, labels, words, width = shape
    first, last, label = spans.unbind(-1)
    index = (label * words + first) * width + last - first
    return _table(index, first >= 0, labels * words * width).view(documents, labels, words, width)


def role_table(roles: Tensor, shape: Sequence[int]) -> Tensor:
    """Gold roles [D, P, 3], -1 where there is none -> booleans [D, T, M, R]."""
    documents, triggers, fillers, names = shape
    trigger, filler, role = roles.unbind(-1)
    index = (trigger * fillers + filler) * names + role
    return _table(index, trigger >= 0, triggers * fillers * names).view(documents, triggers, fillers, names)


def link_table(links: Tensor, shape: Sequence[int]) -> Tensor:
    """Gold links [D, K, 3], -1 where there is none -> booleans [D, M, M, L], the same both ways."""
    table = role_table(links, shape)
    return table | table.transpose(1, 2)


def precedes(spans: Tensor) -> Tensor:
    """[D, M, 3] -> [D, M, M]: whether the second of two candidates is the earlier in the text; of two in the same
    words, the one that is named first."""
    first, last, _ = spans.unbind(-1)
    order = torch.argsort(torch.argsort(first * (last.amax() + 1) + last, stable=True))
    return order[:, None, :] < order[:, :, None]


def _table(index: Tensor, real: Tensor, size: int) -> Tensor:
    """Booleans [D, size], true at the real indices; the others fall into a cell that is cut off."""
    table = torch.zeros(len(index), size + 1, dtype=torch.bool, device=index.device)
    return table.scatter(1, index.masked_fill(~real, size), True)[:, :size]


def hardest_negatives(logits: Tensor, gold: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The `count` best-scored spans of each document that are not gold: [D, count, 3], and which of them exist."""
    scores = logits.masked_fill(gold, IMPOSSIBLE).flatten(1)
    top = scores.topk(min(count, scores.shape[1]), dim=1)
    return _spans(top.indices, logits.shape, 0), top.values > IMPOSSIBLE


def top_spans(logits: Tensor, most: int, *, label: int) -> tuple[Tensor, Tensor]:
    """Spans above the threshold of [D, C, N, W], the first of these labels being number `label`: [D, K, 3] and their
    logits [D, K]. K is what the fullest document has, `most` at most; others are filled up with spans below it."""
    scores = logits.flatten(1)
    count = min(int((scores > 0).sum(dim=1).max()), most) if scores.numel() else 0
    top = scores.topk(count, dim=1)
    return _spans(top.indices, logits.shape, label), top.values


def layer_candidates(
    logits: Tensor, batch: Mapping[str, Tensor], entities: int, given: Collection[str]
) -> tuple[Candidates, Candidates]:
    """Triggers, then entities: the best of [D, C, N, W], whose first `entities` labels are entity types, or the targets
    of the batch where the layer is `given`."""
    parts = ((TRIGGER, logits[:, entities:], MOST_TRIGGERS, entities), (ENTITY, logits[:, :entities], MOST_ENTITIES, 0))
    triggers, others = (
        _told(batch, entities, layer) if layer in given else _found(*top_spans(part, most, label=label))
        for layer, part, most, label in parts
    )
    return triggers, others


def _found(spans: Tensor, scores: Tensor) -> Candidates:
    cuts = torch.full_like(spans[..., 0], IGNORED)
    return Candidates(spans, scores, cuts, cuts)


def _told(batch: Mapping[str, Tensor], entities: int, layer: str) -> Candidates:
    """The batch's gold spans; those of the other layer stay in their rows but cannot be."""
    spans = batch["spans"]
    inside = (spans[..., 0] >= 0) & ((spans[..., 2] >= entities) == (layer == TRIGGER))
    scores = torch.where(inside, _SURE, IMPOSSIBLE)
    cuts = (batch[name].masked_fill(~inside, IGNORED) for name in ("leading", "trailing"))
    return Candidates(spans.clamp(min=0), scores, *cuts)


def with_given_cuts(logits: Tensor, cuts: Tensor) -> Tensor:
    """Logits [D, M, K] of cuts with those told, [D, M], made certain; where IGNORED is told they stay."""
    certain = torch.full_like(logits, IMPOSSIBLE).scatter(-1, cuts.clamp(min=0)[..., None], 0.0)
    return torch.where((cuts == IGNORED)[..., None], logits, certain)


def _spans(index: Tensor, shape: Sequence[int], label: int) -> Tensor:
    """Flat indices of [C, N, W] -> first word, last word, label. Past the document's end they stop at its last word."""
    words, width = shape[2], shape[3]
    first = index // width % words
    last = (first + index % width).clamp(max=words - 1)
    return torch.stack([first, last, index // (words * width) + label], dim=-1)
