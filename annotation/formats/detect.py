"""A file of Documents, whoever's: naba's own or TextEE's, told apart by what is in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from annotation.document import Document
from annotation.errors import DocumentsError, UsageError
from annotation.files import opened
from annotation.formats.textee import from_textee, is_textee
from annotation.serial import from_json

_START = 1 << 16


@dataclass(frozen=True)
class DocumentLines:
    """The lines of a file and what they say. TextEE's may also be one JSON list, which is then read at once."""

    path: Path

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line that is not empty, with its number from 1. Raises UsageError where the file cannot be read."""
        try:
            with opened(self.path) as file:
                if file.read(_START).lstrip().startswith("["):
                    file.seek(0)
                    yield from ((at, json.dumps(row)) for at, row in enumerate(_rows(file.read()), start=1))
                    return
                file.seek(0)
                yield from ((at, line) for at, line in enumerate(file, start=1) if line.strip())
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise UsageError(f"{self.path}: cannot be read as Documents or TextEE's JSON: {error}") from error
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{self.path}: begins like a JSON list but is none: {error}") from error

    def parse(self, number: int, line: str) -> tuple[Document, tuple[str, ...]]:
        """The Document of a line, and what of it is lost. Raises DocumentsError naming the line."""
        try:
            row = json.loads(line)
            if isinstance(row, dict) and is_textee(row):
                read = from_textee(row)
                return read.document, read.lost
            return from_json(row), ()
        except (ValueError, RecursionError) as error:
            raise DocumentsError(path=str(self.path), line=number, reason=str(error)) from error


def _rows(text: str) -> list[object]:
    rows: list[object] = json.loads(text)
    return rows
