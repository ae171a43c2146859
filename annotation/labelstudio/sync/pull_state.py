"""State of the last pull: which tasks it read and up to what time, so that the next one reads only changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from heapq import merge
from pathlib import Path
from typing import Any, TypeAlias, cast

from annotation.core import json_text
from annotation.core.errors import UsageError
from annotation.storage.documents_file import atomic, open_text
from annotation.storage.json_file import read_object
from annotation.storage.pull_files import PullFiles

TaskLine: TypeAlias = tuple[int, str]
"""A task's number and one line about it."""


@dataclass(frozen=True)
class State:
    """What a pull read. `basis` is everything else its lines depend on: with another basis they are invalid.

    watermark: the time up to which all changes are included. tasks: their numbers. skipped: task -> skipped
    annotations. digest: a hash of the files written. annotators: how many are to annotate each article; None in a
    state that an older naba wrote. edited: task -> a line on its text, which was edited by hand. recent: task -> the
    time of its last change, as the server writes it, of the tasks that the next pull looks at again in any case.
    """

    basis: str
    watermark: str | None
    tasks: list[int]
    skipped: dict[int, int] = field(default_factory=dict)
    digest: str = ""
    annotators: int | None = None
    edited: dict[int, str] = field(default_factory=dict)
    recent: dict[int, str] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write the state as JSON, atomically; task numbers are stored as half-open ranges."""
        with atomic(path) as file:
            json_text.dump({**asdict(self), "tasks": _ranges(self.tasks)}, file)

    @classmethod
    def read(cls, files: PullFiles, basis: str) -> State | None:
        """The stored state; None when it is missing, malformed, of another basis, or does not match the files."""
        try:
            stored = read_object(files.state)
            tasks = [task for start, end in stored["tasks"] for task in range(start, end)]
            skipped = {int(task): int(count) for task, count in stored["skipped"].items()}
            edited = {int(task): str(line) for task, line in stored["edited"].items()}
            recent = {int(task): str(stamp) for task, stamp in stored.get("recent", {}).items()}
            watermark, digest, annotators = stored["watermark"], stored["digest"], stored.get("annotators")
            state = cls(stored["basis"], watermark, tasks, skipped, digest, annotators, edited, recent)
            return state if state.basis == basis and state.digest == files.digest() else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


def merged(path: Path, fresh: Iterable[TaskLine], *, without: set[int]) -> Iterator[str]:
    """The lines of `path` ordered by task, without those of the tasks in `without`, merged with the fresh lines."""
    old = (line for line in _lines(path) if line[0] not in without)
    return (text for _, text in merge(old, fresh, key=lambda line: line[0]))


def _lines(path: Path) -> Iterator[TaskLine]:
    if path.exists():
        with open_text(path) as file:
            for number, text in enumerate(file, start=1):
                try:
                    row = cast(dict[str, Any], json_text.syntax(text))
                    yield int(row["task"] if "task" in row else row["provenance"]["task"]), text
                except (ValueError, KeyError, TypeError) as error:
                    raise UsageError(f"{path}, line {number}: is not as a pull wrote it: {error}; pull anew") from error


def _ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Sorted numbers as half-open ranges, which is what task numbers mostly are."""
    ranges: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if ranges and ranges[-1][1] == number:
            ranges[-1] = (ranges[-1][0], number + 1)
        else:
            ranges.append((number, number + 1))
    return ranges
