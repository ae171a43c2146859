"""The undo file of a migration: written before the project is changed, and read to resume or to undo.

JSON lines: a header, then a line for each result with its original rows, then a line with how it ended.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from annotation.core import json_text
from annotation.core.errors import UsageError
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.migration.results import Marked, ResultKey, ResultKind, digest
from annotation.storage.documents_file import atomic

SCHEMA = 1


@dataclass(frozen=True)
class Header:
    """The project, both ontologies as YAML, the original settings of the project, and the name of the migration."""

    project: int
    born: str
    title: str
    ui_language: str
    old: str
    new: str
    settings: Row
    schema: int = SCHEMA
    claim: str = ""


@dataclass(frozen=True, slots=True)
class UndoEntry:
    """The position in bytes of a result in the file, and digests of its rows before and after the migration.

    asked: ids of the regions an annotator was asked to decide about.
    """

    offset: int
    before: str
    after: str
    annotation: int | None
    asked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A result as it was, the digest of its new rows, and the ids of regions an annotator has to decide about."""

    was: Marked
    after: str
    asked: frozenset[str] = frozenset()

    def line(self) -> str:
        """The line of JSON for the file."""
        row = {**asdict(self.was), "after": self.after, "asked": sorted(self.asked)}
        return json_text.dumps(row) + "\n"


@dataclass
class UndoFile:
    """An undo file. `index` locates each result in it; a result that was edited later has several entries."""

    path: Path
    header: Header
    index: dict[ResultKey, list[UndoEntry]] = field(default_factory=lambda: defaultdict(list))
    ended: str = ""

    @classmethod
    def create(cls, path: Path, header: Header, entries: Iterable[Entry]) -> UndoFile:
        """Write a new file, atomically, and open it."""
        with atomic(path) as file:
            file.write(json_text.dumps(asdict(header)) + "\n")
            file.writelines(entry.line() for entry in entries)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> UndoFile:
        """Read a file; an incomplete last line is cut off.

        Raises UsageError when it is no undo file, or was written by another version of naba.
        """
        try:
            with path.open("rb+") as file:
                header = cast(dict[str, Any], json_text.loads_object(file.readline()))
                undo = cls(path, Header(**header))
                offset = file.tell()
                for line in file:
                    if not line.endswith(b"\n"):
                        file.truncate(offset)
                        break
                    undo._add_to_index(_row(line), offset)
                    offset += len(line)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{path}: not an undo file of `naba migrate` ({error}); name the one it wrote") from error
        if undo.header.schema != SCHEMA:
            raise UsageError(f"{path}: written by another version of naba; undo with that one")
        return undo

    def append(self, entries: Iterable[Entry]) -> None:
        """Add results, and return when they are on the disk."""
        with self.path.open("ab") as file:
            for entry in entries:
                offset, line = file.tell(), entry.line().encode("utf-8", "surrogatepass")
                file.write(line)
                self._add_to_index(_row(line), offset)
            file.flush()
            os.fsync(file.fileno())

    def end(self, how: str) -> None:
        """Record how the migration ended: done or undone."""
        with self.path.open("ab") as file:
            file.write(json_text.dumps({"ended": how}).encode() + b"\n")
        self.ended = how

    def knows(self, marked: Marked) -> bool:
        """Whether the file contains the result with its present rows as the original."""
        now = digest(marked.rows)
        return any(entry.before == now for entry in self.index.get(marked.key, ()))

    def asked(self, key: ResultKey) -> set[str]:
        """Ids of the regions of a result that an annotator was asked to decide about."""
        return {region for entry in self.index.get(key, ()) for region in entry.asked}

    def rows(self, entry: UndoEntry) -> list[object]:
        """The original rows of an entry."""
        with self.path.open("rb") as file:
            file.seek(entry.offset)
            return cast(list[object], self._read(file.readline())["rows"])

    def entries(self) -> Iterator[Marked]:
        """Every result as it was before the migration."""
        with self.path.open("rb") as file:
            next(file)
            for line in file:
                if "ended" not in (row := self._read(line)):
                    yield _marked(row)

    def _read(self, line: bytes) -> Row:
        try:
            return _row(line)
        except ValueError as error:
            raise UsageError(f"{self.path}: changed while it was read: {error}; restore it") from error

    def _add_to_index(self, row: Row, offset: int) -> None:
        if "ended" in row:
            self.ended = str(row["ended"])
            return
        was = _marked(row)
        asked = frozenset(cast(list[str], row["asked"]))
        self.index[was.key].append(UndoEntry(offset, digest(was.rows), str(row["after"]), was.annotation, asked))


def undo_files(folder: Path) -> list[UndoFile]:
    """The undo files in the folder, oldest first."""
    paths = sorted(folder.glob("undo-*.jsonl"), key=lambda path: (path.stat().st_mtime, path.name))
    return [UndoFile.open(path) for path in paths]


def free_path(folder: Path, old: str, new: str) -> Path:
    """An unused path for a new undo file; no migration overwrites the file of another."""
    stem = "".join(char if char.isalnum() or char in ".-" else "_" for char in f"undo-{old}-to-{new}")
    names = [f"{stem}.jsonl", *(f"{stem}-{number}.jsonl" for number in range(2, 1000))]
    return next(folder / name for name in names if not (folder / name).exists())


def _row(line: bytes) -> Row:
    """The object of a line. Raises ValueError; halves of surrogate pairs stay, since they were the annotator's."""
    row = json_text.syntax(line)
    if not isinstance(row, dict):
        raise ValueError(f"holds a {type(row).__name__}, not an object with keys")
    return row


def _marked(row: Row) -> Marked:
    kind, rows = cast(ResultKind, row["kind"]), cast(list[object], row["rows"])
    annotation = row.get("annotation")
    number = annotation if isinstance(annotation, int) else None
    return Marked(kind, int(str(row["id"])), int(str(row["task"])), str(row["by"]), rows, number)
