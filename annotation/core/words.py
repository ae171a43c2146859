"""Words, the units of spans: the same for every encoder, so which spans can be represented depends on no tokenizer.

A word is never cut inside a grapheme, so a letter keeps its marks, and Hebrew acronyms keep their gershayim.
Punctuation, symbols and invisible controls are words of their own; whitespace belongs to none. A span begins and ends
at a word's edge or a few graphemes inside it, where a proclitic ends or a suffix begins.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import regex

from annotation.core.text import graphemes, proclitics

LEADING = 6
"""A span may begin after 0..5 graphemes of its first word: ב, ול, وبال, لـ ..."""
TRAILING = 4
"""A span may end before the last 0..3 graphemes of its last word: the pronouns of بيته, قواتهم ..."""

_LETTER = regex.compile(r"[\p{L}\p{M}\p{N}]")
_HEBREW = regex.compile(r"\p{Hebrew}")
_STOPS = frozenset(".!?\u061f\u06d4\u2026")
_GERSHAYIM = frozenset("\"'\u05f3\u05f4\u2019\u201d")


class Word(NamedTuple):
    """A word's range, and `cuts`: the offsets of its grapheme boundaries, its own start and end included."""

    start: int
    end: int
    cuts: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of graphemes."""
        return len(self.cuts) - 1


def split_words(text: str) -> tuple[Word, ...]:
    """The words of a text, in order; together they cover all of it but whitespace."""
    bounds = list(pairwise(graphemes(text)))
    words: list[Word] = []
    cuts: list[int] = []
    for at, (start, end) in enumerate(bounds):
        inside = _LETTER.match(text, start) is not None or (bool(cuts) and _joins(text, bounds, at))
        if inside:
            cuts.append(start)
            continue
        if cuts:
            words.append(Word(cuts[0], start, (*cuts, start)))
            cuts = []
        if not text[start:end].isspace():
            words.append(Word(start, end, (start, end)))
    if cuts:
        words.append(Word(cuts[0], len(text), (*cuts, len(text))))
    return tuple(words)


def _joins(text: str, bounds: list[tuple[int, int]], at: int) -> bool:
    """Whether grapheme `at` is a gershayim or geresh between two Hebrew letters, as in acronyms and foreign names."""
    if not 0 < at < len(bounds) - 1 or text[bounds[at][0]] not in _GERSHAYIM:
        return False
    return all(_HEBREW.match(text, bounds[side][0]) for side in (at - 1, at + 1))


def language_of(word: str) -> str:
    """The language whose proclitics the word may have, by its script: `he` or `ar`."""
    return "he" if _HEBREW.search(word) else "ar"


def legal_cuts(text: str, word: Word) -> frozenset[int]:
    """Numbers of graphemes of the word after which a span may begin: 0, and those of its strings of proclitics."""
    quote = text[word.start : word.end]
    offsets = {word.start + length for length in proclitics(quote, language_of(quote))}
    return frozenset({0, *(k for k, cut in enumerate(word.cuts[:LEADING]) if cut in offsets)})


def sentences(text: str, words: Iterable[Word]) -> list[int]:
    """The sentence number of each word, from 0: a line's end, a full stop or a question mark ends a sentence."""
    numbers, current, last, closed = [], 0, 0, False
    for word in words:
        gap = text[last : word.start]
        if "\n" in gap or "\r" in gap or (closed and gap):
            current += 1
        numbers.append(current)
        mark = text[word.start]
        closed = mark in _STOPS or (closed and not gap and not mark.isalnum())
        last = word.end
    return numbers
