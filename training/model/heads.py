"""What stands on the word states [D, N, d]: heads that score spans, their cuts, roles and links."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from annotation.core.words import LEADING, TRAILING
from training.model.dropout import Dropout
from training.model.losses import IMPOSSIBLE

_STEPS = (1, 2, 3, 5, 8, 16, 32, 64)
_SENTENCES = 3
_SAMENESS = 16
_RARE = -6.0
"""Where logits of spans, roles and links begin: nearly all are wrong, and few documents would be slow to teach that."""
_GAIN = 8.0
"""Tables of plain logits are multiplied by it, so that they move as fast as what comes out of a layer."""


class SpanHead(nn.Module):
    """s_c(i, j) = <RoPE(q_i), RoPE(k_j)> / sqrt(p) + u_c . [h_i; h_j; mean h_i..h_j] + b_c(j - i), for j - i < width.

    Global pointer (Su et al. 2022, "Global Pointer: Novel Efficient Span-based Approach for Named Entity Recognition")
    with rotary positions (Su et al. 2021, "RoFormer"), banded, so the cost grows with the text and not its square.
    """

    def __init__(self, size: int, labels: int, head_size: int, width: int, dropout: float) -> None:
        super().__init__()
        self.labels, self.head_size, self.width = labels, head_size, width
        self.dropout = Dropout(dropout)
        self.query = nn.Linear(size, labels * head_size)
        self.key = nn.Linear(size, labels * head_size)
        self.ends = nn.Linear(size, 3 * labels)
        self.lengths = nn.Parameter(torch.zeros(labels, width))
        nn.init.constant_(self.ends.bias, _RARE / 3)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """[D, N, d], [D, N] -> logits [D, C, N, W] in float32: last word = first word + the last dimension's index."""
        states = self.dropout(states)
        query, key = self._rotated(self.query(states)), self._rotated(self.key(states))
        scores: Tensor = banded(query, key, self.width) / self.head_size**0.5
        start, end, content = self.ends(states).float().transpose(1, 2).chunk(3, dim=1)
        total = nn.functional.pad(content.cumsum(dim=-1), (1, 0))
        lengths = torch.arange(1, self.width + 1, device=states.device)
        mean = (_windows(total[..., 1:], self.width) - total[..., :-1, None]) / lengths
        scores = scores.float() + start[..., None] + _windows(end, self.width) + mean + _GAIN * self.lengths[:, None, :]
        return scores.masked_fill(~possible(mask, self.width)[:, None], IMPOSSIBLE)

    def _rotated(self, projected: Tensor) -> Tensor:
        """[D, N, C * p] -> [D, C, N, p], each pair of dimensions turned by its position times its own angle."""
        documents, words, _ = projected.shape
        heads = projected.view(documents, words, self.labels, self.head_size).transpose(1, 2)
        half = self.head_size // 2
        rates = 10000.0 ** (-torch.arange(half, device=heads.device, dtype=torch.float32) / half)
        angles = torch.arange(words, device=heads.device, dtype=torch.float32)[:, None] * rates
        cos, sin = angles.cos().to(heads.dtype), angles.sin().to(heads.dtype)
        a, b = heads[..., :half], heads[..., half:]
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


def possible(mask: Tensor, width: int) -> Tensor:
    """[D, N] -> [D, N, W]: whether a span of these words is within its document."""
    return mask[..., None] & _windows(mask, width)


def banded(query: Tensor, key: Tensor, width: int) -> Tensor:
    """<query_i, key_{i+w}> for 0 <= w < width: [..., N, W] from two [..., N, p]; past the end it is 0.

    Blocks of `width` rows meet the 2 * width columns they can reach, and the diagonal band is cut from each block.
    """
    words = query.shape[-2]
    blocks = (words + width - 1) // width
    query = nn.functional.pad(query, (0, 0, 0, blocks * width - words)).unflatten(-2, (blocks, width))  # type: ignore[no-untyped-call]
    key = nn.functional.pad(key, (0, 0, 0, (blocks + 1) * width - words))
    reach = key.unfold(-2, 2 * width, width)
    product = query @ reach
    skewed: Tensor = nn.functional.pad(product.flatten(-2), (0, width)).unflatten(-1, (width, 2 * width + 1))  # type: ignore[no-untyped-call]
    return skewed[..., :width].flatten(-3, -2)[..., :words, :]


def _windows(values: Tensor, width: int) -> Tensor:
    """[..., N] -> [..., N, W]: each position's own value and the next ones, 0 past the end."""
    return nn.functional.pad(values, (0, width - 1)).unfold(-1, width, 1)


class MentionHead(nn.Module):
    """r = MLP[h_i; h_j; mean h_i..h_j; label]: what the other heads know of a candidate span."""

    def __init__(self, size: int, labels: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.label = nn.Embedding(labels, hidden)
        _still(self.label)
        self.body = nn.Sequential(Dropout(dropout), nn.Linear(3 * size + hidden, hidden), nn.GELU(), Dropout(dropout))

    def forward(self, states: Tensor, spans: Tensor) -> Tensor:
        """[D, N, d], [D, M, 3] -> [D, M, hidden]."""
        first, last, label = spans.unbind(-1)
        total = nn.functional.pad(states.float().cumsum(dim=1), (0, 0, 1, 0))
        mean = (pick(total, last + 1) - pick(total, first)) / (last - first + 1)[..., None]
        known = [pick(states, first), pick(states, last), mean.to(states.dtype), self.label(label)]
        return cast(Tensor, self.body(torch.cat(known, dim=-1)))


def pick(values: Tensor, rows: Tensor) -> Tensor:
    """[D, N, ...], [D, M] -> [D, M, ...]."""
    batch = torch.arange(len(values), device=values.device)[:, None]
    return values[batch, rows]


def _still(*tables: nn.Embedding) -> None:
    """Start embeddings near zero, so that a row never trained says next to nothing."""
    for table in tables:
        nn.init.normal_(table.weight, std=0.02)


class BoundaryHead(nn.Module):
    """How many graphemes of a span's first and last word are not its own, from the word and the string cut off."""

    def __init__(self, size: int, labels: int, hidden: int, affixes: int, dropout: float) -> None:
        super().__init__()
        self.dropout = Dropout(dropout)
        self.opening, self.closing = nn.Linear(size, hidden), nn.Linear(size, hidden)
        self.label = nn.Embedding(labels, hidden)
        self.affix, self.prior = nn.Embedding(affixes, hidden), nn.Embedding(affixes, 1)
        self.cut = nn.Linear(hidden, LEADING + TRAILING)
        self.fit = nn.Linear(hidden, 1)
        self.legal = nn.Parameter(torch.zeros(()))
        _still(self.label, self.affix, self.prior)

    def forward(self, states: Tensor, spans: Tensor, affixes: Tensor, legal: Tensor) -> tuple[Tensor, Tensor]:
        """[D, N, d], [D, M, 3], [D, N, LEADING + TRAILING], [D, N, LEADING] -> logits of the cuts at either end."""
        first, last, label = spans.unbind(-1)
        states, own = self.dropout(states), self.label(label)
        leading = self._scores(self.opening(pick(states, first)) + own, pick(affixes, first))[..., :LEADING]
        trailing = self._scores(self.closing(pick(states, last)) + own, pick(affixes, last))[..., LEADING:]
        return leading + _GAIN * self.legal * pick(legal, first), trailing

    def _scores(self, known: Tensor, affix: Tensor) -> Tensor:
        """[D, M, hidden], [D, M, K] -> [D, M, K]: by how many, by which string, and by both with the word."""
        alone = self.cut(nn.functional.gelu(known)) + _GAIN * self.prior(affix).squeeze(-1)
        joint = self.fit(self.dropout(nn.functional.gelu(known[..., None, :] + self.affix(affix)))).squeeze(-1)
        return cast(Tensor, alone + joint).float().masked_fill(affix == 0, IMPOSSIBLE)


class RoleHead(nn.Module):
    """z[t, a, role] = r_t' U_role r_a + w . [r_t; r_a] + distance + prior of (event type, role, filler's label).

    Biaffine scoring after Dozat and Manning 2017, "Deep Biaffine Attention for Neural Dependency Parsing".
    """

    def __init__(self, hidden: int, labels: int, roles: int, dropout: float) -> None:
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
        _still(self.distance, self.sentence, self.prior)
        nn.init.constant_(self.of_filler.bias, _RARE)

    def forward(self, mentions: Tensor, spans: Tensor, sentences: Tensor, triggers: int) -> Tensor:
        """[D, M, hidden], [D, M, 3], [D, N] -> logits [D, T, M, R] of each span in each role of the first T."""
        trigger = self.dropout(nn.functional.gelu(self.trigger(mentions[:, :triggers])))
        filler = self.dropout(nn.functional.gelu(self.filler(mentions)))
        joint = torch.einsum("dtk,rkl,dal->dtar", trigger, self.bilinear, filler)
        alone = self.of_trigger(trigger)[:, :, None] + self.of_filler(filler)[:, None]
        first, last, label = spans.unbind(-1)
        at = pick(sentences, first)
        apart = (at[:, None, :] - at[:, :triggers, None]).clamp(-_SENTENCES, _SENTENCES) + _SENTENCES
        where = self.distance(distance(first, last, triggers)) + self.sentence(apart)
        prior = self.prior(label[:, :triggers, None] * self.labels + label[:, None, :])
        return cast(Tensor, joint + alone + _GAIN * (where + prior)).float()


class LinkHead(nn.Module):
    """z[a, b, link] = g_a' U_link g_b + w . [g_a; g_b] + distance + the same words + prior of both labels, symmetric.

    Of two mentions' words it is told whether the first ones are the same, the last ones, the first of one and the last
    of the other, and all of them, each less its proclitics: an alias shares some of a name, a repeated event all.
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
        _still(self.distance, self.sentence, self.same, self.prior)
        nn.init.constant_(self.alone.bias, _RARE / 2)

    def forward(self, mentions: Tensor, spans: Tensor, sentences: Tensor, stems: Tensor) -> Tensor:
        """[D, M, hidden], [D, M, 3], [D, N], [D, N] -> logits [D, M, M, L] of two spans being the same thing."""
        known = self.dropout(nn.functional.gelu(self.mention(mentions)))
        joint = torch.einsum("dak,lkm,dbm->dabl", known, self.bilinear, known)
        alone = self.alone(known)
        first, last, label = spans.unbind(-1)
        at = pick(sentences, first)
        apart = (at[:, None, :] - at[:, :, None]).abs().clamp(max=_SENTENCES)
        steps = (distance(first, last, first.shape[1]) - len(_STEPS)).abs()
        pair = torch.minimum(label[:, None], label[:, :, None]) * self.labels
        pair = pair + torch.maximum(label[:, None], label[:, :, None])
        where = self.distance(steps) + self.sentence(apart)
        what = self.same(sameness(stems, first, last)) + self.prior(pair)
        both = (joint + joint.transpose(1, 2)) / 2 + alone[:, :, None] + alone[:, None]
        return cast(Tensor, both + _GAIN * (where + what)).float()


def sameness(stems: Tensor, first: Tensor, last: Tensor) -> Tensor:
    """Hashes of words [D, N] and spans [D, M] twice -> [D, M, M], below `_SAMENESS`: which words two spans share."""
    opening, closing = pick(stems, first), pick(stems, last)
    total = nn.functional.pad(stems.cumsum(dim=1), (1, 0))
    content = pick(total, last + 1) - pick(total, first)
    across = opening[:, :, None] == closing[:, None]
    shared = (_alike(opening), _alike(closing), across | across.transpose(1, 2), _alike(content))
    return torch.stack([same.long() << bit for bit, same in enumerate(shared)]).sum(dim=0)


def _alike(values: Tensor) -> Tensor:
    """[D, M] -> [D, M, M]."""
    return values[:, :, None] == values[:, None]


def distance(first: Tensor, last: Tensor, triggers: int) -> Tensor:
    """[D, M] twice -> [D, T, M]: signed buckets of the words from each of the first T spans to each other one."""
    after = (first[:, None, :] - last[:, :triggers, None]).clamp(min=0)
    before = (first[:, :triggers, None] - last[:, None, :]).clamp(min=0)
    return _bucket(after) - _bucket(before) + len(_STEPS)


def _bucket(words: Tensor) -> Tensor:
    """How many of the steps are at most so many words. They stay numbers: a tensor of them would be copied each time,
    and the device waited for."""
    bucket = torch.zeros_like(words)
    for step in _STEPS:
        bucket += words >= step
    return bucket
