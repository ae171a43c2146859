"""What an earlier pull wrote and how far it saw, so that the next one asks only for what changed since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from heapq import merge
from pathlib import Path
from typing import TypeAlias

from annotation.storage.documents_file import atomic, open_text
from annotation.storage.pull_files import PullFiles

TaskLine: TypeAlias = tuple[int, str]
"""A task's number and one line about it."""


@dataclass(frozen=True)
class State:
    """How far a pull saw. `basis` is all else the lines depend on: another one makes them worthless."""

    basis: str
    watermark: str | None
    tasks: list[int]
    skipped: dict[int, int] = field(default_factory=dict)
    digest: str = ""

    def write(self, path: Path) -> None:
        with atomic(path) as file:
            json.dump({**asdict(self), "tasks": _ranges(self.tasks)}, file)

    @classmethod
    def read(cls, files: PullFiles, basis: str) -> State | None:
        """The state, if it is there and still true of the files beside it."""
        try:
            kept = json.loads(files.state.read_text(encoding="utf-8"))
            tasks = [task for start, end in kept["tasks"] for task in range(start, end)]
            skipped = {int(task): int(count) for task, count in kept["skipped"].items()}
            state = cls(kept["basis"], kept["watermark"], tasks, skipped, kept["digest"])
            return state if state.basis == basis and state.digest == files.digest() else None
        except (OSError, ValueError, KeyError, TypeError):
            return None


def merged(path: Path, fresh: Iterable[TaskLine], *, without: set[int]) -> Iterator[str]:
    """The lines of `path` by task, the fresh ones in place of those of the tasks in `without`."""
    old = (line for line in _lines(path) if line[0] not in without)
    return (text for _, text in merge(old, fresh, key=lambda line: line[0]))


def _lines(path: Path) -> Iterator[TaskLine]:
    if path.exists():
        with open_text(path) as file:
            for text in file:
                row = json.loads(text)
                yield int(row["task"] if "task" in row else row["provenance"]["task"]), text


def _ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Sorted numbers as half-open ranges, which is what task numbers mostly are."""
    ranges: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if ranges and ranges[-1][1] == number:
            ranges[-1] = (ranges[-1][0], number + 1)
        else:
            ranges.append((number, number + 1))
    return ranges
