"""BIO tags under a linear-chain CRF (Lafferty et al. 2001; Lample et al. 2016), in place of the head that scores spans.

A layer of C labels has K = 2C + 1 tags: O, then B and I of each label. Its mentions are flat, so of gold ones that
overlap the outermost is learnt. It says of every span how likely it is, as logits of the very shape the span head has;
those above 0 are the spans of the one best sequence of tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from training.model.dropout import Dropout
from training.model.losses import IMPOSSIBLE

OUTSIDE = 0
_SURE = 0.01
"""The least that a span of the best sequence is above 0, and the others below."""


class Lattice(NamedTuple):
    """Scores of tags [D, N, K] and of pairs of them [K, K], -1e4 where one cannot follow the other; what comes before
    and after each tag, ahead and back [D, N, K], as logarithms; the words' mask [D, N]; the logarithm of the sum over
    all sequences, total [D]."""

    tags: Tensor
    pairs: Tensor
    ahead: Tensor
    back: Tensor
    mask: Tensor
    total: Tensor


def lattice(tags: Tensor, pairs: Tensor, mask: Tensor) -> Lattice:
    """Forward and backward sums over [D, N, K]. A sequence may begin with O or a B. Nothing of it has a gradient."""
    with torch.no_grad():
        first = tags[:, 0].clone()
        first[:, 2::2] = IMPOSSIBLE
        ahead = [first]
        for at in range(1, tags.shape[1]):
            step = (ahead[-1][:, :, None] + pairs).logsumexp(dim=1) + tags[:, at]
            ahead.append(torch.where(mask[:, at, None], step, ahead[-1]))
        back = [torch.zeros_like(first)]
        for at in range(tags.shape[1] - 1, 0, -1):
            step = (pairs + (tags[:, at] + back[-1])[:, None]).logsumexp(dim=2)
            back.append(torch.where(mask[:, at, None], step, back[-1]))
        total = ahead[-1].logsumexp(dim=-1)
        return Lattice(tags, pairs, torch.stack(ahead, dim=1), torch.stack(back[::-1], dim=1), mask, total)


def surprise(known: Lattice, gold: Tensor) -> Tensor:
    """-log p(gold) of each document [D] from tags [D, N]; its gradient is expected less seen, which needs no tape."""
    tags, pairs, mask = known.tags, known.pairs, known.mask
    with torch.no_grad():
        scale = known.total[:, None, None]
        single = (known.ahead + known.back - scale).exp() * mask[..., None]
        joint = known.ahead[:, :-1, :, None] + pairs + (tags + known.back)[:, 1:, None, :] - scale[..., None]
        double = joint.exp() * mask[:, 1:, None, None]
    expected = (single * tags).sum(dim=(1, 2)) + (double * pairs).sum(dim=(1, 2, 3))
    one = tags.gather(2, gold[..., None]).squeeze(-1) * mask
    seen = one.sum(dim=1) + (pairs[gold[:, :-1], gold[:, 1:]] * mask[:, 1:]).sum(dim=1)
    return known.total + (expected - expected.detach()) - seen


def best(known: Lattice) -> Tensor:
    """The likeliest tags [D, N] (Viterbi); O in the padding."""
    tags, mask = known.tags, known.mask
    score = tags[:, 0].clone()
    score[:, 2::2] = IMPOSSIBLE
    same = torch.arange(tags.shape[2], device=tags.device).expand_as(score)
    came = []
    for at in range(1, tags.shape[1]):
        top, source = (score[:, :, None] + known.pairs).max(dim=1)
        came.append(torch.where(mask[:, at, None], source, same))
        score = torch.where(mask[:, at, None], top + tags[:, at], score)
    path = [score.argmax(dim=-1)]
    for source in reversed(came):
        path.append(source.gather(1, path[-1][:, None]).squeeze(1))
    return torch.stack(path[::-1], dim=1) * mask


def odds(known: Lattice, width: int) -> Tensor:
    """Logits [D, C, N, W] of each span of up to W words being a mention, under the distribution over sequences."""
    tags, pairs, mask = known.tags, known.pairs, known.mask
    begin, inside = known.ahead[..., 1::2], tags[..., 2::2]
    into, stay = pairs[1::2, 2::2].diagonal(), pairs[2::2, 2::2].diagonal()
    run = nn.functional.pad(inside.cumsum(dim=1), (0, 0, 1, 0))[:, 1:]
    steps = torch.arange(width, device=tags.device)
    held = _reach(run, width) - run[..., None] + (into[:, None] + (steps - 1).clamp(min=0) * stay[:, None])
    held = held.masked_fill(steps == 0, 0.0)
    after_begin, after_inside = (_reach(_left(known, at), width) for at in (1, 2))
    ends = torch.where(steps == 0, after_begin, after_inside)
    chance = (begin[..., None] + held + ends - known.total[:, None, None, None]).clamp(max=-1e-6)
    logits = (chance - torch.log(-torch.expm1(chance))).clamp(min=-50.0)
    real = mask[..., None] & _reach(mask[..., None].float(), width).squeeze(2).bool()
    return logits.masked_fill(~real[:, :, None], IMPOSSIBLE).transpose(1, 2)


def _left(known: Lattice, first: int) -> Tensor:
    """[D, N, C]: the logarithm of all that may follow a B (1) or an I (2) of each label that ends its mention."""
    tags, pairs, mask = known.tags, known.pairs, known.mask
    leaving = pairs[first::2].clone()
    label = torch.arange(len(leaving), device=tags.device)
    leaving[label, 2 + 2 * label] = IMPOSSIBLE
    following = (tags + known.back)[:, 1:, None] + leaving
    ended = following.logsumexp(dim=-1) * mask[:, 1:, None]
    return nn.functional.pad(ended, (0, 0, 0, 1))


def _reach(values: Tensor, width: int) -> Tensor:
    """[D, N, C] -> [D, N, C, W]: each word's own value and those of the next ones, 0 past the end."""
    return nn.functional.pad(values, (0, 0, 0, width - 1)).unfold(1, width, 1)


def spans(tags: Sequence[int]) -> list[tuple[int, int, int]]:
    """First word, last word, label of each mention that a legal sequence of tags says."""
    found: list[tuple[int, int, int]] = []
    for at, tag in enumerate(tags):
        if tag % 2:
            found.append((at, at, tag // 2))
        elif tag != OUTSIDE:
            found[-1] = (found[-1][0], at, found[-1][2])
    return found


class Chain(nn.Module):
    """One layer's tags on word states."""

    def __init__(self, size: int, labels: int, dropout: float) -> None:
        super().__init__()
        self.dropout, self.tags = Dropout(dropout), nn.Linear(size, 2 * labels + 1)
        self.pairs = nn.Parameter(torch.zeros(2 * labels + 1, 2 * labels + 1))
        tag = torch.arange(2 * labels + 1)
        inside = (tag > 0) & (tag % 2 == 0)
        follows = ((tag[:, None] == tag) | (tag[:, None] == tag - 1)) & (tag[:, None] > 0)
        self.register_buffer("legal", ~inside[None] | follows)
        self.legal: Tensor

    def forward(self, states: Tensor, mask: Tensor) -> Lattice:
        """[D, N, d], [D, N] -> the lattice of the documents."""
        tags = self.tags(self.dropout(states)).float()
        return lattice(tags, self.pairs.masked_fill(~self.legal, IMPOSSIBLE), mask)


class TagHead(nn.Module):
    """Two chains, of entities and of triggers, that answer as the span head does. `known` are the last lattices."""

    def __init__(self, size: int, entities: int, labels: int, width: int, dropout: float) -> None:
        super().__init__()
        self.sizes, self.width = (entities, labels - entities), width
        self.chains = nn.ModuleList(Chain(size, count, dropout) for count in self.sizes)
        self.known: list[Lattice] = []

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """[D, N, d], [D, N] -> logits [D, C, N, W], without a gradient."""
        self.known = [chain(states, mask) for chain in self.chains]
        with torch.no_grad():
            return torch.cat([self._logits(known) for known in self.known], dim=1)

    def _logits(self, known: Lattice) -> Tensor:
        logits = odds(known, self.width)
        if self.training:
            return logits
        lowered = logits.clamp(max=-_SURE)
        for document, path in enumerate(best(known).tolist()):
            for first, last, label in spans(path):
                if last - first < self.width:
                    lowered[document, label, first, last - first] = logits[document, label, first, last - first].clamp(
                        min=_SURE
                    )
        return lowered

    def loss(self, gold: Tensor) -> Tensor:
        """-log p [D] of gold spans [D, S, 3], -1 where there is none, by the lattices of the last call."""
        start, total = 0, torch.zeros(len(gold), device=gold.device)
        for known, count in zip(self.known, self.sizes, strict=True):
            total = total + surprise(known, outermost(gold, known.mask.shape[1], start, start + count))
            start += count
        return total


def outermost(gold: Tensor, words: int, start: int, end: int) -> Tensor:
    """Tags [D, N] of the longest spans [D, S, 3] whose labels are in start..end; what overlaps them is left out."""
    tags = torch.zeros(len(gold), words, dtype=torch.long)
    for row, found in zip(tags, gold.tolist(), strict=True):
        own = [span for span in found if span[0] >= 0 and start <= span[2] < end]
        for first, last, label in sorted(own, key=lambda span: (span[0] - span[1], span)):
            if not row[first : last + 1].any():
                row[first : last + 1] = 2 * (label - start) + 2
                row[first] -= 1
    return tags.to(gold.device)
