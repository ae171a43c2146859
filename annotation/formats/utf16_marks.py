"""Whether a file's offsets count UTF-16 units, of which an emoji is two, where it should count code points.

Where a file quotes its marks, the quotes decide. Where it does not, the words do: a mark that is off by one cuts a word
or has white space at an edge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from annotation.core.quoting import same_words
from annotation.core.words import legal_cuts, split_words
from annotation.formats import offset_units
from annotation.formats.offset_units import unit

Range = tuple[int, int]
UTF16 = "counts an emoji as two characters, as all its marks show; they are read so"
"""The note on a text whose offsets are UTF-16 units."""


class Utf16:
    """The offsets of a text in UTF-16 units."""

    def __init__(self, text: str) -> None:
        self._unit = unit(offset_units.UTF16, text)

    def range(self, start: int, end: int) -> Range:
        """Both offsets in code points; -1 for both where one is outside the text or inside a character."""
        return self._unit.points(start, end) or (-1, -1)


def has_pairs(text: str) -> bool:
    """Whether the text has a character that is two UTF-16 units."""
    return any(char > "\uffff" for char in text)


def quotes_say_utf16(text: str, quotes: Iterable[tuple[int, int, str]]) -> bool:
    """Whether all marks cover the words they quote in UTF-16 units, and not all in code points."""
    given = [(start, end, words) for start, end, words in quotes if words]
    if not given or not has_pairs(text) or all(same_words(words, text[start:end]) for start, end, words in given):
        return False
    units = Utf16(text)
    ranges = [units.range(start, end) for start, end, _ in given]
    return all(0 <= a < b and same_words(words, text[a:b]) for (a, b), (_, _, words) in zip(ranges, given, strict=True))


def words_say_utf16(text: str, ranges: Sequence[Range]) -> bool | None:
    """Whether the marks begin and end where words do in UTF-16 units, and not in code points; None for both or neither.

    False too where the two are the same, for marks before any emoji.
    """
    units = Utf16(text)
    differing = [(start, end) for start, end in ranges if units.range(start, end) != (start, end)]
    if not differing:
        return False
    edges = _Edges(text)
    one = all(edges.fit(start, end) for start, end in differing)
    two = all(edges.fit(*units.range(start, end)) for start, end in differing)
    return None if one == two else two


class _Edges:
    """Where marks may begin and end: at the edges of words, and after proclitics."""

    def __init__(self, text: str) -> None:
        words = split_words(text)
        self._starts = {word.cuts[cut] for word in words for cut in legal_cuts(text, word)}
        self._ends = {word.end for word in words}

    def fit(self, start: int, end: int) -> bool:
        return 0 <= start < end and start in self._starts and end in self._ends
