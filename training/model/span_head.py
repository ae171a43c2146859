"""The span head: logits of every span of a text up to a width, for each label."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from training.model.dropout import Dropout
from training.model.head_parts import GAIN, RARE
from training.model.losses import IMPOSSIBLE


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
        nn.init.constant_(self.ends.bias, RARE / 3)

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
        logits = logits.float() + start[..., None] + _windows(end, self.width) + mean + GAIN * self.lengths[:, None, :]
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
