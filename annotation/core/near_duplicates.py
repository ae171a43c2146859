"""Near-duplicate detection with MinHash: copies of one report must not be on both sides of a split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
from datasketch import MinHash, MinHashLSH

from annotation.core.document import Document
from annotation.core.text import folded

SHINGLE = 5
"""Characters in a shingle. Measured on news: similarity 0.96 for near-duplicates, 0.02 for other articles."""
_PERMUTATIONS = 128
_BASE = 0x9E3779B1  # any odd 32-bit number mixes well enough


def alike(documents: Iterable[Document], threshold: float = 0.7) -> Iterator[tuple[Document, list[int]]]:
    """Each document with the numbers, counted from 0, of the earlier documents that are its near-duplicates.

    Near-duplicates have an estimated Jaccard similarity of `threshold` or more between their shadows' shingles of five
    characters (MinHash, 128 permutations, fixed seed). About 1 KB is held in memory for each document.
    """
    # LSH finds only half of the pairs exactly at its threshold, so its threshold is set lower.
    index = MinHashLSH(threshold=max(threshold - 0.15, 0.05), num_perm=_PERMUTATIONS)
    signatures: list[MinHash] = []
    for number, document in enumerate(documents):
        signature = fingerprint(document.text)
        yield (
            document,
            sorted(other for other in index.query(signature) if signatures[other].jaccard(signature) >= threshold),
        )
        index.insert(number, signature)
        signatures.append(signature)


def copies_of(
    held_out: Sequence[Document], documents: Iterable[Document], threshold: float = 0.7
) -> Iterator[tuple[Document, bool]]:
    """Each of `documents`, with whether it is a near-duplicate of one of those held out; see `alike`."""
    if not held_out:
        yield from ((document, False) for document in documents)
        return
    held = len(held_out)
    for document, others in islice(alike((*held_out, *documents), threshold), held, None):
        yield document, bool(others) and others[0] < held


def duplicate_clusters(documents: Iterable[Document], threshold: float = 0.7) -> list[int]:
    """The cluster of each document, numbered from 0 in the order of their first members.

    Documents share a cluster when a chain of near-duplicate pairs joins them.
    """
    parents: list[int] = []
    for number, (_, others) in enumerate(alike(documents, threshold)):
        parents.append(number)
        for other in others:
            _join(parents, other, number)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(_root(parents, number), len(numbers)) for number in range(len(parents))]


def story_names(documents: Sequence[Document], threshold: float = 0.7) -> list[str]:
    """The id of the first document of each one's cluster: near-duplicates tell one story."""
    first: dict[int, str] = {}
    numbers = duplicate_clusters(documents, threshold)
    return [first.setdefault(number, document.id) for number, document in zip(numbers, documents, strict=True)]


def fingerprint(text: str) -> MinHash:
    """The MinHash of the text's shadow, in which each run of white space is one space."""
    signature = MinHash(num_perm=_PERMUTATIONS, seed=1, hashfunc=int)
    signature.update_batch(_shingles(" ".join(folded(text).split())).tolist())
    return signature


def _shingles(text: str) -> npt.NDArray[np.uint32]:
    """A 32-bit hash of each distinct run of five characters; a shorter text is one run, padded with zeros."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = np.pad(codes, (0, max(SHINGLE - len(codes), 0)))
    hashes: npt.NDArray[np.uint32] = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint32)
    for offset in range(SHINGLE):
        hashes = hashes * np.uint32(_BASE) + codes[offset : offset + len(hashes)]
        hashes ^= hashes >> np.uint32(15)
    return np.unique(hashes)


def _root(parents: list[int], number: int) -> int:
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


def _join(parents: list[int], a: int, b: int) -> None:
    parents[_root(parents, b)] = _root(parents, a)
