"""Near-duplicates: one report, copied with another headline, must not be on both sides of a split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from datasketch import MinHash, MinHashLSH

from annotation.core.document import Document
from annotation.core.text import folded

SHINGLE = 5
"""Characters. Measured on news: 0.96 alike for near-duplicates, 0.02 for other articles."""
_PERMUTATIONS = 128
_BASE = 0x9E3779B1  # any odd number of 32 bits mixes well enough


def alike(documents: Iterable[Document], threshold: float = 0.7) -> Iterator[tuple[Document, list[int]]]:
    """Each document with the numbers, counted from 0, of the earlier ones it is nearly the same as.

    That is an estimated Jaccard similarity of `threshold` or more between their shadows' shingles of five characters
    (MinHash, 128 permutations, fixed seed). About 1 KB is held for each document.
    """
    # The index finds only half of the pairs that are exactly as alike as its threshold, so it is asked for more.
    index = MinHashLSH(threshold=max(threshold - 0.15, 0.05), num_perm=_PERMUTATIONS)
    prints: list[MinHash] = []
    for number, document in enumerate(documents):
        print_ = fingerprint(document.text)
        yield document, sorted(other for other in index.query(print_) if prints[other].jaccard(print_) >= threshold)
        index.insert(number, print_)
        prints.append(print_)


def duplicate_clusters(documents: Iterable[Document], threshold: float = 0.7) -> list[int]:
    """The cluster of each document, numbered from 0 in the order of their first members.

    Documents share a cluster when a chain of pairs that are `alike` joins them.
    """
    joined: list[int] = []
    for number, (_, others) in enumerate(alike(documents, threshold)):
        joined.append(number)
        for other in others:
            _join(joined, other, number)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(_root(joined, number), len(numbers)) for number in range(len(joined))]


def fingerprint(text: str) -> MinHash:
    """The MinHash of the text's shadow, in which white space runs are one space."""
    print_ = MinHash(num_perm=_PERMUTATIONS, seed=1, hashfunc=int)
    print_.update_batch(_shingles(" ".join(folded(text).split())).tolist())
    return print_


def _shingles(text: str) -> npt.NDArray[np.uint32]:
    """A 32-bit number for each distinct run of five characters; a shorter text is one run, filled up with zeros."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = np.pad(codes, (0, max(SHINGLE - len(codes), 0)))
    hashes: npt.NDArray[np.uint32] = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint32)
    for offset in range(SHINGLE):
        hashes = hashes * np.uint32(_BASE) + codes[offset : offset + len(hashes)]
        hashes ^= hashes >> np.uint32(15)
    return np.unique(hashes)


def _root(joined: list[int], number: int) -> int:
    while joined[number] != number:
        joined[number] = joined[joined[number]]
        number = joined[number]
    return number


def _join(joined: list[int], a: int, b: int) -> None:
    joined[_root(joined, b)] = _root(joined, a)
