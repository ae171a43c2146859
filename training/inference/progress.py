"""How many documents are done, shown while a command works."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from annotation import terminal

T = TypeVar("T")

_log = logging.getLogger(__name__)
_TOLD = 1000


def with_progress(items: Iterable[T], count: Callable[[T], int] = lambda _: 1) -> Iterator[T]:
    """The same items, their documents counted on a terminal, and in a line now and then elsewhere.

    `count` says how many documents an item stands for.
    """
    columns = (SpinnerColumn(), TextColumn("documents"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal.err, transient=True, disable=not terminal.err.is_terminal) as bar:
        task = bar.add_task("", total=None)
        done = 0
        for item in items:
            told, done = done // _TOLD, done + count(item)
            bar.update(task, completed=done)
            if done // _TOLD > told:
                _log.info("%d documents done", done)
            yield item
