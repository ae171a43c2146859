"""Resumable output: a file written in pieces, replaced atomically when finished, resumed when interrupted.

NAME.partial         the pieces so far; renamed to NAME in one step when complete
NAME.partial.json    the task, the number of valid bytes and documents, and the position of the next piece

A piece is valid when it is on the disk; bytes after the last valid piece are removed on resuming. Each piece of a
compressed file is a gzip member of its own, so that the bytes are the same with and without an interruption.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from annotation.core import json_text
from annotation.core.document import Json
from annotation.core.errors import UsageError
from annotation.core.system_errors import about, naba_error
from annotation.storage.documents_file import atomic
from annotation.storage.json_file import read_object
from annotation.storage.special_files import writable
from training.inference.document_source import Position

_log = logging.getLogger(__name__)


@dataclass
class Resumable:
    """A partially written file: the number of its documents, and the position in the source after them (`place`)."""

    path: Path
    task: Json
    documents: int
    place: Position
    _file: IO[bytes]

    @classmethod
    @contextmanager
    def open(cls, path: str | Path, task: Json) -> Iterator[Resumable]:
        """Open the file for the task: resume it when the task is the same, else start again.

        Raises OSError or NabaError when it cannot be written, or another process is writing it.
        """
        path = writable(Path(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        with _writing(path):
            lock = FileLock(_beside(path, ".lock"), blocking=False)
            lock.acquire()
            file = _beside(path).open("ab")
        try:
            with file, _resumed(path, json.loads(json.dumps(task)), file) as output:
                yield output
        finally:
            lock.release()
            Path(lock.lock_file).unlink(missing_ok=True)

    def add(self, lines: str, documents: int, after: Position) -> None:
        """Append the lines of so many documents, of which `after` is the position after; flushed to disk on return."""
        content = lines.encode("utf-8")
        with _writing(self.path):
            self._file.write(gzip.compress(content, mtime=0) if self.path.suffix == ".gz" else content)
            _flush_to_disk(self._file)
            self.documents, self.place = self.documents + documents, after
            state = {"task": self.task, "bytes": self._file.tell(), "documents": self.documents, "place": list(after)}
            with atomic(_beside(self.path, ".json")) as file:
                json_text.dump(state, file)

    def finish(self) -> int:
        """Move the file to its final path, and return the number of its documents."""
        with _writing(self.path):
            if self.path.suffix == ".gz" and not self._file.tell():
                self._file.write(gzip.compress(b"", mtime=0))
            _flush_to_disk(self._file)
            _beside(self.path).replace(self.path)
            _beside(self.path, ".json").unlink(missing_ok=True)
        return self.documents


@contextmanager
def _resumed(path: Path, task: Json, file: IO[bytes]) -> Iterator[Resumable]:
    """The open file without invalid bytes; on exit the partial files are removed when no document was written."""
    state = _state(path)
    size = state.get("bytes", 0)
    if not isinstance(size, int) or size > file.tell() or (state and state.get("task") != task):
        _log.info("%s is of another model or input; starting again", _beside(path))
        state, size = {}, 0
    file.truncate(size)
    file.seek(0, os.SEEK_END)
    output = Resumable(path, task, int(str(state.get("documents", 0))), _place(state), file)
    if output.documents:
        _log.info("going on after the %d documents that are in %s", output.documents, _beside(path))
    try:
        yield output
    finally:
        if not output.documents:
            _beside(path).unlink(missing_ok=True)
            _beside(path, ".json").unlink(missing_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except Timeout as error:
        raise UsageError(f"{path}: another process is writing it; wait for it, or choose another output=") from error
    except OSError as error:
        raise naba_error(about(error, path)) from error


def _flush_to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _beside(path: Path, suffix: str = "") -> Path:
    return path.with_name(f"{path.name}.partial{suffix}")


def _state(path: Path) -> dict[str, object]:
    """The state of the last valid piece, empty when there is none or it cannot be read."""
    try:
        return read_object(_beside(path, ".json"))
    except (OSError, ValueError):
        return {}


def _place(state: Json) -> Position:
    place = state.get("place")
    return Position(*map(int, place)) if isinstance(place, list) and len(place) == 2 else Position()
