"""Tokenizer of the compact encoder: one token a word, whose features are hashed from its spelling.

The features follow Miranda et al. 2022, "Multi hash embeddings in spaCy": the folded word, its stems without
proclitics, affixes and shape. The hashed letters of the word are added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt
import regex

from annotation.core import json_text
from annotation.core.errors import UsageError
from annotation.core.text import folded
from annotation.core.words import Word, legal_cuts
from annotation.storage.json_file import read_object
from training.encoding.tokenizer import Ids, Pieces
from training.encoding.word_vectors import ROWS, Hashes, WordIndex, WordVectors, key

IDENTITIES = 3
"""The number of first features that identify the word; word dropout hides these."""
FEATURES = 15
CHARACTERS = 16
"""Letters of a word that are used: all, or the first and last eight."""
COMPACT_TOKENIZER, WORD_HASHES = "compact_tokenizer.json", "word_hashes.npy"
_SHAPES = tuple(
    (regex.compile(pattern), letter)
    for pattern, letter in (
        (r"\p{Nd}", "d"),
        (r"\p{Arabic}", "a"),
        (r"\p{Hebrew}", "h"),
        (r"\p{Lu}", "L"),
        (r"\p{L}", "l"),
        (r"\p{M}", "m"),
    )
)


class CompactTokenizer:
    """One token a word; an id is a row of FEATURES hashed features and CHARACTERS hashed letters, 0 for none.

    With an index of pretrained word vectors, of so many numbers each, the row goes on with the ROWS of the word there.
    word_vectors: the table itself, where a model is to be built with it.
    """

    def __init__(
        self,
        *,
        buckets: int = 1 << 15,
        alphabet: int = 512,
        words: WordIndex | None = None,
        word_size: int = 0,
        word_vectors: WordVectors | None = None,
    ) -> None:
        self.buckets, self.alphabet, self.words, self.word_size = buckets, alphabet, words, word_size
        self.word_vectors = word_vectors
        table = {"word_rows": words.size, "word_size": word_size} if words else {}
        self.embedding_rows: Mapping[str, int] = {"buckets": buckets, "alphabet": alphabet, **table}
        self.pretrained_rows: Ids | None = None
        self.width = FEATURES + CHARACTERS + (ROWS if words else 0)
        self.prefix: Ids = np.zeros((0, self.width), dtype=np.int64)
        self.suffix: Ids = self.prefix
        self.pad, self.most = 0, 512

    @classmethod
    def with_tables(cls, folder: str | None) -> CompactTokenizer:
        """For a new model, with the tables of the folder if one is given. Raises UsageError when they are unusable."""
        if folder is None:
            return cls()
        read = WordVectors.read(folder)
        return cls(words=read.index, word_size=read.vectors.shape[1], word_vectors=read)

    @classmethod
    def from_pretrained(cls, path: str | Path) -> CompactTokenizer:
        """Read what `save_pretrained` wrote. Raises UsageError when the folder has no such file."""
        file = Path(path) / COMPACT_TOKENIZER
        try:
            sizes = read_object(file)
            words, word_size = None, int(sizes.get("word_size", 0))
            if word_size:
                hashes: Hashes = np.load(Path(path) / WORD_HASHES, allow_pickle=False)
                words = WordIndex(hashes, int(sizes["word_rows"]) - 1 - len(hashes))
            return cls(buckets=int(sizes["buckets"]), alphabet=int(sizes["alphabet"]), words=words, word_size=word_size)
        except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"{file}: cannot be read as the compact encoder's tokenizer: {error}") from error

    def save_pretrained(self, path: str | Path) -> None:
        """Write the sizes of its tables into the folder, and the hashes of the words that have vectors."""
        Path(path).mkdir(parents=True, exist_ok=True)
        sizes = json_text.dumps(dict(self.embedding_rows))
        (Path(path) / COMPACT_TOKENIZER).write_text(sizes + "\n", encoding="utf-8")
        if self.words:
            np.save(Path(path) / WORD_HASHES, self.words.hashes)

    def token_edges(self, text: str, words: Sequence[Word]) -> tuple[frozenset[int], frozenset[int]]:
        """Where words begin and end."""
        return frozenset(word.start for word in words), frozenset(word.end for word in words)

    def unseen(self, text: str, words: Sequence[Word]) -> npt.NDArray[np.bool_]:
        """No word [n]: the letters of every word are shown."""
        return np.zeros(len(words), dtype=bool)

    def pieces(self, text: str, words: Sequence[Word]) -> Pieces:
        """The tokens of the text, one a word: ids [n, width]."""
        ids = np.zeros((max(len(words), 1), self.width), dtype=np.int64)
        for at, word in enumerate(words):
            ids[at, : FEATURES + CHARACTERS] = _row(text[word.start : word.end], self.buckets, self.alphabet)
            ids[at, FEATURES - 1] = _hash("gap", _gap(text, word), self.buckets)
        if self.words and words:
            ids[:, FEATURES + CHARACTERS :] = self.words.rows([key(text[word.start : word.end]) for word in words])
        each = np.arange(len(words), dtype=np.int64)
        return Pieces(ids, each, each)


@lru_cache(maxsize=1 << 16)
def _row(quote: str, buckets: int, alphabet: int) -> tuple[int, ...]:
    """The ids of one word; its last feature, which depends on the context, stays 0."""
    features = (_hash(str(number), value, buckets) for number, value in enumerate(spelling(quote)))
    letters = quote if len(quote) <= CHARACTERS else quote[: CHARACTERS // 2] + quote[-CHARACTERS // 2 :]
    read = [1 + crc32(letter.encode("utf-8", "surrogatepass")) % (alphabet - 1) for letter in letters]
    return (*features, 0, *read, *[0] * (CHARACTERS - len(read)))


def _hash(feature: str, value: str, buckets: int) -> int:
    return 1 + crc32(f"{feature}\0{value}".encode("utf-8", "surrogatepass")) % (buckets - 1) if value else 0


def spelling(quote: str) -> list[str]:
    """FEATURES - 1 strings, empty for none: the word, two of its stems, affixes, proclitics, shape, length."""
    word = folded(quote) or quote
    cuts = legal_cuts(word, Word(0, len(word), tuple(range(len(word) + 1))))
    short, long = min(cuts - {0}, default=0), max(cuts)
    prefixes = [word[:size] if len(word) > size else "" for size in (1, 2, 3, 4)]
    suffixes = [word[-size:] if len(word) > size else "" for size in (1, 2, 3, 4)]
    return [word, word[short:], word[long:], *prefixes, *suffixes, word[:long], shape(quote), str(min(len(word), 12))]


def shape(quote: str) -> str:
    """The classes of its characters, runs longer than two shortened: ה7 is `hd`, 2014 is `dd`; punctuation is kept."""
    kinds: list[str] = []
    for char in quote:
        kind = next((letter for pattern, letter in _SHAPES if pattern.match(char)), char)
        if kinds[-2:] != [kind, kind]:
            kinds.append(kind)
    return "".join(kinds)


def _gap(text: str, word: Word) -> str:
    """The character class on either side of the word: another word, a space, or a line's edge."""
    return _side(text[word.start - 1 : word.start]) + _side(text[word.end : word.end + 1])


def _side(char: str) -> str:
    return "|" if char in ("", "\n", "\r") else "_" if char.isspace() else "."
