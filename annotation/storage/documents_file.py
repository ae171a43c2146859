"""Files of Documents, one JSON object a line, and files that are written atomically."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, cast

from annotation.core.document import Document
from annotation.core.document_json import from_line, to_json
from annotation.core.errors import DocumentsError, UsageError
from annotation.core.text import encodable


@contextmanager
def atomic(path: str | Path, mode: str = "w") -> Iterator[IO[str]]:
    """A file that replaces `path` when the block ends without an error; `path` itself is never half-written.

    A path that ends in .gz is compressed. A missing folder is created.
    """
    gzipped = Path(path).suffix == ".gz"
    with _replacing(Path(path)) as temporary, _open(temporary, f"{mode}t", gzipped=gzipped) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a file that is not text, atomically."""
    with _replacing(Path(path)) as temporary, temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside `path`, which replaces it when the block ends without an error, else is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_documents(path: str | Path, *, skip: int = 0) -> Iterator[Document]:
    """Each Document of a .jsonl or .jsonl.gz file except the first `skip`, whose lines are not parsed.

    Raises UsageError when the file cannot be read, and DocumentsError that names a line without a Document.
    """
    path = Path(path)
    try:
        with open_bytes(path) as file:
            for number, line in islice(numbered(file), skip, None):
                yield _parse(line, path, number)
    except (OSError, EOFError) as error:
        raise UsageError(f"{path}: cannot be read as a Documents file: {error}") from error


def numbered(file: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each line that is not empty, with its number from 1."""
    return ((number, line) for number, line in enumerate(file, start=1) if line.strip())


def open_bytes(path: Path) -> IO[bytes]:
    """The file opened to read bytes, decompressed where its name ends in .gz."""
    return cast(IO[bytes], gzip.open(path) if path.suffix == ".gz" else path.open("rb"))


def open_text(path: str | Path) -> IO[str]:
    """The file opened to read UTF-8 text, decompressed where its name ends in .gz. Only newlines end a line."""
    return _open(Path(path), "rt", gzipped=Path(path).suffix == ".gz")


def write_documents(path: str | Path, documents: Iterable[Document]) -> int:
    """Write the Documents atomically and return their number."""
    count = 0
    with atomic(path) as file:
        for document in documents:
            file.write(line(document))
            count += 1
    return count


def line(document: Document) -> str:
    """The Document as a line of a file, newline included: readable, or escaped where UTF-8 cannot encode it."""
    row = to_json(document)
    text = json.dumps(row, ensure_ascii=False)
    return (text if encodable(text) else json.dumps(row)) + "\n"


def _parse(content: bytes, path: Path, number: int) -> Document:
    try:
        return from_line(content)
    except (ValueError, RecursionError) as error:
        raise DocumentsError(path=str(path), line=number, reason=str(error)) from error


def _open(path: Path, mode: str, *, gzipped: bool) -> IO[str]:
    opener = gzip.open if gzipped else open
    return cast(IO[str], opener(path, mode, encoding="utf-8", newline="\n"))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
