"""Terminal output of the commands: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

_DEFAULT_WIDTH = 120
"""Width in columns when the output is no terminal."""
_SECONDS_BETWEEN_LINES = 15.0
"""Of progress, when the output is no terminal."""
_SECONDS_BETWEEN_DETAILS = 0.5
"""Beside a bar."""

T = TypeVar("T")
_log = logging.getLogger(__name__)

_LIBRARIES = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "urllib3": logging.WARNING,
    "trafilatura": logging.CRITICAL,  # it logs an error for each page without an article
}
"""The lowest level of the messages of libraries that are shown without `verbose`."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _DEFAULT_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True, width=None if sys.stderr.isatty() else _DEFAULT_WIDTH)


def configure(*, quiet: bool, verbose: bool) -> None:
    """Set the log level: warnings with `quiet`, naba's own progress lines by default, everything with `verbose`."""
    level = logging.WARNING if quiet else logging.INFO
    handler = RichHandler(console=err, show_time=False, show_path=False, show_level=False, markup=False)
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING, format="%(message)s", handlers=[handler], force=True
    )
    for name in ("annotation", "training"):
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else level)
    for name, lowest in _LIBRARIES.items():
        logging.getLogger(name).setLevel(logging.INFO if verbose else lowest)


@contextmanager
def logger_level(name: str, level: int) -> Iterator[None]:
    """Keep a logger at `level` during the block, such as a call of a library that logs too much."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)


def say(text: str) -> None:
    """Print a line of the result to standard output."""
    out.print(escape(text))


def warn(text: str) -> None:
    """Print a warning: a problem after which the command goes on."""
    err.print(f"[yellow]![/yellow] {escape(text)}")


def fail(text: str) -> None:
    """Print the error that ends a command."""
    err.print(f"[bold red]naba:[/bold red] {escape(text)}")


def emit(value: Mapping[str, object]) -> None:
    """Print a result as JSON to standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table to standard output. The first column is aligned left, the others right."""
    view = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for number, name in enumerate(header):
        view.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in rows:
        view.add_row(*(escape(str(cell)) for cell in row))
    out.print(view)


class ProgressBar:
    """The number of items done: a bar while the block runs, or a log line now and then where there is no terminal.

    `total` is the number of all items, None where it is not known. detail: further text, asked for twice a second and
    for each line. seconds: between two lines.
    """

    def __init__(
        self,
        what: str,
        total: int | None = None,
        *,
        detail: Callable[[], str] | None = None,
        seconds: float | None = None,
    ) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._what, self._total, self._done, self._shown_at = what, total, 0, time.monotonic()
        self._detail, self._seconds = detail or (lambda: ""), seconds
        self._bar = Progress(
            *columns,
            TextColumn("{task.fields[detail]}"),
            TextColumn("{task.fields[note]}"),
            console=err,
            transient=True,
            disable=not (err.is_terminal and _log.isEnabledFor(logging.INFO)),
        )
        self._task = self._bar.add_task(escape(what), total=total, detail="", note="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def advance(self, more: int = 1) -> None:
        """Count this many further items as done."""
        self._done += more
        self._bar.advance(self._task, more)
        every = _SECONDS_BETWEEN_LINES if self._seconds is None else self._seconds
        if time.monotonic() - self._shown_at > (_SECONDS_BETWEEN_DETAILS if err.is_terminal else every):
            self._shown_at = time.monotonic()
            self._show(self._detail())

    def _show(self, detail: str) -> None:
        if err.is_terminal:
            self._bar.update(self._task, detail=escape(detail))
        else:
            total = f" of {self._total:,}" if self._total else ""
            _log.info("%s: %s%s%s", self._what, f"{self._done:,}", total, f", {detail}" if detail else "")

    def note(self, text: str) -> None:
        """Show a text beside the bar, such as the latest score."""
        self._bar.update(self._task, note=escape(text))


def with_progress(items: Iterable[T], count: Callable[[T], int] = lambda _: 1) -> Iterator[T]:
    """The same items, while the number of documents done is shown; `count` returns that of an item."""
    with ProgressBar("documents") as bar:
        for item in items:
            bar.advance(count(item))
            yield item
