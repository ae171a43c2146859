"""Places of an article: stretches of its text between which no span of any version reaches.

Spans at two places never overlap, so that what is matched by overlap can be matched place by place. However many
annotators an article has, at each place of it they marked only a few different things.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import TypeVar

from annotation.core.document import Span

T = TypeVar("T")


class Places:
    """The places of an article, numbered in text order, from every span of all its versions."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._starts: list[int] = []
        reach = 0
        for start, end in sorted({(span.start, span.end) for span in spans}):
            if start >= reach:
                self._starts.append(start)
            reach = max(reach, end)

    def __len__(self) -> int:
        return len(self._starts)

    def at(self, span: Span) -> int:
        """The number of the place where the span is."""
        return bisect_right(self._starts, span.start) - 1

    def split(self, items: Iterable[T], span: Callable[[T], Span]) -> dict[int, tuple[T, ...]]:
        """The items at each place that has any, in their order; `span` says where an item is."""
        parts: dict[int, list[T]] = {}
        for item in items:
            parts.setdefault(self.at(span(item)), []).append(item)
        return {place: tuple(part) for place, part in parts.items()}
