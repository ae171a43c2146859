"""Tables of gold spans and roles, and the candidate spans that roles are scored for. Nothing waits for the device but
`best`, which runs when predicting."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from training.losses import IMPOSSIBLE


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


def _table(index: Tensor, real: Tensor, size: int) -> Tensor:
    """Booleans [D, size], true at the real indices; the others fall into a cell that is cut off."""
    table = torch.zeros(len(index), size + 1, dtype=torch.bool, device=index.device)
    return table.scatter(1, index.masked_fill(~real, size), True)[:, :size]


def wrong(logits: Tensor, gold: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The `count` best-scored spans of each document that are not gold: [D, count, 3], and which of them exist."""
    scores = logits.masked_fill(gold, IMPOSSIBLE).flatten(1)
    top = scores.topk(min(count, scores.shape[1]), dim=1)
    return _spans(top.indices, logits.shape, 0), top.values > IMPOSSIBLE


def best(logits: Tensor, most: int, *, label: int) -> tuple[Tensor, Tensor]:
    """Spans above the threshold of [D, C, N, W], the first of these labels being number `label`: [D, K, 3] and their
    logits [D, K]. K is what the fullest document has, `most` at most; others are filled up with spans below it."""
    scores = logits.flatten(1)
    count = min(int((scores > 0).sum(dim=1).max()), most) if scores.numel() else 0
    top = scores.topk(count, dim=1)
    return _spans(top.indices, logits.shape, label), top.values


def _spans(index: Tensor, shape: Sequence[int], label: int) -> Tensor:
    """Flat indices of [C, N, W] -> first word, last word, label. Past the document's end they stop at its last word."""
    words, width = shape[2], shape[3]
    first = index // width % words
    last = (first + index % width).clamp(max=words - 1)
    return torch.stack([first, last, index // (words * width) + label], dim=-1)
