"""The span head: logits of every span of a text up to a width, for each label."""

from __future__ import annotations

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
        query, key = self._rotated(self.query(states)), self._rotated(self.key(states))
        logits: Tensor = banded(query, key, self.width) / self.head_size**0.5
        start, end, content = self.ends(states).float().transpose(1, 2).chunk(3, dim=1)
        total = nn.functional.pad(content.cumsum(dim=-1), (1, 0))
        lengths = torch.arange(1, self.width + 1, device=states.device)
        mean = (_windows(total[..., 1:], self.width) - total[..., :-1, None]) / lengths
        logits = logits.float() + start[..., None] + _windows(end, self.width) + mean + GAIN * self.lengths[:, None, :]
        return logits.masked_fill(~possible(mask, self.width)[:, None], IMPOSSIBLE)

    def _rotated(self, projected: Tensor) -> Tensor:
        """[D, N, C * p] -> [D, C, N, p], each pair of dimensions rotated by its position times its own angle."""
        documents, words, _ = projected.shape
        heads = projected.view(documents, words, self.labels, self.head_size).transpose(1, 2)
        half = self.head_size // 2
        rates = 10000.0 ** (-torch.arange(half, device=heads.device, dtype=torch.float32) / half)
        angles = torch.arange(words, device=heads.device, dtype=torch.float32)[:, None] * rates
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
