"""How two overlapping ranges differ at their edges: by a proclitic, by marks without letters, or by more."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

import regex

from annotation.core.document import Span
from annotation.core.text import PROCLITICS
from annotation.core.words import Word, language_of, legal_cuts, sentences, split_words

PROCLITIC, MARKS, OTHER = "proclitic", "marks", "other"
EDGES = (PROCLITIC, MARKS, OTHER)

_NO_LETTER = regex.compile(r"[^\p{L}\p{N}]|\u0640")
"""Anything but letters and numbers: points, tatweel, invisible controls, punctuation, spaces."""


def edge(text: str, a: Span, b: Span) -> str:
    """One of `EDGES`, for two ranges that overlap and differ.

    marks: both hold the same letters and numbers; they differ in points, tatweel, quotes, punctuation or spaces.
    proclitic: one begins a string of proclitics (and perhaps its hyphen) earlier; their ends differ at most by marks.
    """
    first, last = sorted((a.start, b.start))
    head = _NO_LETTER.sub("", text[first:last])
    tail = _NO_LETTER.sub("", text[min(a.end, b.end) : max(a.end, b.end)])
    if not head and not tail:
        return MARKS
    return PROCLITIC if not tail and _is_proclitic(text, first, head) else OTHER


def sentence(text: str, span: Span) -> int:
    """The number, from 0, of the sentence the span begins in."""
    words, numbers = _words(text)
    return numbers[_word_index(words, span.start)] if words else 0


def _is_proclitic(text: str, start: int, letters: str) -> bool:
    """Whether the letters are a string of proclitics in a legal place: at a word's start or after another one."""
    words, _ = _words(text)
    word = words[_word_index(words, start)]
    cuts = {word.cuts[k] for k in legal_cuts(text, word)}
    return letters in PROCLITICS[language_of(letters)] and start in cuts


def _word_index(words: tuple[Word, ...], offset: int) -> int:
    return max(0, bisect_right(words, offset, key=lambda word: word.start) - 1)


@lru_cache(maxsize=4)
def _words(text: str) -> tuple[tuple[Word, ...], list[int]]:
    words = split_words(text)
    return words, sentences(text, words)
