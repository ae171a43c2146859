"""Rivals of a pair of spans: other spans that could stand in its place."""

from __future__ import annotations

import torch
from torch import Tensor, nn

RIVALS = 4
"""Kinds of them."""


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
