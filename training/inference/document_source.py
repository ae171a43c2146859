"""What there is to predict: Documents of any number, in files of several kinds, from any place among them on.

    .jsonl .jsonl.gz    Documents, one a line
    .parquet            the columns of a snapshot, or `text` and where known `id title url published source`
    a folder            all such files in it, in the order of their names; a snapshot's: train, dev, test

A row with `text` is taken as it is: naba read finds an article's body in a page.
"""

from __future__ import annotations

import os
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
from annotation.storage.row_reader import SourceRow, at_fault, parquet_rows

BUFFER = 16
"""Batches' worth of documents that are sorted by length at a time."""
CHARACTERS = 1_000_000
"""So many characters are enough to sort, however few documents they are."""
_KINDS = (".jsonl", ".jsonl.gz", ".parquet")


class Position(NamedTuple):
    """Before which file, by number, and how many Documents into it."""

    file: int = 0
    row: int = 0


_START = Position()


class Piece(NamedTuple):
    """What a chunk becomes: the lines of so many Documents, and the place in the archive after them."""

    lines: str
    documents: int
    after: Position


class DocumentChunk(NamedTuple):
    """Documents of one file that are read together, and the place after them."""

    documents: list[Document]
    after: Position


@dataclass(frozen=True)
class DocumentSource:
    """Files of Documents, which are one after the other."""

    files: tuple[Path, ...]

    @classmethod
    def open(cls, path: Path) -> DocumentSource:
        """The file, those of a folder, or those of a snapshot, verified. Raises UsageError where there are none."""
        if (path / MANIFEST).is_file():
            from annotation.snapshot.snapshot import Snapshot  # slow to import, and of no use to those who only read
            from annotation.snapshot.splits import SPLITS

            return cls(tuple(Snapshot.open(path).path / f"{name}.parquet" for name in SPLITS))
        if path.is_dir():
            files = tuple(_files(path))
            if not files:
                raise UsageError(f"{path}: holds no Documents ({', '.join(_KINDS)}); naba read makes one of articles")
            return cls(files)
        if not path.is_file():
            raise UsageError(f"{path}: no such file; name a file of Documents, or a folder of them")
        if not path.name.endswith(_KINDS):
            raise UsageError(f"{path}: not a Documents file ({', '.join(_KINDS)}); naba read makes one of articles")
        return cls((path,))

    def identity(self) -> list[list[str | int]]:
        """What tells whether these are the same files as before, as plain JSON values."""
        return [[str(path.resolve()), (stat := path.stat()).st_size, stat.st_mtime_ns] for path in self.files]

    def chunks(self, batch_size: int, start: Position = _START) -> Iterator[DocumentChunk]:
        """All from `start` on, a place that a chunk ended at: then the chunks are the same whatever the start."""
        for number in range(start.file, len(self.files)):
            yield from self.file(number, batch_size, start.row if number == start.file else 0)

    def file(self, number: int, batch_size: int, row: int = 0) -> Iterator[DocumentChunk]:
        """The chunks of one file. Raises UsageError that names the line or row at fault."""
        documents = _documents(self.files[number], row)
        while chunk := gather(documents, batch_size):
            row += len(chunk)
            yield DocumentChunk(chunk, Position(number, row))


def gather(documents: Iterator[Document], batch_size: int) -> list[Document]:
    """The next documents to sort by length: as many as `BUFFER` batches have, fewer if they have `CHARACTERS`."""
    chunk: list[Document] = []
    characters = 0
    for document in islice(documents, batch_size * BUFFER):
        chunk.append(document)
        characters += len(document.text)
        if characters >= CHARACTERS:
            break
    return chunk


def _files(folder: Path) -> Iterator[Path]:
    """Those of the kinds known here; what is hidden, or not finished, is passed over."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(names) if name.endswith(_KINDS) and name[0] != ".")


def _documents(path: Path, skip: int) -> Iterator[Document]:
    return _parquet(path, skip) if path.name.endswith(".parquet") else read_documents(path, skip=skip)


def _parquet(path: Path, skip: int) -> Iterator[Document]:
    try:
        names: Sequence[str] = pq.read_schema(path).names  # type: ignore[no-untyped-call]
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
    """A Document of the row's text, which is left as it is."""
    text = row.get("text")
    if not isinstance(text, str):
        raise at_fault(path, number, "has no text", "remove the row")
    title, url, published = (None if row.get(n) is None else str(row[n]) for n in ("title", "url", "published"))
    source = Source(str(row.get("source") or path.name), title, url, published, raw_sha256=sha256(text))
    return Document(str(row.get("id") or text_id(text)), text, _language(text), source=source)


def _language(text: str) -> str:
    try:
        return language(text)
    except ValueError:
        return "und"
