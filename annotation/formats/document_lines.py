"""Lines of a Documents file in naba's own format or in TextEE's; the format is detected from the content."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from annotation.core import json_text
from annotation.core.document import Document, Json
from annotation.core.document_json import from_json, from_line
from annotation.core.errors import DocumentsError, UsageError
from annotation.formats.label_codes import renamed
from annotation.formats.textee import from_textee, is_textee
from annotation.storage.documents_file import expanded, limited_lines, numbered, open_bytes, unreadable

_START = 1 << 16


@dataclass(frozen=True)
class DocumentLines:
    """The lines of a file and their Documents. A TextEE file may also be one JSON list, which is read as a whole."""

    path: Path

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Each non-empty line with its number, counted from 1. Raises NabaError where the file cannot be read."""
        try:
            with open_bytes(self.path) as file:
                listed = file.read(_START).lstrip().startswith(b"[")
                file.seek(0)
                rows = map(_line, _rows(expanded(file))) if listed else limited_lines(file)
                yield from numbered(rows)
        except (OSError, EOFError, zlib.error) as error:
            raise unreadable(self.path, error, "Documents or TextEE's JSON") from error
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{self.path}: begins like a JSON list but is none: {error}") from error

    def parse(self, number: int, line: bytes) -> tuple[Document, tuple[str, ...]]:
        """The Document of a line, and messages on what is lost of it. Raises DocumentsError that names the line."""
        try:
            if line.startswith(b'{"schema"'):
                return from_line(line), ()
            row = json_text.syntax(line)
            if isinstance(row, dict) and is_textee(row):
                read = from_textee(row)
                document, changed = renamed(read.document)
                told = (f"the label {old!r} is {new!r} here" for old, new in changed.items())
                return document, (*(item.reason for item in read.lost), *told)
            return from_json(cast(Json, row)), ()
        except (ValueError, RecursionError) as error:
            raise DocumentsError(path=str(self.path), line=number, reason=str(error)) from error


def _line(row: object) -> bytes:
    return json.dumps(row).encode()  # what no JSON may hold is refused when the line is parsed


def _rows(text: bytes) -> list[object]:
    return cast(list[object], json_text.syntax(text))
