"""Long documents in windows that overlap, and where each word stands in them.

Every word is in one or two windows. Its states there are averaged by weight, the more context the heavier, and all
that follows works on whole documents: spans are never cut at a window's edge and arguments may stand in another one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.encoding.tokenizer import Ids, Pieces


@dataclass(frozen=True, slots=True)
class Windows:
    """ids: one array [T] or [T, F] a window, special tokens included. The rest says for each of n words and its at
    most two windows: window, first, last [n, 2], the tokens counted in that window; weight [n, 2], summing to 1."""

    ids: tuple[Ids, ...]
    window: Ids
    first: Ids
    last: Ids
    weight: npt.NDArray[np.float32]


def windows(pieces: Pieces, size: int, prefix: Ids, suffix: Ids, *, overlap: float) -> Windows:
    """Cut T tokens into windows of `size`, special ones included; each shares `overlap`, half at most, with the next.

    A word longer than what windows share may be whole in none, and then loses its tail.
    """
    room = size - len(prefix) - len(suffix)
    stride, total = room - int(room * overlap), len(pieces.ids)
    count = 1 if total <= room else 1 + -(-(total - room) // stride)
    ids = tuple(
        np.concatenate([prefix, pieces.ids[start : start + room], suffix]) for start in range(0, count * stride, stride)
    )
    later = np.minimum(pieces.first // stride, count - 1)
    window = np.stack([np.maximum(later - 1, 0), later], axis=1)
    start = window * stride
    stop = np.minimum(start + room, total)
    whole = (pieces.first[:, None] >= start) & (pieces.last[:, None] < stop)
    whole[:, 1] |= ~whole.any(axis=1)
    whole[:, 0] &= window[:, 0] != window[:, 1]
    last = np.minimum(pieces.last[:, None], stop - 1)
    weight = np.where(whole, _context(pieces.first[:, None], last, start, stop, total), 0)
    shift = len(prefix) - start
    return Windows(
        ids=ids,
        window=window,
        first=np.where(whole, pieces.first[:, None] + shift, 0),
        last=np.where(whole, last + shift, 0),
        weight=(weight / np.maximum(weight.sum(axis=1, keepdims=True), 1)).astype(np.float32),
    )


def _context(first: Ids, last: Ids, start: Ids, stop: Ids, total: int) -> Ids:
    """Tokens between a word and the nearer edge of its window, plus one; the document's own edges cut nothing off."""
    left = np.where(start == 0, total, first - start)
    right = np.where(stop == total, total, stop - 1 - last)
    nearer: Ids = np.minimum(left, right) + 1
    return nearer
