"""Overlapping windows over long documents, and the position of each word in them.

Every word is in one or two windows. Its states there are averaged with weights that grow with the context around the
word. All later steps work on whole documents: no span is cut at a window's edge, and a trigger and its argument may be
in different windows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.encoding.tokenizer import Ids, Pieces


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a document of n words, each word in at most two of them.

    ids: one array [T] or [T, F] for each window, special tokens included. window [n, 2]: the numbers of the word's
    windows. first, last [n, 2]: the word's first and last token in that window. weight [n, 2]: sums to 1.
    """

    ids: tuple[Ids, ...]
    window: Ids
    first: Ids
    last: Ids
    weight: npt.NDArray[np.float32]


def windows(pieces: Pieces, size: int, prefix: Ids, suffix: Ids, *, overlap: float) -> Windows:
    """Cut T tokens into windows of `size` tokens, special ones included.

    Each window shares the part `overlap` (at most 0.5) of its tokens with the next. A word longer than the shared part
    may be complete in no window, and then loses its end.
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
    """Tokens between a word and the nearer edge of its window, plus one; the edges of the document do not count."""
    left = np.where(start == 0, total, first - start)
    right = np.where(stop == total, total, stop - 1 - last)
    nearer: Ids = np.minimum(left, right) + 1
    return nearer
