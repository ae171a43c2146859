"""Heads on the word states [D, N, d]: logits of spans, their cuts, roles and links."""

from __future__ import annotations

from collections.abc import Iterator
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
"""The initial bias of span, role and link logits: nearly all candidates are wrong, which is slow to learn."""
_MOST_RIVALS = 6
"""More are counted as so many less one."""
_GAIN = 8.0
"""The factor of logits stored in tables, so that they learn as fast as the output of a layer."""


class SpanHead(nn.Module):
    """s_c(i, j) = <RoPE(q_i), RoPE(k_j)> / sqrt(p) + u_c . [h_i; h_j; mean h_i..h_j] + b_c(j - i), for j - i < width.

    Global pointer (Su et al. 2022, "Global Pointer: Novel Efficient Span-based Approach for Named Entity Recognition")
    with rotary positions (Su et al. 2021, "RoFormer"), banded, so that the cost is linear in the length of the text.
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
        """[D, N, d], [D, N] -> logits [D, C, N, W] in float32; the last word is the first word + the index in W."""
        states = self.dropout(states)
        return self._logits(states, mask, *self._ends(states))

    def pieces(self, states: Tensor, mask: Tensor, size: int) -> Iterator[Tensor]:
        """As `forward`, the spans of `size` first words at a time: logits [D, C, size, W], the last piece shorter.

        All spans of a long text take much more memory than its states. For prediction: nothing is dropped out.
        """
        start, end, total = self._ends(states)
        for first in range(0, mask.shape[1], size):
            reached = slice(first, first + size + self.width - 1)  # by the spans that begin in the piece
            ends = start[..., reached], end[..., reached], total[..., first : first + size + self.width]
            yield self._logits(states[:, reached], mask[:, reached], *ends, at=first)[:, :, :size]

    def _ends(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What words add as a span's first and last one [D, C, N], and running sums of what they add inside it."""
        start, end, content = self.ends(states).float().transpose(1, 2).chunk(3, dim=1)
        return start, end, nn.functional.pad(content.cumsum(dim=-1), (1, 0))

    def _logits(self, states: Tensor, mask: Tensor, start: Tensor, end: Tensor, total: Tensor, at: int = 0) -> Tensor:
        """The logits of the spans of these words, of which the first is number `at` of its document."""
        query, key = self._rotated(self.query(states), at), self._rotated(self.key(states), at)
        logits: Tensor = banded(query, key, self.width) / self.head_size**0.5
        lengths = torch.arange(1, self.width + 1, device=states.device)
        mean = (_windows(total[..., 1:], self.width) - total[..., :-1, None]) / lengths
        logits = logits.float() + start[..., None] + _windows(end, self.width) + mean + _GAIN * self.lengths[:, None, :]
        return logits.masked_fill(~possible(mask, self.width)[:, None], IMPOSSIBLE)

    def _rotated(self, projected: Tensor, at: int = 0) -> Tensor:
        """[D, N, C * p] -> [D, C, N, p], each pair of dimensions rotated by its position times its own angle.

        The positions are `at` and the next ones.
        """
        documents, words, _ = projected.shape
        heads = projected.view(documents, words, self.labels, self.head_size).transpose(1, 2)
        half = self.head_size // 2
        rates = 10000.0 ** (-torch.arange(half, device=heads.device, dtype=torch.float32) / half)
        angles = torch.arange(at, at + words, device=heads.device, dtype=torch.float32)[:, None] * rates
        cos, sin = angles.cos().to(heads.dtype), angles.sin().to(heads.dtype)
        a, b = heads[..., :half], heads[..., half:]
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


def possible(mask: Tensor, width: int) -> Tensor:
    """[D, N] -> [D, N, W]: whether the span is within its document."""
    return mask[..., None] & _windows(mask, width)


def banded(query: Tensor, key: Tensor, width: int) -> Tensor:
    """<query_i, key_{i+w}> for 0 <= w < width: [..., N, W] from two [..., N, p]; 0 beyond the end.

    Each block of `width` rows is multiplied with the 2 * width columns it can reach; the diagonal band is the result.
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
    """[..., N] -> [..., N, W]: each position's value and the next ones, 0 beyond the end."""
    return nn.functional.pad(values, (0, width - 1)).unfold(-1, width, 1)


class MentionHead(nn.Module):
    """r = MLP[h_i; h_j; mean h_i..h_j; label]: the vector of a candidate span, input of the other heads."""

    def __init__(self, size: int, labels: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.label = nn.Embedding(labels, hidden)
        _init_near_zero(self.label)
        self.body = nn.Sequential(Dropout(dropout), nn.Linear(3 * size + hidden, hidden), nn.GELU(), Dropout(dropout))

    def forward(self, states: Tensor, spans: Tensor) -> Tensor:
        """[D, N, d], [D, M, 3] -> [D, M, hidden]."""
        first, last, label = spans.unbind(-1)
        total = nn.functional.pad(states.float().cumsum(dim=1), (0, 0, 1, 0))
        mean = (pick(total, last + 1) - pick(total, first)) / (last - first + 1)[..., None]
        features = [pick(states, first), pick(states, last), mean.to(states.dtype), self.label(label)]
        return cast(Tensor, self.body(torch.cat(features, dim=-1)))


def pick(values: Tensor, rows: Tensor) -> Tensor:
    """The values [D, N, ...] at the rows [D, M] of each document: [D, M, ...]."""
    batch = torch.arange(len(values), device=values.device)[:, None]
    return values[batch, rows]


def _init_near_zero(*tables: nn.Embedding) -> None:
    """Initialise embeddings near zero, so that an untrained row has almost no effect."""
    for table in tables:
        nn.init.normal_(table.weight, std=0.02)


class BoundaryHead(nn.Module):
    """Logits of how many graphemes to cut from a span's first and last word, from the word and the removed string."""

    def __init__(self, size: int, labels: int, hidden: int, affixes: int, dropout: float) -> None:
        super().__init__()
        self.dropout = Dropout(dropout)
        self.opening, self.closing = nn.Linear(size, hidden), nn.Linear(size, hidden)
        self.label = nn.Embedding(labels, hidden)
        self.affix, self.prior = nn.Embedding(affixes, hidden), nn.Embedding(affixes, 1)
        self.cut = nn.Linear(hidden, LEADING + TRAILING)
        self.fit = nn.Linear(hidden, 1)
        self.legal = nn.Parameter(torch.zeros(()))
        _init_near_zero(self.label, self.affix, self.prior)

    def forward(self, states: Tensor, spans: Tensor, affixes: Tensor, legal: Tensor) -> tuple[Tensor, Tensor]:
        """[D, N, d], [D, M, 3], [D, N, LEADING + TRAILING], [D, N, LEADING] -> logits of the cuts.

        The result is leading [D, M, LEADING] and trailing [D, M, TRAILING].
        """
        first, last, label = spans.unbind(-1)
        states, own = self.dropout(states), self.label(label)
        leading = self._logits(self.opening(pick(states, first)) + own, pick(affixes, first))[..., :LEADING]
        trailing = self._logits(self.closing(pick(states, last)) + own, pick(affixes, last))[..., LEADING:]
        return leading + _GAIN * self.legal * pick(legal, first), trailing

    def _logits(self, word: Tensor, affix: Tensor) -> Tensor:
        """[D, M, hidden], [D, M, K] -> [D, M, K]: terms for the number cut, the string cut, and both with the word."""
        alone = self.cut(nn.functional.gelu(word)) + _GAIN * self.prior(affix).squeeze(-1)
        joint = self.fit(self.dropout(nn.functional.gelu(word[..., None, :] + self.affix(affix)))).squeeze(-1)
        return cast(Tensor, alone + joint).float().masked_fill(affix == 0, IMPOSSIBLE)


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
        _init_near_zero(self.distance, self.sentence, self.prior, *([self.rivals] if self.rivals else []))
        nn.init.constant_(self.of_filler.bias, _RARE)

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
        logits = joint + alone + _GAIN * (where + prior)
        if self.rivals is not None:
            counts = rivals(spans, present, triggers, sentences.shape[1], self.labels, self.entities or 0)
            kinds = torch.arange(RIVALS, device=spans.device) * _MOST_RIVALS
            logits = logits + _GAIN * self.rivals(counts.clamp(max=_MOST_RIVALS - 1) + kinds).sum(dim=3)
        return cast(Tensor, logits).float()


RIVALS = 4


def rivals(spans: Tensor, present: Tensor, triggers: int, words: int, labels: int, entities: int) -> Tensor:
    """How many other spans compete with each pair of one of the first T spans and any of the M: [D, T, M, RIVALS].

    Of the spans that are `present` [D, M]: those of the filler's label that are nearer to the trigger, the triggers
    that are nearer to the filler, and of both kinds those that stand between. Nearness is that of first words; running
    sums over the words keep it linear in the pairs.
    """
    first, _, label = spans.unbind(-1)
    there = present.long()
    tables = there.new_zeros(len(spans), (labels + 1) * words)
    tables = tables.scatter_add(1, label * words + first, there)
    tables = tables.scatter_add(1, labels * words + first, there * (label >= entities))
    sums = nn.functional.pad(tables.view(len(spans), labels + 1, words).cumsum(dim=-1), (1, 0)).flatten(1)
    at, to = (side.expand(-1, triggers, first.shape[1]) for side in (first[:, :triggers, None], first[:, None]))
    own = label[:, None].expand_as(at)
    low, high, apart = torch.minimum(at, to), torch.maximum(at, to), (at - to).abs()
    trigger = torch.full_like(own, labels)

    def count(kind: Tensor, start: Tensor, end: Tensor) -> Tensor:
        """Spans of the kind whose first word is in start..end - 1."""
        rows = kind * (words + 1)
        ends = (rows + place.clamp(min=0, max=words) for place in (end, torch.minimum(start, end)))
        after, before = (sums.gather(1, place.flatten(1)).view_as(kind) for place in ends)
        return after - before

    near = (count(own, at - apart + 1, at + apart), count(trigger, to - apart + 1, to + apart))
    between = (count(own, low + 1, high), count(trigger, low + 1, high))
    return torch.stack([*near, *between], dim=-1)


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
        _init_near_zero(self.distance, self.sentence, self.same, self.prior)
        nn.init.constant_(self.alone.bias, _RARE / 2)

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
        return cast(Tensor, both + _GAIN * (where + what)).float()


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
