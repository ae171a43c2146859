"""What a migration changes in a project, written down before it is changed: the way on after a kill, and the way back.

A header, then a line for each result with its rows as they were, then a line that says how it ended.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

from annotation.core.errors import UsageError
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.migration.results import Marked, ResultKey, ResultKind, digest
from annotation.storage.documents_file import atomic

SCHEMA = 1


@dataclass(frozen=True)
class Header:
    """The project, both ontologies as YAML, and the settings of the project as they were."""

    project: int
    born: str
    title: str
    ui_language: str
    old: str
    new: str
    settings: Row
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class UndoEntry:
    """Where the rows of a result are in the file, and digests of them before and after."""

    offset: int
    before: str
    after: str
    annotation: int | None
    asked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One result: as it was, the digest of what it became, and the regions a person was asked to decide about."""

    was: Marked
    after: str
    asked: frozenset[str] = frozenset()

    def line(self) -> str:
        row = {**asdict(self.was), "after": self.after, "asked": sorted(self.asked)}
        return json.dumps(row, ensure_ascii=False) + "\n"


@dataclass
class UndoFile:
    """An undo file. `index` tells where each result is in it; the same result is there again if it was edited."""

    path: Path
    header: Header
    index: dict[ResultKey, list[UndoEntry]] = field(default_factory=lambda: defaultdict(list))
    ended: str = ""

    @classmethod
    def create(cls, path: Path, header: Header, entries: Iterable[Entry]) -> UndoFile:
        """Write it, all or nothing."""
        with atomic(path) as file:
            file.write(json.dumps(asdict(header), ensure_ascii=False) + "\n")
            file.writelines(entry.line() for entry in entries)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> UndoFile:
        """Read it. What a kill left of a last line is cut off. Raises UsageError when it is no undo file."""
        try:
            with path.open("rb+") as file:
                kept = json.loads(file.readline())
                undo = cls(path, Header(**kept))
                offset = file.tell()
                for line in file:
                    if not line.endswith(b"\n"):
                        file.truncate(offset)
                        break
                    undo._take(json.loads(line), offset)
                    offset += len(line)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{path}: not an undo file of `naba migrate` ({error}); name the one it wrote") from error
        if undo.header.schema != SCHEMA:
            raise UsageError(f"{path}: written by another version of naba; undo with that one")
        return undo

    def append(self, entries: Iterable[Entry]) -> None:
        """Add results. They are on the disk when this returns."""
        with self.path.open("ab") as file:
            for entry in entries:
                offset, line = file.tell(), entry.line().encode("utf-8", "surrogatepass")
                file.write(line)
                self._take(json.loads(line), offset)
            file.flush()
            os.fsync(file.fileno())

    def end(self, how: str) -> None:
        """Note how it ended: done or undone."""
        with self.path.open("ab") as file:
            file.write(json.dumps({"ended": how}).encode() + b"\n")
        self.ended = how

    def knows(self, marked: Marked) -> bool:
        """Whether the result is in the file as it is now."""
        now = digest(marked.rows)
        return any(place.before == now for place in self.index.get(marked.key, ()))

    def asked(self, key: ResultKey) -> set[str]:
        """The regions of a result that a person was asked to decide about."""
        return {region for place in self.index.get(key, ()) for region in place.asked}

    def rows(self, place: UndoEntry) -> list[object]:
        """The rows as they were."""
        with self.path.open("rb") as file:
            file.seek(place.offset)
            return cast(list[object], json.loads(file.readline())["rows"])

    def entries(self) -> Iterator[Marked]:
        """Every result as it was."""
        with self.path.open("rb") as file:
            next(file)
            for line in file:
                if "ended" not in (row := json.loads(line)):
                    yield _marked(row)

    def _take(self, row: Row, offset: int) -> None:
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
    """Where the next undo file goes: no migration ever writes over the file of another."""
    stem = "".join(c if c.isalnum() or c in ".-" else "_" for c in f"undo-{old}-to-{new}")
    names = [f"{stem}.jsonl", *(f"{stem}-{number}.jsonl" for number in range(2, 1000))]
    return next(folder / name for name in names if not (folder / name).exists())


def _marked(row: Row) -> Marked:
    kind, rows = cast(ResultKind, row["kind"]), cast(list[object], row["rows"])
    annotation = row.get("annotation")
    number = annotation if isinstance(annotation, int) else None
    return Marked(kind, int(str(row["id"])), int(str(row["task"])), str(row["by"]), rows, number)
