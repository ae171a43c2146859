"""Heads on single spans: their vectors, and how much of their first and last word is cut."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from annotation.core.words import LEADING, TRAILING
from training.model.dropout import Dropout
from training.model.head_parts import GAIN, init_near_zero, pick
from training.model.losses import IMPOSSIBLE


class MentionHead(nn.Module):
    """r = MLP[h_i; h_j; mean h_i..h_j; label]: the vector of a candidate span, input of the other heads."""

    def __init__(self, size: int, labels: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.label = nn.Embedding(labels, hidden)
        init_near_zero(self.label)
        self.body = nn.Sequential(Dropout(dropout), nn.Linear(3 * size + hidden, hidden), nn.GELU(), Dropout(dropout))

    def forward(self, states: Tensor, spans: Tensor) -> Tensor:
        """[D, N, d], [D, M, 3] -> [D, M, hidden]."""
        first, last, label = spans.unbind(-1)
        total = nn.functional.pad(states.float().cumsum(dim=1), (0, 0, 1, 0))
        mean = (pick(total, last + 1) - pick(total, first)) / (last - first + 1)[..., None]
        features = [pick(states, first), pick(states, last), mean.to(states.dtype), self.label(label)]
        return cast(Tensor, self.body(torch.cat(features, dim=-1)))


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
        init_near_zero(self.label, self.affix, self.prior)

    def forward(self, states: Tensor, spans: Tensor, affixes: Tensor, legal: Tensor) -> tuple[Tensor, Tensor]:
        """[D, N, d], [D, M, 3], [D, N, LEADING + TRAILING], [D, N, LEADING] -> logits of the cuts.

        The result is leading [D, M, LEADING] and trailing [D, M, TRAILING].
        """
        first, last, label = spans.unbind(-1)
        states, own = self.dropout(states), self.label(label)
        leading = self._logits(self.opening(pick(states, first)) + own, pick(affixes, first))[..., :LEADING]
        trailing = self._logits(self.closing(pick(states, last)) + own, pick(affixes, last))[..., LEADING:]
        return leading + GAIN * self.legal * pick(legal, first), trailing

    def _logits(self, word: Tensor, affix: Tensor) -> Tensor:
        """[D, M, hidden], [D, M, K] -> [D, M, K]: terms for the number cut, the string cut, and both with the word."""
        alone = self.cut(nn.functional.gelu(word)) + GAIN * self.prior(affix).squeeze(-1)
        joint = self.fit(self.dropout(nn.functional.gelu(word[..., None, :] + self.affix(affix)))).squeeze(-1)
        return cast(Tensor, alone + joint).float().masked_fill(affix == 0, IMPOSSIBLE)
