"""Word embeddings of which only the rows that a training can touch are trained.

A dense optimizer keeps two numbers for each weight of the table and changes all of them at every step; a few dozen
articles touch a tenth of its rows.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.encoding.tokenizer import Ids


class TouchedEmbeddings(nn.Module):
    """ids [..., T] -> rows [..., T, d] of a table [V, d]: those of `touched` are parameters, the others are fixed."""

    numbers: Tensor
    fixed: Tensor

    def __init__(self, table: nn.Embedding, touched: Ids) -> None:
        super().__init__()
        rows = torch.from_numpy(touched[touched != table.padding_idx])  # the padding's row is never trained
        self.weight = nn.Parameter(table.weight.detach()[rows].clone())
        numbers = torch.full((table.num_embeddings,), -1)
        numbers[rows] = torch.arange(len(rows))
        self.register_buffer("numbers", numbers, persistent=False)
        self.register_buffer("fixed", table.weight.detach(), persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        """The embeddings of the ids."""
        numbers = self.numbers[ids]
        own = nn.functional.embedding(numbers.clamp(min=0), self.weight)
        return torch.where(numbers[..., None] >= 0, own, nn.functional.embedding(ids, self.fixed))

    def table(self) -> Tensor:
        """The whole table [V, d], with the trained rows."""
        table, touched = self.fixed.clone(), self.numbers >= 0
        table[touched] = self.weight.detach()[self.numbers[touched]]
        return table
