"""Long streams in constant memory: prefetching in a thread, batches limited in size, and progress display."""

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
    """Sentinel for the end of a stream: a future cannot raise StopIteration."""


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items, each fetched in a thread while the one before is processed: network and processor overlap."""
    iterator, end = iter(items), _End[T]()
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(next, iterator, end)
        while not isinstance(item := future.result(), _End):
            future = pool.submit(next, iterator, end)
            yield item


def batched(items: Iterable[T], *, size: Callable[[T], int], most: int, count: int) -> Iterator[list[T]]:
    """Lists of at most `count` items whose sizes add up to at most `most`; a larger item has a list of its own."""
    chunk: list[T] = []
    total = 0
    for item in items:
        item_size = size(item)
        if chunk and (total + item_size > most or len(chunk) == count):
            yield chunk
            chunk, total = [], 0
        chunk.append(item)
        total += item_size
    if chunk:
        yield chunk


@contextmanager
def progress_bar(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A function to call with the number of further items done: a bar on a terminal, else a log line every 15 s."""
    if terminal.err.is_terminal and log.isEnabledFor(logging.INFO):
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=terminal.err, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda more: bar.advance(task, more)
        return
    done, logged_at = 0, time.monotonic()

    def advance(more: int) -> None:
        nonlocal done, logged_at
        done += more
        if time.monotonic() - logged_at > _SECONDS_BETWEEN_LINES:
            logged_at = time.monotonic()
            log.info("%s: %s%s", what, f"{done:,}", f" of {total:,}" if total else "")

    yield advance
