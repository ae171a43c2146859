"""Strings marked as entities in an article, and their unmarked occurrences in it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import accumulate, product

import regex

from annotation.core import text as texts
from annotation.core.document import Document, Span

_SHORTEST = 3
"""Characters below which a string occurs in too many unrelated words."""
_WORD = regex.compile(r"\s*\S+\s*")
_LOOSE = ".,;:!?،؛؟…()[]{}«»“”\"'"
_FURTHER = 4
"""Words to each side by which a name is looked for in a longer one."""


def comparable_name(span: Span, document: Document) -> str:
    """The span's words as they are compared: folded, each run of white space one space."""
    return " ".join(texts.folded(span.quote(document.text)).split())


def marked(document: Document) -> dict[str, list[Span]]:
    """The entity mentions of each string of `comparable_name`."""
    mentions: dict[str, list[Span]] = {}
    for span in document.entities:
        mentions.setdefault(comparable_name(span, document), []).append(span)
    return mentions


def unmarked(document: Document, names: Mapping[str, object]) -> dict[str, list[tuple[int, int]]]:
    """Ranges where each string occurs as a whole word, or behind a proclitic, and overlaps no mark, by the string.

    Strings without such a range are left out.
    """
    spans = sorted((span.start, span.end) for span in document.spans())
    starts = [start for start, _ in spans]
    reach = list(accumulate((end for _, end in spans), max))
    shadow, occurrences = texts.fold(document.text), {}
    text = "".join(" " if char.isspace() else char for char in shadow.text)
    for words in names:
        if len(words) >= _SHORTEST:
            places = (shadow.to_original(*place) for place in _occurrences(words, text, document.language))
            free = [
                (start, end)
                for start, end in places
                if not (before := bisect_left(starts, end)) or reach[before - 1] <= start
            ]
            if free:
                occurrences[words] = free
    return occurrences


def begins_word(span: Span, document: Document) -> bool:
    """Whether no letter or digit stands right before the span."""
    return not document.text[: span.start][-1:].isalnum()


def longer(document: Document, start: int, end: int) -> Iterator[str]:
    """The strings of several words that the range is part of, as `comparable_name` writes them.

    Up to `_FURTHER` words more on each side, within the line; their first word whole and without its proclitics.
    """
    text = document.text
    line = text.rfind("\n", 0, start) + 1
    before = _WORD.findall(text[line:start])[-_FURTHER - 1 :]
    after = _WORD.findall(text[end:].partition("\n")[0])[: _FURTHER + 1]
    lefts = ["", *("".join(before[-count:]) for count in range(1, len(before) + 1))]
    rights = ["", *("".join(after[:count]) for count in range(1, len(after) + 1))]
    inside = " ".join(texts.folded(text[start:end]).split())
    for left, right in product(lefts, rights):
        words = " ".join(texts.folded(left + text[start:end] + right).split())
        for form in (*_bare_forms(words, document.language), *_bare_forms(words.strip(_LOOSE), document.language)):
            if len(form) > len(inside) and inside in form and " " in form:
                yield form


def _bare_forms(words: str, language: str) -> Iterator[str]:
    """The string, and without each string of proclitics that it begins with."""
    yield words
    yield from (words[len(prefix) :] for prefix in prefixes(language) if words.startswith(prefix))


def _occurrences(words: str, text: str, language: str) -> Iterator[tuple[int, int]]:
    """Ranges of the string in the folded text, in which every white space is a space."""
    end = 0
    while (start := text.find(words, end)) >= 0:
        end = start + len(words)
        if not text[end : end + 1].isalnum() and _opens(text, start, language):
            yield start, end


def _opens(text: str, start: int, language: str) -> bool:
    """Whether a word begins at `start`, or the rest of one after its proclitics."""
    first = start
    while first > 0 and text[first - 1].isalnum():
        first -= 1
    return first == start or text[first:start] in prefixes(language)


@lru_cache
def prefixes(language: str) -> frozenset[str]:
    """The strings of proclitics of a language, folded."""
    return frozenset(texts.folded(string) for string in texts.PROCLITICS.get(language, ()))
