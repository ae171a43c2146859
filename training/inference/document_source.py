"""Sources of Documents for prediction: any number of files of several formats, readable from any position.

    .jsonl .jsonl.gz    Documents, one a line
    .parquet            the columns of a snapshot, or `text` and optionally `id title url published source licence`
    a folder            all such files in it, in the order of their names; of a snapshot: train, dev, test

The text of a row is used unchanged; `naba read` is the command that extracts articles from pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from annotation.core.document import Document, Source, sha256, text_id
from annotation.core.errors import ArticleError, UsageError
from annotation.core.language import language
from annotation.snapshot.manifest import MANIFEST
from annotation.storage import parquet
from annotation.storage.documents_file import read_documents
from annotation.storage.folder_files import files_below
from annotation.storage.row_reader import SourceRow, at_fault, parquet_rows
from annotation.storage.special_files import is_stdin, stdin_file

BUFFER = 16
"""The most batches of documents that are sorted by length at a time."""
CHARACTERS = 1_000_000
"""The code points after which a chunk ends, however few documents it has."""
_KINDS = (".jsonl", ".jsonl.gz", ".parquet")


class Position(NamedTuple):
    """A position in a source: the number of the file, and the number of Documents in it that precede the position."""

    file: int = 0
    row: int = 0


_START = Position()


class Piece(NamedTuple):
    """A predicted chunk: its JSON lines, its number of Documents, and the position after it in the source."""

    lines: str
    documents: int
    after: Position


class DocumentChunk(NamedTuple):
    """Documents of one file that are predicted together, and the position after them."""

    documents: list[Document]
    after: Position


@dataclass(frozen=True)
class DocumentSource:
    """Files of Documents, in the order in which they are read."""

    files: tuple[Path, ...]

    @classmethod
    def open(cls, path: Path) -> DocumentSource:
        """The file, the files of a folder, or those of a verified snapshot. Raises UsageError when there are none."""
        if (path / MANIFEST).is_file():
            from annotation.snapshot.snapshot import Snapshot  # slow to import, and only needed for snapshots
            from annotation.snapshot.splits import SPLITS

            return cls(tuple(Snapshot.open(path).path / f"{name}.parquet" for name in SPLITS))
        if is_stdin(path):
            return cls((stdin_file(),))
        if path.is_dir():
            files = tuple(file for file in files_below(path) if file.name.endswith(_KINDS))
            if not files:
                raise UsageError(f"{path}: holds no Documents ({', '.join(_KINDS)}); naba read makes one of articles")
            return cls(files)
        if not path.is_file():
            raise UsageError(f"{path}: no such file; name a file of Documents, or a folder of them")
        if not path.name.endswith(_KINDS):
            raise UsageError(f"{path}: not a Documents file ({', '.join(_KINDS)}); naba read makes one of articles")
        return cls((path,))

    def identity(self) -> list[list[str | int]]:
        """The path, size in bytes and modification time in ns of each file, as JSON values."""
        return [[str(path.resolve()), (stat := path.stat()).st_size, stat.st_mtime_ns] for path in self.files]

    def chunks(self, batch_size: int, start: Position = _START) -> Iterator[DocumentChunk]:
        """The chunks from `start` on, which must be the end of a chunk: then they do not depend on `start`."""
        for number in range(start.file, len(self.files)):
            yield from self.file(number, batch_size, start.row if number == start.file else 0)

    def file(self, number: int, batch_size: int, row: int = 0) -> Iterator[DocumentChunk]:
        """The chunks of file `number` after `row` Documents. Raises UsageError that names the faulty line or row."""
        documents = _documents(self.files[number], row)
        while chunk := gather(documents, batch_size):
            row += len(chunk)
            yield DocumentChunk(chunk, Position(number, row))


def gather(documents: Iterator[Document], batch_size: int) -> list[Document]:
    """The next documents to sort by length: `BUFFER` batches of them, or fewer once they reach `CHARACTERS`."""
    chunk: list[Document] = []
    characters = 0
    for document in islice(documents, batch_size * BUFFER):
        chunk.append(document)
        characters += len(document.text)
        if characters >= CHARACTERS:
            break
    return chunk


def _documents(path: Path, skip: int) -> Iterator[Document]:
    return _parquet(path, skip) if path.name.endswith(".parquet") else read_documents(path, skip=skip)


def _parquet(path: Path, skip: int) -> Iterator[Document]:
    try:
        with path.open("rb") as file:
            names: Sequence[str] = pq.read_schema(file).names  # type: ignore[no-untyped-call]
        if {"text", "entities"} <= set(names):
            yield from parquet.read_parquet(path, skip=skip)
            return
    except (OSError, pa.ArrowException, ValueError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise UsageError(f"{path}: cannot be read as Documents: {reason}; write the file again") from error
    for number, row in islice(parquet_rows(path), skip, None):
        if isinstance(row, ArticleError):
            raise row
        yield _row(path, number, row)


def _row(path: Path, number: int, row: SourceRow) -> Document:
    """A Document of the row, with its text unchanged."""
    text = row.get("text")
    if not isinstance(text, str):
        raise at_fault(path, number, "has no text", "remove the row")
    title, url, published = (None if row.get(n) is None else str(row[n]) for n in ("title", "url", "published"))
    licence = row.get("licence") or row.get("license")
    source = Source(
        str(row.get("source") or path.name),
        title,
        url,
        published,
        raw_sha256=sha256(text),
        licence=None if licence is None else str(licence),
    )
    return Document(str(row.get("id") or text_id(text)), text, _language(text), source=source)


def _language(text: str) -> str:
    try:
        return language(text)
    except ValueError:
        return "und"
