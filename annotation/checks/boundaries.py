"""Rules on span boundaries: white space, punctuation, letters and their marks, words and their prefixes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import regex

from annotation.checks.finding import Fault
from annotation.checks.wording import Quoted
from annotation.core import text as texts
from annotation.core.document import Document
from annotation.core.ontology import Ontology

_PAIRS = {")": "(", "]": "[", "}": "{", "»": "«", "”": "“", "’": "‘", "›": "‹"}
_SENTENCE = frozenset(".,;:!?،؛؟…-–—־") | frozenset(_PAIRS) | frozenset(_PAIRS.values())
_QUOTES = frozenset("\"'״׳")
_LETTERS = regex.compile(r"[\p{L}\p{M}\p{N}\u0640]+(?:[\"'״׳][\p{L}\p{M}]+)*")


def edges(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """A span neither begins nor ends in white space or loose punctuation, and never cuts a grapheme."""
    for span in document.spans():
        words = span.quote(document.text)
        if len(_spaceless(words)) < len(words):
            yield Fault("edge-space", span)
        elif trim_range(document.text, span.start, span.end) != (span.start, span.end):
            yield Fault("edge-punctuation", span)
        if not all(texts.on_grapheme(document.text, at) for at in (span.start, span.end)):
            yield Fault("cut-letter", span)


def words(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """A span begins at a word's start or after a string of proclitics, and ends at a word's end."""
    for span in document.spans():
        before = word_at(document.text, span.start)
        inside = before is not None and before[0] < span.start and document.text[span.start].isalnum()
        if before and inside and document.text[span.start - 1] not in _QUOTES:
            word = document.text[slice(*before)]
            if span.start - before[0] not in texts.proclitics(word, document.language):
                yield Fault("begins-inside", span, {"word": Quoted(word)})
        after = word_at(document.text, span.end)
        if after and after[0] < span.end < after[1] and texts.on_grapheme(document.text, span.end):
            yield Fault("ends-inside", span, {"word": Quoted(document.text[slice(*after)])})


def trim_range(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without white space and loose punctuation at its ends; unchanged where nothing would be left.

    Signs that belong to a word stay (gershayim, a geresh at the end, %), and so does the second of a pair of brackets
    or quotes when the first is inside too.
    """
    first, last = start, end
    while first < last:
        words = text[first:last]
        if _loose_start(words):
            first += 1
        elif _loose_end(words):  # which may leave a quote at the start alone
            last -= 1
        else:
            return first, last
    return start, end


def word_at(text: str, offset: int) -> tuple[int, int] | None:
    """The range of the word that contains or touches the offset, gershayim included; None between words."""
    line = max(text.rfind(" ", 0, offset), text.rfind("\n", 0, offset)) + 1
    for match in _LETTERS.finditer(text, line):
        if match.start() > offset:
            return None
        if match.end() >= offset:
            return match.span()
    return None


def _spaceless(words: str) -> str:
    """The words without white space and invisible controls at the ends."""
    start, end = 0, len(words)
    while start < end and _is_blank(words[start]):
        start += 1
    while start < end and _is_blank(words[end - 1]):
        end -= 1
    return words[start:end]


def _loose_start(words: str) -> bool:
    char = words[0]
    if char in _PAIRS.values():
        return not _balanced(words, char, next(close for close, opens in _PAIRS.items() if opens == char))
    if char in _QUOTES:
        return _closing(words) == 0
    return _is_blank(char) or char in _SENTENCE or char == "%"


def _loose_end(words: str) -> bool:
    char = words[-1]
    if char in _PAIRS:
        return not _balanced(words, _PAIRS[char], char)
    if char in '"״':
        return _closing(words[:-1]) == 0 and not _opened(words[:-1])
    return _is_blank(char) or (char in _SENTENCE and char not in _QUOTES)


def _balanced(words: str, opens: str, closes: str) -> bool:
    return words.count(opens) == words.count(closes)


def _closing(words: str) -> int:
    """How many quotes stand behind a letter with no letter after them: they may close a quotation or end a word."""
    return sum(
        char in _QUOTES and at > 0 and words[at - 1] not in " \n" and not _is_letter(words[at + 1 : at + 2])
        for at, char in enumerate(words)
    )


def _opened(words: str) -> bool:
    """Whether a quote stands before a letter with no letter before it."""
    return any(
        char in '"״' and _is_letter(words[at + 1 : at + 2]) and not _is_letter(words[at - 1 : at])
        for at, char in enumerate(words)
    )


def _is_blank(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in {"Cf", "Cc"}


def _is_letter(char: str) -> bool:
    return bool(char) and unicodedata.category(char)[0] in "LMN"
