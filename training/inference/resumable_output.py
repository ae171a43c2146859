"""A file written piece by piece, which is either finished or not there, and goes on where it was broken off.

NAME.partial         what there is so far; it takes the name NAME in one step when it is whole
NAME.partial.json    what it is made of, how much of it counts, and the place its next piece begins at

A piece counts when it is on the disk; what came behind it when the process was killed is cut off. Each piece of a
compressed file is a member of its own, so that the bytes are the same, broken off or not.
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

from annotation.core.document import Json
from annotation.core.errors import UsageError
from annotation.storage.documents_file import atomic
from training.inference.document_source import Position

_log = logging.getLogger(__name__)


@dataclass
class Resumable:
    """The file as far as it is written: so many documents, up to `place` of what they are made of."""

    path: Path
    task: Json
    documents: int
    place: Position
    _file: IO[bytes]

    @classmethod
    @contextmanager
    def open(cls, path: str | Path, task: Json) -> Iterator[Resumable]:
        """Take up the file where it was left for the same task, or start it.

        Raises UsageError where it cannot be written, or another process is writing it.
        """
        path = Path(path)
        if path.is_dir():
            raise UsageError(f"{path}: is a folder; name a file to write")
        with _writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(_beside(path, ".lock"), blocking=False)
            lock.acquire()
            file = _beside(path).open("ab")
        try:
            with file, _taken_up(path, json.loads(json.dumps(task)), file) as taken:
                yield taken
        finally:
            lock.release()
            Path(lock.lock_file).unlink(missing_ok=True)

    def add(self, lines: str, documents: int, after: Position) -> None:
        """Write so many documents' lines; when this returns they are safe."""
        content = lines.encode("utf-8")
        with _writing(self.path):
            self._file.write(gzip.compress(content, mtime=0) if self.path.suffix == ".gz" else content)
            _safe(self._file)
            self.documents, self.place = self.documents + documents, after
            state = {"task": self.task, "bytes": self._file.tell(), "documents": self.documents, "place": list(after)}
            with atomic(_beside(self.path, ".json")) as file:
                json.dump(state, file)

    def finish(self) -> int:
        """Put the file in its place, and say how many documents it has."""
        with _writing(self.path):
            if self.path.suffix == ".gz" and not self._file.tell():
                self._file.write(gzip.compress(b"", mtime=0))
            _safe(self._file)
            _beside(self.path).replace(self.path)
            _beside(self.path, ".json").unlink(missing_ok=True)
        return self.documents


@contextmanager
def _taken_up(path: Path, task: Json, file: IO[bytes]) -> Iterator[Resumable]:
    """The open file without what does not count; if nothing comes of it, nothing is left."""
    state = _state(path)
    size = state.get("bytes", 0)
    if not isinstance(size, int) or size > file.tell() or (state and state.get("task") != task):
        _log.info("%s is of another model or input; starting again", _beside(path))
        state, size = {}, 0
    file.truncate(size)
    file.seek(0, os.SEEK_END)
    taken = Resumable(path, task, int(str(state.get("documents", 0))), _place(state), file)
    if taken.documents:
        _log.info("going on after the %d documents that are in %s", taken.documents, _beside(path))
    try:
        yield taken
    finally:
        if not taken.documents:
            _beside(path).unlink(missing_ok=True)
            _beside(path, ".json").unlink(missing_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except Timeout as error:
        raise UsageError(f"{path}: another process is writing it; wait for it, or choose another output=") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}; check the disk") from error


def _safe(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _beside(path: Path, suffix: str = "") -> Path:
    return path.with_name(f"{path.name}.partial{suffix}")


def _state(path: Path) -> dict[str, object]:
    """What was last known to be safe; nothing where there is none, or it cannot be read."""
    try:
        state = json.loads(_beside(path, ".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _place(state: Json) -> Position:
    place = state.get("place")
    return Position(*map(int, place)) if isinstance(place, list) and len(place) == 2 else Position()
