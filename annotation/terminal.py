"""Terminal output of the commands: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape
from rich.table import Table

_DEFAULT_WIDTH = 120
"""Width in columns when the output is no terminal."""

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
    for name in ("httpx", "httpcore", "urllib3"):
        logging.getLogger(name).setLevel(logging.INFO if verbose else logging.WARNING)


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
