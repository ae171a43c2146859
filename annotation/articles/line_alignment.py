"""Alignment of the lines one tool extracted with the visible lines of a page."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice

SURE = 20
"""This many letters in common are not a coincidence."""
_HEAD = 8
_PLACES = 10


def squeeze(text: str) -> str:
    """The text without white space, which is ignored when lines are compared."""
    return "".join(text.split())


def align_lines(visible: Sequence[str], extracted: Sequence[str]) -> list[int]:
    """Numbers of the visible lines that make up the extracted ones, in order; both without white space.

    An extracted line may be several visible lines (a line break became a space), or a part of one. Where it occurs more
    than once, the occurrence is taken that the next extracted line follows.
    """
    index = _Index(visible)
    numbers: list[int] = []
    at = 0
    for number, line in enumerate(extracted):
        places = list(islice(index.places(line, at), _PLACES))
        after = extracted[number + 1] if number + 1 < len(extracted) else None
        best = next((place for place in places if after and index.end(place[1], after) > place[1]), None)
        if best or places:
            start, at = best or places[0]
            numbers.extend(range(start, at))
    return numbers


class _Index:
    """An index of the visible lines by their first letters, so that no search goes through all lines."""

    def __init__(self, visible: Sequence[str]) -> None:
        self._lines = visible
        self._text = "\n".join(visible)
        self._starts = [0, *accumulate(len(line) + 1 for line in visible)]
        self._heads: dict[str, list[int]] = {}
        for number, line in enumerate(visible):
            self._heads.setdefault(line[:_HEAD], []).append(number)

    def places(self, line: str, at: int) -> Iterator[tuple[int, int]]:
        """Ranges of line numbers, from `at` on, that match the extracted line."""
        matched = False
        for length in range(_HEAD, 0, -1):
            numbers = self._heads.get(line[:length], [])
            for number in numbers[bisect_left(numbers, at) :] if len(line) >= length else []:
                end = self.end(number, line)
                if end > number:
                    matched = True
                    yield number, end
        if not matched and len(line) > SURE and at < len(self._lines):
            offset = self._text.find(line, self._starts[at])
            if offset >= 0:
                number = bisect_right(self._starts, offset) - 1
                yield number, number + 1

    def end(self, start: int, line: str) -> int:
        """The end of the lines from `start` on that match the extracted line; `start` when none does."""
        rest, at = line, start
        while rest and at < len(self._lines) and self._lines[at] and rest.startswith(self._lines[at]):
            rest = rest.removeprefix(self._lines[at])
            at += 1
        return at if not rest or len(line) - len(rest) > SURE else start
