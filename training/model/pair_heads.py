"""Heads on pairs of spans: roles of arguments, and links between mentions of the same thing."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from training.model.dropout import Dropout
from training.model.head_parts import GAIN, RARE, init_near_zero, pick
from training.model.role_rivals import RIVALS, rivals

_STEPS = (1, 2, 3, 5, 8, 16, 32, 64)
_SENTENCES = 3
_SAMENESS = 16
_MOST_RIVALS = 6
"""More are counted as so many less one."""


class RoleHead(nn.Module):
    """z[t, a, role] = r_t' U_role r_a + w . [r_t; r_a] + distance + prior of (event type, role, filler's label)
    + rivals.

    Biaffine scoring after Dozat and Manning 2017, "Deep Biaffine Attention for Neural Dependency Parsing". entities:
    the number of entity types among the labels; None leaves the rivals out, as models of before do.
    """

    def __init__(self, hidden: int, labels: int, roles: int, dropout: float, entities: int | None = None) -> None:
        super().__init__()
        self.labels, self.roles = labels, roles
        half = hidden // 2
        self.trigger, self.filler = nn.Linear(hidden, half), nn.Linear(hidden, half)
        self.dropout = Dropout(dropout)
        self.bilinear = nn.Parameter(torch.zeros(roles, half, half))
        self.of_trigger, self.of_filler = nn.Linear(half, roles), nn.Linear(half, roles)
        self.distance = nn.Embedding(2 * len(_STEPS) + 1, roles)
        self.sentence = nn.Embedding(2 * _SENTENCES + 1, roles)
        self.prior = nn.Embedding(labels * labels, roles)
        self.entities = entities
        rows = 0 if entities is None else RIVALS * _MOST_RIVALS
        self.rivals = nn.Embedding(rows, roles) if rows else None
        init_near_zero(self.distance, self.sentence, self.prior, *([self.rivals] if self.rivals else []))
        nn.init.constant_(self.of_filler.bias, RARE)

    def forward(self, mentions: Tensor, spans: Tensor, sentences: Tensor, triggers: int, present: Tensor) -> Tensor:
        """Logits [D, T, M, R] of each span in each role of the first T spans.

        mentions [D, M, hidden], spans [D, M, 3], sentences [D, N]; present [D, M]: which spans count as rivals.
        """
        trigger = self.dropout(nn.functional.gelu(self.trigger(mentions[:, :triggers])))
        filler = self.dropout(nn.functional.gelu(self.filler(mentions)))
        joint = torch.einsum("dtk,rkl,dal->dtar", trigger, self.bilinear, filler)
        alone = self.of_trigger(trigger)[:, :, None] + self.of_filler(filler)[:, None]
        first, last, label = spans.unbind(-1)
        at = pick(sentences, first)
        apart = (at[:, None, :] - at[:, :triggers, None]).clamp(-_SENTENCES, _SENTENCES) + _SENTENCES
        where = self.distance(distance(first, last, triggers)) + self.sentence(apart)
        prior = self.prior(label[:, :triggers, None] * self.labels + label[:, None, :])
        logits = joint + alone + GAIN * (where + prior)
        if self.rivals is not None:
            counts = rivals(spans, present, triggers, sentences.shape[1], self.labels, self.entities or 0)
            kinds = torch.arange(RIVALS, device=spans.device) * _MOST_RIVALS
            logits = logits + GAIN * self.rivals(counts.clamp(max=_MOST_RIVALS - 1) + kinds).sum(dim=3)
        return cast(Tensor, logits).float()


class LinkHead(nn.Module):
    """z[a, b, link] = g_a' U_link g_b + w . [g_a; g_b] + distance + the same words + prior of both labels, symmetric.

    "The same words" compares two mentions, without proclitics: their first words, their last words, the first of one
    with the last of the other, and all words. An alias shares some words of a name, a repeated event all of them.
    """

    def __init__(self, hidden: int, labels: int, links: int, dropout: float) -> None:
        super().__init__()
        self.labels = labels
        half = hidden // 2
        self.mention = nn.Linear(hidden, half)
        self.dropout = Dropout(dropout)
        self.bilinear = nn.Parameter(torch.zeros(links, half, half))
        self.alone = nn.Linear(half, links)
        self.distance = nn.Embedding(len(_STEPS) + 1, links)
        self.sentence = nn.Embedding(_SENTENCES + 1, links)
        self.same = nn.Embedding(_SAMENESS, links)
        self.prior = nn.Embedding(labels * labels, links)
        init_near_zero(self.distance, self.sentence, self.same, self.prior)
        nn.init.constant_(self.alone.bias, RARE / 2)

    def forward(self, mentions: Tensor, spans: Tensor, sentences: Tensor, stems: Tensor) -> Tensor:
        """[D, M, hidden], [D, M, 3], [D, N], [D, N] -> logits [D, M, M, L] of two spans being the same thing."""
        vectors = self.dropout(nn.functional.gelu(self.mention(mentions)))
        joint = torch.einsum("dak,lkm,dbm->dabl", vectors, self.bilinear, vectors)
        alone = self.alone(vectors)
        first, last, label = spans.unbind(-1)
        at = pick(sentences, first)
        apart = (at[:, None, :] - at[:, :, None]).abs().clamp(max=_SENTENCES)
        steps = (distance(first, last, first.shape[1]) - len(_STEPS)).abs()
        pair = torch.minimum(label[:, None], label[:, :, None]) * self.labels
        pair = pair + torch.maximum(label[:, None], label[:, :, None])
        where = self.distance(steps) + self.sentence(apart)
        what = self.same(sameness(stems, first, last)) + self.prior(pair)
        both = (joint + joint.transpose(1, 2)) / 2 + alone[:, :, None] + alone[:, None]
        return cast(Tensor, both + GAIN * (where + what)).float()


def sameness(stems: Tensor, first: Tensor, last: Tensor) -> Tensor:
    """Which words two spans share, as four bits [D, M, M], from word hashes [D, N] and span ends [D, M] twice."""
    opening, closing = pick(stems, first), pick(stems, last)
    total = nn.functional.pad(stems.cumsum(dim=1), (1, 0))
    content = pick(total, last + 1) - pick(total, first)
    across = opening[:, :, None] == closing[:, None]
    shared = (_alike(opening), _alike(closing), across | across.transpose(1, 2), _alike(content))
    return torch.stack([same.long() << bit for bit, same in enumerate(shared)]).sum(dim=0)


def _alike(values: Tensor) -> Tensor:
    """[D, M] -> [D, M, M]: whether two values are equal."""
    return values[:, :, None] == values[:, None]


def distance(first: Tensor, last: Tensor, triggers: int) -> Tensor:
    """[D, M] twice -> [D, T, M]: signed buckets of the distance in words from the first T spans to each span."""
    after = (first[:, None, :] - last[:, :triggers, None]).clamp(min=0)
    before = (first[:, :triggers, None] - last[:, None, :]).clamp(min=0)
    return _bucket(after) - _bucket(before) + len(_STEPS)


def _bucket(words: Tensor) -> Tensor:
    """The number of steps that are not above the distance.

    The steps are Python numbers: a tensor of them would be copied to the device at each call, with a synchronisation.
    """
    bucket = torch.zeros_like(words)
    for step in _STEPS:
        bucket += words >= step
    return bucket
