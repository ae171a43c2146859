"""Files of Documents, one JSON object a line, and files that are written atomically."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, cast

from annotation import terminal
from annotation.core import json_text
from annotation.core.document import Document
from annotation.core.document_json import from_line, to_json
from annotation.core.errors import DocumentsError, NabaError, UsageError
from annotation.core.system_errors import about, naba_error
from annotation.storage.special_files import is_stdin, is_stdout, stdin_file, writable

LINE = 200_000_000
"""Most bytes of a line; an article of 100,000 words with 5,000 marks takes 3 million."""
EXPANDED = 500_000_000
"""Most bytes of a file that is read as a whole."""
_BLANK = 100
"""What a blank line counts besides its bytes: a .gz of 300 KB holds 300 million of them, which take minutes."""


@contextmanager
def atomic(path: str | Path, mode: str = "w") -> Iterator[IO[str]]:
    """A file that replaces `path` when the block ends without an error; `path` itself is never half-written.

    A path that ends in .gz is compressed. A missing folder is created. "-" is standard output, as it comes. Raises
    UsageError for a folder, and for a device or pipe, which a file would replace.
    """
    if is_stdout(path):
        with terminal.data_output() as output:
            yield cast(IO[str], codecs.getwriter("utf-8")(output))  # which leaves it open
        return
    gzipped = Path(path).suffix == ".gz"
    with _replacing(Path(path)) as temporary, _open(temporary, f"{mode}t", gzipped=gzipped) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a file that is not text, as `atomic` does."""
    if is_stdout(path):
        with terminal.data_output() as output:
            output.write(content)
        return
    with _replacing(Path(path)) as temporary, temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside `path`, which replaces it when the block ends without an error, else is removed.

    An error of the disk names `path`, not the temporary file.
    """
    target = writable(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary, prefix = None, f".{target.name[:40]}."  # a name may be as long as the disk allows
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=prefix)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(new_file_mode())
        temporary.replace(target)
    except BaseException as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and (error.filename is None or prefix in str(error.filename)):
            raise about(error, path) from error
        raise


def read_documents(path: str | Path, *, skip: int = 0) -> Iterator[Document]:
    """Each Document of a .jsonl or .jsonl.gz file except the first `skip`, whose lines are not parsed.

    "-" is standard input. Raises NabaError when the file cannot be read, and DocumentsError that names a line without
    a Document.
    """
    path = Path(path)
    try:
        with open_bytes(path) as file:
            for number, line in islice(numbered(limited_lines(file)), skip, None):
                yield _parse(line, path, number)
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError | EOFError | zlib.error, kind: str = "a Documents file") -> NabaError:
    """The error for a file of this kind that reading failed with: of the system, or of a file cut short or spoiled."""
    if isinstance(error, OSError) and error.errno is not None:
        return naba_error(about(error, path))
    return UsageError(f"{path}: cannot be read as {kind}: {error}; write it again")


def numbered(file: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each line that is not empty, with its number from 1."""
    return ((number, line) for number, line in enumerate(file, start=1) if line.strip())


def limited_lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file. Raises EOFError for one, or for a run of blank ones, of more than LINE bytes."""
    number = blank = 0
    while line := file.readline(LINE + 1):
        number, blank = number + 1, 0 if line.strip() else blank + len(line) + _BLANK
        if len(line) > LINE:
            raise EOFError(f"line {number} is over {LINE:,} bytes")
        if blank > LINE:
            raise EOFError(f"up to line {number} there is nothing but blank lines")
        yield line


def open_bytes(path: Path) -> IO[bytes]:
    """The file opened to read bytes, decompressed where its name ends in .gz. "-" is standard input."""
    path = stdin_file() if is_stdin(path) else path
    return cast(IO[bytes], gzip.open(path) if path.suffix == ".gz" else path.open("rb"))


def expanded(file: IO[bytes]) -> bytes:
    """All bytes of a file. Raises EOFError where there are more than EXPANDED, as a small .gz may hold."""
    content = file.read(EXPANDED + 1)
    if len(content) > EXPANDED:
        raise EOFError(f"is over {EXPANDED:,} bytes")
    return content


def open_text(path: str | Path) -> IO[str]:
    """As `open_bytes`, to read UTF-8 text. Only newlines end a line."""
    return io.TextIOWrapper(open_bytes(Path(path)), encoding="utf-8", newline="\n")


def write_documents(path: str | Path, documents: Iterable[Document]) -> int:
    """Write the Documents atomically and return their number."""
    count = 0
    with atomic(path) as file:
        for document in documents:
            file.write(line(document))
            count += 1
    return count


def line(document: Document) -> str:
    """The Document as a line of a file, newline included. Raises UsageError for what no such line can hold."""
    row = to_json(document)
    if (fault := json_text.fault(row)) is not None:
        raise UsageError(f"document {document.id}: {fault}")
    return json_text.dumps(row) + "\n"


def _parse(content: bytes, path: Path, number: int) -> Document:
    try:
        return from_line(content)
    except (ValueError, RecursionError) as error:
        raise DocumentsError(path=str(path), line=number, reason=str(error)) from error


def _open(path: Path, mode: str, *, gzipped: bool) -> IO[str]:
    opener = gzip.open if gzipped else open
    return cast(IO[str], opener(path, mode, encoding="utf-8", newline="\n"))


def new_file_mode() -> int:
    """The mode that the umask gives a new file; those of `tempfile` are their owner's alone."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
