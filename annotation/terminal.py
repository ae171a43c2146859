"""Terminal output of the commands: results on standard output, everything else on standard error.

Names, labels and words come from files of strangers. A terminal obeys control characters in them, so all that is
printed shows these instead (`visible`); rich reads tags and names of emoji (":x:") in a str, so it is given a Text.
Where Documents go to standard output (`data_output`), results go to standard error with the rest.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import IO, Self, TextIO, TypeVar

from rich.console import Console, JustifyMethod
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from annotation.core import json_text

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

READER_LEFT = 141
"""The exit status when the output is read no further, as in `naba ... | head`: that of a process ended by SIGPIPE."""

_VISIBLE = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"},
    0x7F: "\N{SYMBOL FOR DELETE}",
    **{code: f"\\x{code:02x}" for code in range(0x80, 0xA0)},
    **{code: f"\\u{code:04x}" for code in (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))},
    **{code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)},
    **{code: f"\\x{code - 0xDC00:02x}" for code in range(0xDC80, 0xDD00)},  # bytes of a file name that is no UTF-8
}
"""What stands for a control character (␛ for ESC), a bidi embedding, override or isolate, and half a surrogate pair.

Those bidi characters reorder the line around them. The marks LRM, RLM and ALM, which Hebrew and Arabic need, do not.
"""


def visible(text: str) -> str:
    """The text with its control characters shown; newlines and tabs stay."""
    return text.translate(_VISIBLE)


def one_line(text: object) -> str:
    """As `visible`, newlines shown too."""
    return visible(str(text)).replace("\n", chr(0x240A))


class _Console(Console):
    """A console that ends the process quietly when nobody reads it any more."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        reader_left(self.file)


class _LogFile(logging.Handler):
    """Log lines for a file or a pipe: none is folded at a width, or filled up with blanks."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            err.print(Text(self.format(record)), soft_wrap=True)
        except Exception:  # noqa: BLE001  # as every handler of logging: no message ends the work
            self.handleError(record)


class _Formatter(logging.Formatter):
    """Log lines with their control characters shown."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


out = _Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _DEFAULT_WIDTH)
err = _Console(stderr=True, highlight=False, soft_wrap=True, width=None if sys.stderr.isatty() else _DEFAULT_WIDTH)
_data_on_stdout = False


def reader_left(stream: IO[str]) -> None:
    """End the process quietly. The stream leads nowhere from now on, so that nothing is said of it at exit."""
    discard(stream)
    raise SystemExit(READER_LEFT)


def discard(stream: IO[str]) -> None:
    """Have what is still written to a stream that failed go nowhere."""
    with suppress(OSError, ValueError):  # the stream of a test has no number
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def prepare() -> None:
    """Make the standard streams write any text: what their encoding does not have is escaped, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def _on_stdout() -> Iterator[None]:
    """Flush standard output after the block; errors name it."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        reader_left(sys.stdout)
    except OSError as error:
        discard(sys.stdout)
        raise OSError(error.errno, error.strerror, "standard output") from error


def flush() -> None:
    """Write what is still held back of standard output. Raises OSError that names it."""
    with _on_stdout():
        pass


@contextmanager
def data_output() -> Iterator[IO[bytes]]:
    """Standard output for data. Results of the command are printed to standard error from now on."""
    global _data_on_stdout
    _data_on_stdout = True
    with _on_stdout():
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()


def configure(*, quiet: bool, verbose: bool) -> None:
    """Set the log level: warnings with `quiet`, naba's own progress lines by default, everything with `verbose`."""
    global _data_on_stdout
    _data_on_stdout = False
    level = logging.WARNING if quiet else logging.INFO
    handler: logging.Handler = _LogFile()
    if err.is_terminal:
        handler = RichHandler(console=err, show_time=False, show_path=False, show_level=False, markup=False)
    handler.setFormatter(_Formatter("%(message)s"))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, handlers=[handler], force=True)
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
    _print(Text(visible(text)))


def warn(text: str) -> None:
    """Print a warning: a problem after which the command goes on."""
    err.print(Text.assemble(("!", "yellow"), " ", one_line(text)))


def fail(text: str) -> None:
    """Print the error that ends a command."""
    err.print(Text.assemble(("naba:", "bold red"), " ", one_line(text)))


def emit(value: Mapping[str, object]) -> None:
    """Print a result as JSON to standard output."""
    text = json_text.dumps(json_text.figures(value), indent=2)
    stream = sys.stderr if _data_on_stdout else sys.stdout
    if not _can_print(text, stream):
        text = json_text.dumps(json_text.figures(value), indent=2, ascii_only=True)
    with _on_stdout():
        stream.write(text + "\n")


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, left: Collection[str] = ()) -> None:
    """Print a table to standard output. The first column and those in `left` are aligned left, the others right."""
    view = Table(title=Text(one_line(title)), title_justify="left", title_style="bold", header_style="dim")
    for number, name in enumerate(header):
        side: JustifyMethod = "left" if not number or name in left else "right"
        view.add_column(Text(one_line(name)), justify=side, overflow="fold")
    for row in rows:
        view.add_row(*(Text(one_line(cell)) for cell in row))
    _print(view)


def _print(what: Text | Table) -> None:
    """Print to standard output, or to standard error where data is on the other."""
    if _data_on_stdout:
        err.print(what)
        return
    with _on_stdout():
        out.print(what)


def _can_print(text: str, stream: TextIO) -> bool:
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _column(name: str) -> TextColumn:
    """A column of a bar that shows this of its task, and reads no markup in it."""
    return TextColumn(f"{{task.{name}}}", markup=False)


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
        # where there is little room the bar alone is cut; 80 columns have none for the clock beside the details
        clock = [] if detail else [TimeElapsedColumn(table_column=Column(no_wrap=True))]
        count = MofNCompleteColumn(table_column=Column(no_wrap=True))
        self._what, self._total, self._done, self._shown_at = what, total, 0, time.monotonic()
        self._detail, self._seconds = detail or (lambda: ""), seconds
        self._bar = Progress(
            _column("description"),
            BarColumn(),
            count,
            *clock,
            _column("fields[detail]"),
            _column("fields[note]"),
            console=err,
            transient=True,
            disable=not (err.is_terminal and _log.isEnabledFor(logging.INFO)),
        )
        self._task = self._bar.add_task(one_line(what), total=total, detail="", note="")

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
            self._bar.update(self._task, detail=one_line(detail))
        else:
            total = f" of {self._total:,}" if self._total else ""
            _log.info("%s: %s%s%s", self._what, f"{self._done:,}", total, f", {detail}" if detail else "")

    def note(self, text: str) -> None:
        """Show a text beside the bar, such as the latest score."""
        self._bar.update(self._task, note=one_line(text))


def with_progress(items: Iterable[T], count: Callable[[T], int] = lambda _: 1) -> Iterator[T]:
    """The same items, while the number of documents done is shown; `count` returns that of an item."""
    with ProgressBar("documents") as bar:
        for item in items:
            bar.advance(count(item))
            yield item
