"""Progress of commands: the number of documents done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from annotation import terminal

T = TypeVar("T")

_log = logging.getLogger(__name__)
_LOGGED_EVERY = 1000


def with_progress(items: Iterable[T], count: Callable[[T], int] = lambda _: 1) -> Iterator[T]:
    """The same items, with the number of documents done on a terminal, or else in a log line every 1000.

    `count` returns the number of documents of an item.
    """
    columns = (SpinnerColumn(), TextColumn("documents"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal.err, transient=True, disable=not terminal.err.is_terminal) as bar:
        task = bar.add_task("", total=None)
        done = 0
        for item in items:
            thousands, done = done // _LOGGED_EVERY, done + count(item)
            bar.update(task, completed=done)
            if done // _LOGGED_EVERY > thousands:
                _log.info("%d documents done", done)
            yield item
