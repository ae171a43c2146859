"""Input of the formats: text in any encoding, JSON as one value or one a line, file names that are ids."""

from __future__ import annotations

import codecs
import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote, unquote

from annotation.core import json_text
from annotation.core import language as languages
from annotation.core.document import Json
from annotation.core.errors import UsageError
from annotation.core.text import decode_bytes
from annotation.formats.base import Lost
from annotation.storage.documents_file import expanded, open_bytes

_SAFE = " !#$&'()+,-.;=@[]^_{}~"
_LONGEST = 200
"""Most bytes in a file's name, with room for an ending."""
_CHUNK = 1 << 20


def text_of(path: Path, *, exact: bool = False) -> str:
    """The file's text, its newlines unchanged. Raises UsageError with the reason where it cannot be read.

    With `exact`, UTF-8 is decoded with its BOM, for files whose offsets count it.
    """
    try:
        with open_bytes(path) as file:
            raw = expanded(file)
        if exact:
            with suppress(UnicodeDecodeError):
                return raw.decode()
        return decode_bytes(raw)[0]
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error


class TextLines:
    """The lines of a text file, read one after the other each time it is iterated over, without their newlines.

    The encoding is found first: UTF-8 and UTF-16 without holding the file in memory, others as `text_of` finds them.
    Raises UsageError with the reason where the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._codec = _codec(path)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise UsageError(f"{path}: cannot be read: {error}") from error

    def __iter__(self) -> Iterator[str]:
        with open_bytes(self.path) as raw, io.TextIOWrapper(raw, encoding=self._codec) as text:
            for line in text:
                yield line.removesuffix("\n")


def _codec(path: Path) -> str:
    with open_bytes(path) as file:
        start = file.read(_CHUNK)
        whole = len(start) < _CHUNK
        try:
            codec = decode_bytes(start if whole or b"\0" in start[:64] else start[: start.rfind(b"\n") + 1])[1]
            decoder = codecs.getincrementaldecoder(codec)()
            decoder.decode(start)
            for chunk in iter(partial(file.read, _CHUNK), b""):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
            return codec
        except ValueError:
            if whole:
                raise
    with open_bytes(path) as file:
        return decode_bytes(expanded(file))[1]


def objects(path: Path) -> Iterator[tuple[str, Json] | Lost]:
    """The JSON objects of a file with the place of each: from a list, a single object, or one object a line."""
    text = text_of(path)
    if not text.strip():
        return
    try:
        value = json_text.syntax(text)
    except json_text.JsonError as error:
        lines = [(at, line) for at, line in enumerate(text.split("\n"), start=1) if line.strip()]
        if len(lines) < 2:
            raise UsageError(f"{path}: is not JSON: {error}; mend the file") from error
        rows = ((f"{path.name}, line {at}", _parsed(line)) for at, line in lines)
    else:
        many = value if isinstance(value, list) else [value]
        rows = ((f"{path.name}, item {at}", row) for at, row in enumerate(many, start=1))
    for where, row in rows:
        if (fault := json_text.fault(row)) is not None:
            yield Lost("document", where, fault, kind="wrong")
        elif isinstance(row, dict):
            yield where, row
        else:
            yield Lost("document", where, "is not a JSON object; mend or remove it", kind="wrong")


def _parsed(line: str) -> object:
    try:
        return json_text.syntax(line)
    except json_text.JsonError:
        return None


def rows_in(row: Json, key: str) -> list[Json]:
    """The objects in the list under the key; other items are left out, and a value that is no list gives none."""
    value = row.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def guess_language(text: str) -> str:
    """`ar`, `he`, or `und` for any other language."""
    try:
        return languages.language(text)
    except ValueError:
        return "und"


def file_name(id: str) -> str:
    """A file name for the id, which `id_of` converts back. Raises ValueError where no file can have such a name."""
    readable = "".join(char if char.isalnum() or char in _SAFE else quote(char, safe="") for char in id)
    if readable.startswith("."):
        readable = "%2E" + readable[1:]
    if not readable or len(readable.encode()) > _LONGEST:
        raise ValueError("no file can have this name")
    return readable


def id_of(name: str) -> str:
    """The id for a file name made by `file_name`."""
    return unquote(name)
