"""Units in which tools count offsets: code points, UTF-16 units, bytes, line ends as one or two; told by the quotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias

Pieces: TypeAlias = Sequence[tuple[int, int]]
Quoted: TypeAlias = tuple[Pieces, str]
"""Ranges in some unit, and the words the file quotes for them."""


@dataclass(frozen=True)
class OffsetUnit:
    """A way to count in one text. `name` completes "counts in …"; a range in it becomes one in code points."""

    name: str
    starts: dict[int, int]
    ends: dict[int, int]

    def points(self, start: int, end: int) -> tuple[int, int] | None:
        """The range in code points; None where an end falls within a character or outside the text."""
        if start not in self.starts or end not in self.ends:
            return None
        return self.starts[start], self.ends[end]


def _utf16(text: str) -> list[int]:
    return [2 if char > "\uffff" else 1 for char in text]


def _utf8(text: str) -> list[int]:
    return [len(char.encode("utf-8", "surrogatepass")) for char in text]


def _line_ends_once(text: str) -> list[int]:
    return [0 if char == "\r" and text[at + 1 : at + 2] == "\n" else 1 for at, char in enumerate(text)]


def _line_ends_twice(text: str) -> list[int]:
    return [2 if char == "\n" and text[at - 1 : at] != "\r" else 1 for at, char in enumerate(text)]


def _without_bom(text: str) -> list[int]:
    return [0 if char == "\ufeff" and at == 0 else 1 for at, char in enumerate(text)]


POINTS, UTF16, BYTES = "code points", "UTF-16 units", "bytes of UTF-8"
_WIDTHS: dict[str, Callable[[str], list[int]]] = {
    POINTS: lambda text: [1] * len(text),
    UTF16: _utf16,
    BYTES: _utf8,
    "code points, a line end of two characters as one": _line_ends_once,
    "code points, a line end of one character as two": _line_ends_twice,
    "code points without the byte order mark": _without_bom,
}


def unit(name: str, text: str) -> OffsetUnit:
    """The unit of this name for the text."""
    borders = [0, *accumulate(_WIDTHS[name](text))]
    starts = {offset: at for at, offset in enumerate(borders)}
    ends = {offset: at for at, offset in reversed(list(enumerate(borders)))}
    return OffsetUnit(name, starts, ends)


def proven_unit(text: str, quoted: Iterable[Quoted], expected: str = POINTS) -> OffsetUnit:
    """The unit in which every quote stands where the file says; the expected one where that is so in none."""
    marks = [(pieces, words) for pieces, words in quoted if words.strip()]
    first = unit(expected, text)
    for candidate in (first, *_others(text, expected)) if marks else ():
        if all(_stands(text, candidate, pieces, words) for pieces, words in marks):
            return candidate
    return first


def _others(text: str, expected: str) -> Iterator[OffsetUnit]:
    plain = _WIDTHS[expected](text)
    for name, widths in _WIDTHS.items():
        if name != expected and widths(text) != plain:
            yield unit(name, text)


def _stands(text: str, candidate: OffsetUnit, pieces: Pieces, words: str) -> bool:
    ranges = [candidate.points(*piece) for piece in pieces]
    covered = [text[found[0] : found[1]] for found in ranges if found]
    return len(covered) == len(pieces) and _spaced(" ".join(covered)) == _spaced(words)


def _spaced(words: str) -> str:
    """The words with every stretch of white space as one blank; blanks at the ends count."""
    return re.sub(r"\s+", " ", words)
