"""Progress of commands: the number of documents done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from annotation.terminal import ProgressBar

T = TypeVar("T")


def with_progress(items: Iterable[T], count: Callable[[T], int] = lambda _: 1) -> Iterator[T]:
    """The same items, while the number of documents done is shown; `count` returns that of an item."""
    with ProgressBar("documents") as bar:
        for item in items:
            bar.advance(count(item))
            yield item
