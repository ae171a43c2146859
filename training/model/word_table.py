"""Table of pretrained word vectors: fixed, and a part of the model, so that it knows new words wherever it is used."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

_SCALE = 0.5
"""The root mean square of a vector's numbers: about that of the hashed features once they are learnt."""


class WordTable(nn.Module):
    """Rows of words [..., R], 0 for none -> their vectors [..., size]; of a word with several rows the sum counts.

    8 bits a number are enough: only the direction of a vector is used.
    """

    vectors: Tensor

    def __init__(self, rows: int, size: int) -> None:
        super().__init__()
        self.register_buffer("vectors", torch.zeros(rows, size, dtype=torch.int8))

    def fill(self, vectors: npt.NDArray[np.int8]) -> None:
        """Take over these vectors [rows, size]."""
        self.vectors.copy_(torch.from_numpy(vectors))

    def forward(self, rows: Tensor) -> Tensor:
        """The vectors of words, all of the same length; zeros where a word has no row."""
        summed = self.vectors[rows].sum(dim=-2, dtype=torch.float32)
        return nn.functional.normalize(summed, dim=-1).mul(_SCALE * self.vectors.shape[1] ** 0.5)
