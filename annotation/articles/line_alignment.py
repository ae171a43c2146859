"""Where the lines one tool extracted are among the lines a reader sees."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice

SURE = 20
"""So many letters in common are no accident."""
_HEAD = 8
_PLACES = 10


def squeeze(text: str) -> str:
    """The text without white space, which says nothing about whether two lines are the same."""
    return "".join(text.split())


def align_lines(visible: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """The numbers of visible lines that make up the wanted ones, in order; both squeezed.

    A wanted line may be several visible ones (a line break became a space), or a part of one. Where it occurs more
    than once, the place counts after which the next wanted line goes on.
    """
    index = _Index(visible)
    chosen: list[int] = []
    at = 0
    for number, line in enumerate(wanted):
        places = list(islice(index.places(line, at), _PLACES))
        after = wanted[number + 1] if number + 1 < len(wanted) else None
        best = next((place for place in places if after and index.end(place[1], after) > place[1]), None)
        if best or places:
            start, at = best or places[0]
            chosen.extend(range(start, at))
    return chosen


class _Index:
    """Finds lines by how they begin, so that a page of many lines is not gone through for each of them."""

    def __init__(self, visible: Sequence[str]) -> None:
        self._lines = visible
        self._text = "\n".join(visible)
        self._starts = [0, *accumulate(len(line) + 1 for line in visible)]
        self._heads: dict[str, list[int]] = {}
        for number, line in enumerate(visible):
            self._heads.setdefault(line[:_HEAD], []).append(number)

    def places(self, wanted: str, at: int) -> Iterator[tuple[int, int]]:
        """Ranges of lines from number `at` on that are the wanted one."""
        found = False
        for length in range(_HEAD, 0, -1):
            numbers = self._heads.get(wanted[:length], [])
            for number in numbers[bisect_left(numbers, at) :] if len(wanted) >= length else []:
                end = self.end(number, wanted)
                if end > number:
                    found = True
                    yield number, end
        if not found and len(wanted) > SURE and at < len(self._lines):
            offset = self._text.find(wanted, self._starts[at])
            if offset >= 0:
                number = bisect_right(self._starts, offset) - 1
                yield number, number + 1

    def end(self, start: int, wanted: str) -> int:
        """The end of the lines from `start` on that are the wanted one; `start` when they are not."""
        rest, at = wanted, start
        while rest and at < len(self._lines) and self._lines[at] and rest.startswith(self._lines[at]):
            rest = rest.removeprefix(self._lines[at])
            at += 1
        return at if not rest or len(wanted) - len(rest) > SURE else start
