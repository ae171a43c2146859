"""An article as folded words, and the places where a phrase stands in it: whole words, the first behind proclitics.

A phrase is compared as the folded shadow of its words (`annotation.core.text`), so vowel marks, alef forms, quotation
marks and white space do not matter. It never matches inside a word. A phrase that is only sought (not `quoted` by
somebody who read this article) matches neither next to a hyphen that joins it to another word, nor where it is so short
that the rest of many words would do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from annotation.core.text import folded
from annotation.core.words import Word, legal_cuts, split_words

Key: TypeAlias = tuple[str, ...]
"""The folded words of a phrase."""

SHORTEST = 3
"""Fewest folded characters of a phrase that is sought behind proclitics: ים stands in מים, but is not meant there."""
_ARTICLES = ("ה", "ال")


class Start(NamedTuple):
    """A place where a phrase may begin: number of the word, offset in code points, and the folded word from there on.

    `article` tells that the proclitics before it end in an article, which belongs to a mention but not to a trigger.
    """

    at: int
    offset: int
    word: str
    article: bool = False


def key(phrase: str) -> Key:
    """The folded words of a phrase; empty where it holds no letter or digit."""
    words = tuple(form for word in split_words(phrase) if (form := folded(phrase[word.start : word.end]).strip()))
    return words if any(char.isalnum() for form in words for char in form) else ()


@dataclass(frozen=True)
class ArticleWords:
    """The words of an article, without those of which nothing is left when folded (invisible controls)."""

    text: str
    quoted: bool = False

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The words, in order."""
        return tuple(word for word in split_words(self.text) if self._folded(word.start, word.end))

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The folded form of each word."""
        return tuple(self._folded(word.start, word.end) for word in self.words)

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """The places where a phrase may begin, in the order of their words."""
        return tuple(start for at in range(len(self.words)) for start in self._starts(at))

    @cached_property
    def _by_word(self) -> dict[str, list[Start]]:
        found: dict[str, list[Start]] = {}
        for start in self.starts:
            found.setdefault(start.word, []).append(start)
        return found

    def _starts(self, at: int) -> Iterator[Start]:
        """The places in word `at` where a phrase may begin, first the word's own start."""
        if not self._hyphenated(at - 1):
            yield Start(at, self.words[at].start, self.forms[at])
        yield from self._behind_proclitics(at)

    def end(self, at: int, key: Key) -> int | None:
        """The offset after the phrase that goes on from word `at`; its first word was compared already."""
        last = at + len(key) - 1
        if self.forms[at + 1 : last + 1] != key[1:] or self._hyphenated(last + 1):
            return None
        return self.words[last].end

    def places(self, key: Key) -> list[tuple[int, int]]:
        """The ranges where the phrase stands, in order."""
        starts = self._by_word.get(key[0], []) if key else []
        return [(start.offset, end) for start in starts if (end := self.end(start.at, key)) is not None]

    def _behind_proclitics(self, at: int) -> Iterator[Start]:
        word = self.words[at]
        for cut in sorted(legal_cuts(self.text, word) - {0}):
            start = word.cuts[cut]
            before, rest = self._folded(word.start, start), self._folded(start, word.end)
            if self.quoted or len(rest) >= SHORTEST:
                yield Start(at, start, rest, not self.quoted and before.endswith(_ARTICLES))
                if before.endswith("ل") and rest.startswith("ل"):  # ل and ال make لل
                    yield Start(at, start, f"ا{rest}")

    def _hyphenated(self, at: int) -> bool:
        """Whether word `at` is a hyphen between two words, with no space beside it, and none after a proclitic."""
        if self.quoted or not 0 < at < len(self.words) - 1 or self.forms[at] != "-":
            return False
        before, word, after = self.words[at - 1 : at + 2]
        joined = before.end == word.start and word.end == after.start
        return joined and self.forms[at - 1][-1].isalnum() and len(self.forms[at - 1]) > 1

    def _folded(self, start: int, end: int) -> str:
        return folded(self.text[start:end]).strip()
