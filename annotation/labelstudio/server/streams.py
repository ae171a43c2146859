"""Long streams in constant memory: cut to size, worked on ahead of time, and shown as they go."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from annotation import terminal

T = TypeVar("T")
_SECONDS_BETWEEN_LINES = 15.0

log = logging.getLogger(__name__)


class _End(Generic[T]):
    """Stands for the end of a stream, which a future cannot raise."""


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items, each made in a thread while the one before is worked on: network and processor take turns."""
    iterator, end = iter(items), _End[T]()
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next, iterator, end)
        while not isinstance(item := coming.result(), _End):
            coming = pool.submit(next, iterator, end)
            yield item


def batched(items: Iterable[T], *, size: Callable[[T], int], most: int, count: int) -> Iterator[list[T]]:
    """Lists of at most `count` items and about `most` units of `size`; an item beyond that goes alone."""
    chunk: list[T] = []
    weight = 0
    for item in items:
        added = size(item)
        if chunk and (weight + added > most or len(chunk) == count):
            yield chunk
            chunk, weight = [], 0
        chunk.append(item)
        weight += added
    if chunk:
        yield chunk


@contextmanager
def progress_bar(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A function to call with how many more are done: a bar on a terminal, a line now and then elsewhere."""
    if terminal.err.is_terminal and log.isEnabledFor(logging.INFO):
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=terminal.err, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda more: bar.advance(task, more)
        return
    done, said = 0, time.monotonic()

    def advance(more: int) -> None:
        nonlocal done, said
        done += more
        if time.monotonic() - said > _SECONDS_BETWEEN_LINES:
            said = time.monotonic()
            log.info("%s: %s%s", what, f"{done:,}", f" of {total:,}" if total else "")

    yield advance
