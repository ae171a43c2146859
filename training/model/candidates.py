"""Candidate spans, for which roles and links are predicted, and dense tables of gold spans, roles and links.

Only `top_spans` synchronises with the device; it runs in prediction only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from annotation.core.layers import ENTITY, TRIGGER
from training.encoding.encoding import IGNORED
from training.model.head_parts import pick
from training.model.losses import IMPOSSIBLE

MOST_TRIGGERS, MOST_ENTITIES = 256, 1024
"""The most candidates of each layer in a document; those with the highest logits are taken."""

_SURE = 1e3
"""The logit of a span given as input, above every learned one."""


class Candidates(NamedTuple):
    """Spans [D, K, 3], their logits [D, K], and the cuts [D, K] given as input, IGNORED where none are."""

    spans: Tensor
    logits: Tensor
    leading: Tensor
    trailing: Tensor


def span_table(spans: Tensor, shape: Sequence[int]) -> Tensor:
    """Gold spans [D, S, 3], padded with -1 -> booleans of `shape` [D, C, N, W]."""
    documents, labels, words, width = shape
    first, last, label = spans.unbind(-1)
    index = (label * words + first) * width + last - first
    return _table(index, first >= 0, labels * words * width).view(documents, labels, words, width)


def role_table(roles: Tensor, shape: Sequence[int]) -> Tensor:
    """Gold roles [D, P, 3], padded with -1 -> booleans of `shape` [D, T, M, R]."""
    documents, triggers, fillers, names = shape
    trigger, filler, role = roles.unbind(-1)
    index = (trigger * fillers + filler) * names + role
    return _table(index, trigger >= 0, triggers * fillers * names).view(documents, triggers, fillers, names)


def link_table(links: Tensor, shape: Sequence[int]) -> Tensor:
    """Gold links [D, K, 3], padded with -1 -> symmetric booleans of `shape` [D, M, M, L]."""
    table = role_table(links, shape)
    return table | table.transpose(1, 2)


def moved_rows(pairs: Tensor, start: int, count: int) -> Tensor:
    """Roles or links [D, P, 3] as rows of spans into which `count` others were put before row `start`."""
    moved = pairs[..., :2] + count * (pairs[..., :2] >= start)
    return torch.cat([moved, pairs[..., 2:]], dim=-1)


def precedes(spans: Tensor) -> Tensor:
    """[D, M, 3] -> booleans [D, M, M]: whether the second candidate is earlier in the text than the first.

    Of two candidates with the same words, the one with the smaller row is earlier.
    """
    first, last, _ = spans.unbind(-1)
    order = torch.argsort(torch.argsort(first * (last.amax() + 1) + last, stable=True))
    return order[:, None, :] < order[:, :, None]


def _table(index: Tensor, real: Tensor, size: int) -> Tensor:
    """Booleans [D, size], true at the indices where `real`; the others go to an extra cell that is removed."""
    table = torch.zeros(len(index), size + 1, dtype=torch.bool, device=index.device)
    return table.scatter(1, index.masked_fill(~real, size), True)[:, :size]


def hardest_negatives(logits: Tensor, gold: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The `count` spans of each document with the highest logits that are not gold [D, count, 3], and these logits.

    Spans that only fill the row of a document with fewer have the logit IMPOSSIBLE.
    """
    negatives = logits.masked_fill(gold, IMPOSSIBLE).flatten(1)
    top = negatives.topk(min(count, negatives.shape[1]), dim=1)
    return _spans(top.indices, logits.shape, 0), top.values


class Spans(NamedTuple):
    """Spans [D, K, 3] and their logits [D, K]."""

    spans: Tensor
    logits: Tensor


def top_spans(logits: Tensor, most: int, *, label: int, first: int = 0, words: int | None = None) -> Spans:
    """The spans of [D, C, N, W] with logits above the threshold 0.

    `label`: the number of the first of the C labels; `first`: that of the first of the N words in a text of so many
    `words`. K is the largest number of such spans in a document, at most `most`; the rows of other documents are filled
    with spans below the threshold.
    """
    flattened = logits.flatten(1)
    top = flattened.topk(_count(flattened, most), dim=1)
    return Spans(_spans(top.indices, logits.shape, label, first, words), top.values)


def _count(logits: Tensor, most: int) -> int:
    """The largest number of logits above the threshold in a document, at most `most`."""
    return min(int((logits > 0).sum(dim=1).max()), most) if logits.numel() else 0


_MOST = {TRIGGER: MOST_TRIGGERS, ENTITY: MOST_ENTITIES}


def layer_spans(
    logits: Tensor, entities: int, *, given: Collection[str] = (), first: int = 0, words: int | None = None
) -> dict[str, Spans]:
    """The best spans of each layer that is not in `given`, as `top_spans`; the first labels are entity types."""
    parts = {TRIGGER: (logits[:, entities:], entities), ENTITY: (logits[:, :entities], 0)}
    return {
        layer: top_spans(part, _MOST[layer], label=label, first=first, words=words)
        for layer, (part, label) in parts.items()
        if layer not in given
    }


def best_spans(pieces: Sequence[Mapping[str, Spans]]) -> dict[str, Spans]:
    """The best spans of each layer, from those of each piece of a text."""
    return {layer: _best([piece[layer] for piece in pieces], _MOST[layer]) for layer in pieces[0]}


def _best(pieces: Sequence[Spans], most: int) -> Spans:
    spans, logits = (torch.cat(parts, dim=1) for parts in zip(*pieces, strict=True))
    top = logits.topk(_count(logits, most), dim=1)
    return Spans(pick(spans, top.indices), top.values)


def layer_candidates(
    predicted: Mapping[str, Spans], batch: Mapping[str, Tensor], entities: int
) -> tuple[Candidates, Candidates]:
    """Candidate triggers, and candidate entities: those predicted, or the batch's targets where none are."""
    triggers, others = (
        _predicted(predicted[layer]) if layer in predicted else _given(batch, entities, layer) for layer in _MOST
    )
    return triggers, others


def _predicted(predicted: Spans) -> Candidates:
    cuts = torch.full_like(predicted.spans[..., 0], IGNORED)
    return Candidates(*predicted, cuts, cuts)


def _given(batch: Mapping[str, Tensor], entities: int, layer: str) -> Candidates:
    """The gold spans of the batch; those of the other layer keep their rows, with the logit IMPOSSIBLE."""
    spans = batch["spans"]
    inside = (spans[..., 0] >= 0) & ((spans[..., 2] >= entities) == (layer == TRIGGER))
    logits = torch.where(inside, _SURE, IMPOSSIBLE)
    cuts = (batch[name].masked_fill(~inside, IGNORED) for name in ("leading", "trailing"))
    return Candidates(spans.clamp(min=0), logits, *cuts)


def with_given_cuts(logits: Tensor, cuts: Tensor) -> Tensor:
    """Logits [D, M, K] of cuts, where the cuts given as input [D, M] are certain; unchanged where those are IGNORED."""
    certain = torch.full_like(logits, IMPOSSIBLE).scatter(-1, cuts.clamp(min=0)[..., None], 0.0)
    return torch.where((cuts == IGNORED)[..., None], logits, certain)


def _spans(index: Tensor, shape: Sequence[int], label: int, first: int = 0, words: int | None = None) -> Tensor:
    """Indices into flattened [C, N, W] -> first word, last word, label; the last word is limited to those there are."""
    count, width = shape[2], shape[3]
    begin = index // width % count + first
    last = (begin + index % width).clamp(max=(words or count) - 1)
    return torch.stack([begin, last, index // (count * width) + label], dim=-1)
