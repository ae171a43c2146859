"""How two ranges over the same words differ at their edges: by a proclitic, by marks, or by more."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

import regex

from annotation.core.document import Span
from annotation.core.text import PROCLITICS
from annotation.core.words import Word, language_of, legal_cuts, sentences, split_words

PROCLITIC, MARKS, OTHER = "proclitic", "marks", "other"
EDGES = (PROCLITIC, MARKS, OTHER)

_TELLING = regex.compile(r"[^\p{L}\p{N}]|\u0640")
"""What is no letter or number: points, tatweel, invisible controls, punctuation, spaces."""


def edge(text: str, a: Span, b: Span) -> str:
    """One of `EDGES`, for ranges that overlap and differ.

    marks: they hold the same letters and numbers; points, tatweel, quotes, punctuation or spaces are the difference.
    proclitic: one begins a string of proclitics (and perhaps its hyphen) earlier, and they end alike but for marks.
    """
    first, last = sorted((a.start, b.start))
    head = _TELLING.sub("", text[first:last])
    tail = _TELLING.sub("", text[min(a.end, b.end) : max(a.end, b.end)])
    if not head and not tail:
        return MARKS
    return PROCLITIC if not tail and _glued(text, first, head) else OTHER


def sentence(text: str, span: Span) -> int:
    """The number of the sentence the span begins in."""
    words, numbers = _words(text)
    return numbers[_at(words, span.start)] if words else 0


def _glued(text: str, start: int, letters: str) -> bool:
    """Whether the letters are a string of proclitics that stands where one may: at a word's start or after another."""
    words, _ = _words(text)
    word = words[_at(words, start)]
    cuts = {word.cuts[k] for k in legal_cuts(text, word)}
    return letters in PROCLITICS[language_of(letters)] and start in cuts


def _at(words: tuple[Word, ...], offset: int) -> int:
    return max(0, bisect_right(words, offset, key=lambda word: word.start) - 1)


@lru_cache(maxsize=4)
def _words(text: str) -> tuple[tuple[Word, ...], list[int]]:
    words = split_words(text)
    return words, sentences(text, words)
