"""The beginning of a file, or the file names of a folder, from which its format is recognised."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from annotation.core.document import Json
from annotation.core.text import decode_bytes
from annotation.storage.documents_file import open_bytes

_BYTES = 1 << 18
_OBJECTS, _NAMES = 20, 1000


@dataclass(frozen=True)
class Opening:
    """A file or folder as its first bytes and names show it. Nothing of it raises: what cannot be read is empty."""

    path: Path

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the first files in a folder and its folders, relative to it; none of a file."""
        if not self.path.is_dir():
            return ()
        files = (file.relative_to(self.path).as_posix() for file in self.path.rglob("*") if file.is_file())
        return tuple(sorted(islice(files, _NAMES)))

    @cached_property
    def start(self) -> bytes:
        """The first bytes of a file, unpacked where its name ends in .gz."""
        try:
            with open_bytes(self.path) as file:
                return file.read(_BYTES)
        except (OSError, EOFError, zlib.error):
            return b""

    @cached_property
    def text(self) -> str:
        """The beginning of a text file without its last line where that is cut; empty for a binary file."""
        start = self.start
        if len(start) == _BYTES:
            start = start[: start.rfind(b"\n") + 1] or start
        try:
            return decode_bytes(start)[0]
        except ValueError:
            return start.decode("utf-8", "ignore") if b"\0" not in start else ""

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of `text` that are not empty."""
        return tuple(line for line in self.text.splitlines() if line.strip())

    @cached_property
    def objects(self) -> tuple[Json, ...]:
        """The first JSON objects: of a list, one a line, or a single one. A cut one is left out, but see `keys`."""
        return tuple(islice(_objects(self.text), _OBJECTS))

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every key of the first objects; where the first is too long to have been read, the keys its text shows."""
        if not self.objects and self.text.lstrip()[:1] in ("{", "["):
            return frozenset(_shown_keys(self.text))
        return frozenset(key for row in self.objects for key in row)


def _objects(text: str) -> Iterator[Json]:
    """The objects at the outermost level of the text, as far as they are whole."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        if text[at] != "{":
            if text[at] not in "[], \t\r\n\ufeff":
                return
            at += 1
            continue
        try:
            row, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield row


def _shown_keys(text: str) -> Iterator[str]:
    """What looks like a key anywhere in the text."""
    pieces = text.split('"')
    return (name for name, after in zip(pieces[1::2], pieces[2::2], strict=False) if after.lstrip().startswith(":"))
