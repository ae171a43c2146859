"""Tokenizers: the token ids of a text, and the alignment of its words with them.

Offsets of fast tokenizers cannot be used directly: Metaspace includes the leading space, accent stripping shortens a
token, deleted characters have no token, and several byte-level tokens share one character. So a token belongs to a word
when it covers any of its characters, and a word without tokens takes the nearest one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from transformers import AutoConfig, AutoTokenizer, PreTrainedConfig, PreTrainedTokenizerFast

from annotation.core.errors import UsageError
from annotation.core.words import Word
from training.encoding.hub import unloadable
from training.encoding.vocabulary_cut import cut_vocabulary

Ids: TypeAlias = npt.NDArray[np.int64]
"""An array of integers; the shape is documented where it is used."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text as tokens. ids: [T] or [T, F], no special tokens. first, last: [n], each word's first and last token."""

    ids: Ids
    first: Ids
    last: Ids


class Tokenizer(Protocol):
    """The interface that the encoding needs. prefix, suffix: special ids around every window. pad: the id that pads a
    batch. most: tokens of the longest window that the encoder accepts."""

    prefix: Ids
    suffix: Ids
    pad: int
    most: int

    @property
    def embedding_rows(self) -> Mapping[str, int]:
        """Rows of each embedding table that an encoder trained from scratch needs for the ids, by the table's name;
        empty where the encoder comes with the tokenizer."""
        ...

    @property
    def pretrained_rows(self) -> Ids | None:
        """Of a tokenizer that was cut: for each of its ids, the row of the pretrained embeddings, [V]; else None."""
        ...

    def pieces(self, text: str, words: Sequence[Word]) -> Pieces:
        """The tokens of a text, aligned with its words."""
        ...

    def token_edges(self, text: str, words: Sequence[Word]) -> tuple[frozenset[int], frozenset[int]]:
        """Offsets at which tokens begin and at which they end, whitespace left out: all that labels of tokens can
        cut."""
        ...

    def unseen(self, text: str, words: Sequence[Word]) -> npt.NDArray[np.bool_]:
        """Words [n] of which the encoder is shown nothing: the tokenizer deletes their characters, or knows none."""
        ...

    def save_pretrained(self, path: str | Path) -> None:
        """Write the files that `from_pretrained` reads."""
        ...


class HubTokenizer:
    """Any fast tokenizer from the hub or a folder."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast, *, most: int = 512, pretrained_rows: Ids | None = None
    ) -> None:
        self.tokenizer, self.most, self.pretrained_rows = tokenizer, most, pretrained_rows
        self.embedding_rows: Mapping[str, int] = {}
        self.pad = int(tokenizer.pad_token_id or 0)
        sample = tokenizer("a", return_special_tokens_mask=True)
        special = np.array(sample["special_tokens_mask"], dtype=bool)
        ids = np.array(sample["input_ids"], dtype=np.int64)
        inner = np.flatnonzero(~special)
        start, end = (inner[0], inner[-1] + 1) if len(inner) else (len(ids), len(ids))
        self.prefix, self.suffix = ids[:start], ids[end:]

    @classmethod
    def from_pretrained(cls, name: str | Path, *, revision: str | None = None) -> HubTokenizer:
        """Load it. Raises UsageError when it is absent, is a slow one, or does not fit the encoder."""
        try:
            tokenizer = AutoTokenizer.from_pretrained(str(name), revision=revision, trust_remote_code=False)
        except Exception as error:  # files of others fail to load in every way there is
            raise UsageError(unloadable(name, error, what="tokenizer")) from error
        if not isinstance(tokenizer, PreTrainedTokenizerFast):
            raise UsageError(
                f"encoder {name}: its tokenizer is a slow one, which tells no offsets; choose another encoder"
            )
        if len(tokenizer) <= len(tokenizer.all_special_tokens):  # transformers makes one up where there is none
            raise UsageError(f"encoder {name}: it has no tokenizer; put a tokenizer.json beside its config.json")
        config = _config(name, revision)
        room = int(getattr(config, "vocab_size", 0) or 0)
        if room and len(tokenizer) > room:
            raise UsageError(
                f"encoder {name}: its tokenizer has {len(tokenizer)} tokens, but it knows only {room} of them"
            )
        return cls(tokenizer, most=_most(tokenizer, config))

    def cut(self, scripts: Sequence[str]) -> HubTokenizer:
        """The tokenizer with the pieces of these scripts alone; see `cut_vocabulary`, also for what it raises."""
        tokenizer, rows = cut_vocabulary(self.tokenizer, scripts)
        return HubTokenizer(tokenizer, most=self.most, pretrained_rows=rows)

    def pieces(self, text: str, words: Sequence[Word]) -> Pieces:
        """The tokens of the whole text, aligned with its words; `windows` cuts the result."""
        ids, offsets = self.tokens(text)
        if not len(ids):
            ids, offsets = np.array([self.pad], dtype=np.int64), np.zeros((1, 2), dtype=np.int64)
        return Pieces(ids, *align_tokens(text, words, offsets))

    def tokens(self, text: str) -> tuple[Ids, Ids]:
        """The text's token ids [T], without special ones, and the tokenizer's offsets of them in code points [T, 2]."""
        encoded = self.tokenizer(
            _without_surrogates(text),
            add_special_tokens=False,
            return_offsets_mapping=True,
            return_attention_mask=False,
            truncation=False,
            verbose=False,
        )
        ids = np.array(encoded["input_ids"], dtype=np.int64)
        return ids, np.array(encoded["offset_mapping"], dtype=np.int64).reshape(-1, 2)

    def token_edges(self, text: str, words: Sequence[Word]) -> tuple[frozenset[int], frozenset[int]]:
        """Offsets at which tokens begin and at which they end, whitespace left out."""
        quotes = [(start, text[start:end]) for start, end in self.tokens(text)[1].tolist()]
        first = {start + len(quote) - len(quote.lstrip()) for start, quote in quotes if quote.strip()}
        return frozenset(first), frozenset(start + len(quote.rstrip()) for start, quote in quotes if quote.strip())

    def unseen(self, text: str, words: Sequence[Word]) -> npt.NDArray[np.bool_]:
        """Words [n] without a token but the unknown one."""
        ids, offsets = self.tokens(text)
        seen = np.zeros(len(text) + 1, dtype=bool)
        for (start, end), id in zip(offsets.tolist(), ids.tolist(), strict=True):
            seen[start:end] |= id != self.tokenizer.unk_token_id
        return np.array([not seen[word.start : word.end].any() for word in words], dtype=bool)

    def save_pretrained(self, path: str | Path) -> None:
        """Write the tokenizer's own files."""
        self.tokenizer.save_pretrained(str(path))


def align_tokens(text: str, words: Sequence[Word], offsets: Ids) -> tuple[Ids, Ids]:
    """First and last token of each of n words, given the tokens' offsets in code points [T, 2], T > 0."""
    owner = np.full(len(text) + 1, -1, dtype=np.int64)
    for number, word in enumerate(words):
        owner[word.start : word.end] = number
    first = np.full(len(words), len(offsets), dtype=np.int64)
    last = np.full(len(words), -1, dtype=np.int64)
    lengths = np.maximum(offsets[:, 1] - offsets[:, 0], 0)
    tokens = np.repeat(np.arange(len(offsets)), lengths)
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    owners = owner[np.repeat(offsets[:, 0], lengths) + within]
    mine = owners >= 0
    np.minimum.at(first, owners[mine], tokens[mine])
    np.maximum.at(last, owners[mine], tokens[mine])
    return _lend(first, last)


def _config(name: str | Path, revision: str | None) -> PreTrainedConfig | None:
    """The encoder's configuration, None for a tokenizer without one."""
    try:
        return AutoConfig.from_pretrained(str(name), revision=revision, trust_remote_code=False)  # type: ignore[no-any-return]
    except (OSError, ValueError, KeyError):
        return None


def _most(tokenizer: PreTrainedTokenizerFast, config: PreTrainedConfig | None) -> int:
    """The most tokens the encoder accepts, by its tokenizer or its own configuration; 512 when neither has a limit.

    RoBERTa and similar models number positions from the padding id + 1, so they accept fewer than they have positions.
    """
    if config is None:
        return min(tokenizer.model_max_length, 512)
    positions = int(getattr(config, "max_position_embeddings", 0) or 512)
    if "roberta" in config.model_type or config.model_type in ("camembert", "xmod", "mpnet"):
        positions -= int(config.pad_token_id or 0) + 1
    return max(min(tokenizer.model_max_length, positions), 8)


def _lend(first: Ids, last: Ids) -> tuple[Ids, Ids]:
    """Words without a token take the last token of the word before, or token 0."""
    missing = last < 0
    before = np.maximum.accumulate(np.where(missing, 0, last)) if len(last) else last
    return np.where(missing, before, first), np.where(missing, before, last)


def _without_surrogates(text: str) -> str:
    """The text with lone surrogates, which no tokenizer accepts, replaced one by one."""
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
