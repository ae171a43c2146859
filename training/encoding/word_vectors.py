"""Pretrained word vectors: the table, which of its rows stand for a word, and the folder that `naba pretrain` writes.

A word that was frequent in the raw text has a row of its own; another one is the sum of the rows of its n-grams of
characters, as in Bojanowski et al. 2017, "Enriching word vectors with subword information". Words are kept as hashes:
a table, and a model that holds one, repeats no text.

FOLDER/word_vectors.safetensors   hashes [V], vectors [1 + V + buckets, size]
       word_vectors.json          sizes, and the hash of that file
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from annotation.core import json_text
from annotation.core.errors import UsageError
from annotation.core.text import folded
from annotation.storage.documents_file import atomic, write_bytes
from annotation.storage.json_file import read_object
from annotation.storage.sealed_record import file_hash

FORMAT = 1
VECTORS, RECORD = "word_vectors.safetensors", "word_vectors.json"
NGRAM_SIZES = (3, 4, 5)
"""Characters of an n-gram, the brackets around the word included."""
ROWS = 24
"""Rows of a word at most: a longer one is known by its first and last n-grams."""

Hashes: TypeAlias = npt.NDArray[np.uint64]
Rows: TypeAlias = npt.NDArray[np.int64]


def key(quote: str) -> str:
    """The form of a word by which it is looked up."""
    return folded(quote) or quote


@dataclass(frozen=True)
class WordIndex:
    """The rows of each word in a table of vectors.

    Row 0 stands for none, the next ones for the words of `hashes` [V], which rise, and then `buckets` for n-grams.
    """

    hashes: Hashes
    buckets: int

    @property
    def size(self) -> int:
        """The number of rows."""
        return 1 + len(self.hashes) + self.buckets

    def rows(self, words: Sequence[str]) -> Rows:
        """The rows of each word [n, ROWS], filled up with 0."""
        rows = np.zeros((len(words), ROWS), dtype=np.int64)
        hashes = np.array([word_hash(word) for word in words], dtype=np.uint64)
        at = np.searchsorted(self.hashes, hashes)
        known = np.append(self.hashes, np.uint64(0))[at] == hashes if len(self.hashes) else np.zeros(len(words), bool)
        rows[known, 0] = 1 + at[known]
        first = 1 + len(self.hashes)
        for number in np.flatnonzero(~known):
            ngrams = _ngram_buckets(words[number], self.buckets)
            rows[number, : len(ngrams)] = [first + bucket for bucket in ngrams]
        return rows


@dataclass(frozen=True)
class WordVectors:
    """Vectors [rows, size] of 8 bits, of which the direction counts; see WordIndex for the rows.

    digest: the hash of their file.
    """

    index: WordIndex
    vectors: npt.NDArray[np.int8]
    digest: str = ""

    @classmethod
    def read(cls, folder: str | Path) -> WordVectors:
        """What `write` wrote. Raises UsageError when it is missing, damaged, or of another version."""
        record, file = _record(Path(folder)), Path(folder) / VECTORS
        try:
            digest = file_hash(file)
            if digest != record.get("sha256"):
                raise UsageError(f"{file}: was changed or is damaged; run naba pretrain again")
            tensors = load_file(file)
            index = WordIndex(tensors["hashes"].astype(np.uint64), int(str(record["buckets"])))
            vectors = tensors["vectors"].astype(np.int8)
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise UsageError(f"{file}: cannot be read: {error}; run naba pretrain again") from error
        if vectors.ndim != 2 or len(vectors) != index.size:
            raise UsageError(f"{file}: has {len(vectors)} rows, not {index.size}; run naba pretrain again")
        return cls(index, vectors, digest)

    def write(self, folder: Path) -> None:
        """Write both files into the folder, the record last."""
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(folder / VECTORS, save({"hashes": self.index.hashes, "vectors": self.vectors}))
        sizes = {"words": len(self.index.hashes), "buckets": self.index.buckets, "size": self.vectors.shape[1]}
        row = {"format": FORMAT, **sizes, "sha256": file_hash(folder / VECTORS)}
        with atomic(folder / RECORD) as file:
            json_text.dump(row, file, indent=2)


def tables_digest(folder: str) -> str:
    """The hash of the vectors, as their record has it. Raises UsageError when the folder holds none."""
    return str(_record(Path(folder)).get("sha256"))


def _record(folder: Path) -> Mapping[str, object]:
    """The record of a folder of tables. Raises UsageError when there is none of this version."""
    path = folder / RECORD
    try:
        record = read_object(path)
    except OSError as error:
        raise UsageError(
            f"encoder.tables: {folder} holds no {RECORD}; name a folder that naba pretrain wrote"
        ) from error
    except ValueError as error:
        raise UsageError(f"{path}: cannot be read: {error}; run naba pretrain again") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise UsageError(f"{path}: was written by another version of naba; run naba pretrain again")
    return record


def word_hash(word: str) -> int:
    """64 bits that stand for the word."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


@lru_cache(maxsize=1 << 15)
def _ngram_buckets(word: str, buckets: int) -> tuple[int, ...]:
    """The buckets of a word's n-grams, ROWS at most."""
    if not buckets:
        return ()
    marked = f"<{word}>"
    ngrams = [marked[at : at + n] for at in range(len(marked)) for n in NGRAM_SIZES if at + n <= len(marked)]
    if len(ngrams) > ROWS:
        ngrams = ngrams[: ROWS // 2] + ngrams[-ROWS // 2 :]
    return tuple(_fnv(ngram) % buckets for ngram in ngrams)


def _fnv(ngram: str) -> int:
    """FNV-1a of 32 bits as fastText computes it: bytes above 127 count as negative numbers."""
    value = 2166136261
    for byte in ngram.encode("utf-8", "surrogatepass"):
        value = (value ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16777619 & 0xFFFFFFFF
    return value
