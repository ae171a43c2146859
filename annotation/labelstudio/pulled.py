"""What an earlier pull wrote and how far it saw, so that the next one asks only for what changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from heapq import merge
from pathlib import Path
from typing import TypeAlias

from annotation.files import atomic, opened

Line: TypeAlias = tuple[int, str]
"""A task's number and one line about it."""


@dataclass(frozen=True)
class Files:
    """The files of a pull: the Documents, what is quarantined, and what the next pull needs to know."""

    out: Path

    @property
    def quarantine(self) -> Path:
        """``docs.quarantine.jsonl`` for ``docs.jsonl``."""
        return self._beside("quarantine.jsonl")

    @property
    def state(self) -> Path:
        """``docs.state.json`` for ``docs.jsonl``."""
        return self._beside("state.json")

    def _beside(self, ending: str) -> Path:
        stem = self.out.name.removesuffix(".gz").removesuffix(".jsonl")
        return self.out.with_name(f"{stem}.{ending}")

    def digest(self) -> str:
        """A hash of both files as they are; whoever changes one makes the next pull read everything anew."""
        total = hashlib.sha256()
        for path in (self.out, self.quarantine):
            with path.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
        return total.hexdigest()


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
    def read(cls, files: Files, basis: str) -> State | None:
        """The state, if it is there and still true of the files beside it."""
        try:
            kept = json.loads(files.state.read_text(encoding="utf-8"))
            tasks = [task for start, end in kept["tasks"] for task in range(start, end)]
            skipped = {int(task): int(count) for task, count in kept["skipped"].items()}
            state = cls(kept["basis"], kept["watermark"], tasks, skipped, kept["digest"])
            return state if state.basis == basis and state.digest == files.digest() else None
        except (OSError, ValueError, KeyError, TypeError):
            return None


def merged(path: Path, fresh: Iterable[Line], *, without: set[int]) -> Iterator[str]:
    """The lines of `path` by task, the fresh ones in place of those of the tasks in `without`."""
    old = (line for line in _lines(path) if line[0] not in without)
    return (text for _, text in merge(old, fresh, key=lambda line: line[0]))


def _lines(path: Path) -> Iterator[Line]:
    if path.exists():
        with opened(path) as file:
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
