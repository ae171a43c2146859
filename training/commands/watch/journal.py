"""The journal of a watched project: what was begun, done and left out, when, and why. A JSON object a line.

It is the only memory of `naba watch`: a step that it does not say is done is due. A line is written whole before the
next step begins; one that a kill cut off is ignored.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from annotation.core import json_text
from annotation.core.document import Json

State = Literal["begun", "done", "skipped", "failed", "gone", "back"]


@dataclass(frozen=True)
class JournalEntry:
    """A line of the journal.

    step: one of plan.py. id: a hash of what the step is made of. state: `skipped` ends a round without a model,
    `failed` is tried again by the next run. why: the reason in words. facts: what it led to.
    """

    step: str
    id: str
    state: State
    why: str = ""
    at: str = ""
    facts: Json = field(default_factory=dict)

    def line(self) -> str:
        """As it is written."""
        row = {"at": self.at, "step": self.step, "id": self.id, "state": self.state, "why": self.why, **self.facts}
        return json_text.dumps(row) + "\n"


class Journal:
    """The entries of a file, and of this process; without a file nothing is written (`--dry-run`)."""

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self.path, self._writes = path, writes
        self.entries = list(_read(path))

    def add(self, step: str, id: str, state: State, why: str = "", **facts: object) -> JournalEntry:
        """Write an entry to the disk."""
        entry = JournalEntry(step, id, state, why, datetime.now(UTC).isoformat(timespec="seconds"), facts)
        self.entries.append(entry)
        if self._writes:
            self._append(entry.line())
        return entry

    def last(self, step: str, id: str | None = None, *states: State) -> JournalEntry | None:
        """The latest entry of a step, of this id, in one of these states."""
        found = (e for e in reversed(self.entries) if e.step == step and id in (None, e.id))
        return next((e for e in found if not states or e.state in states), None)

    def _append(self, line: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            torn = file.tell() > 0 and file.seek(-1, os.SEEK_END) is not None and file.read(1) != b"\n"
            file.write(b"\n" * torn + line.encode())
            file.flush()
            os.fsync(file.fileno())


def _read(path: Path) -> Iterator[JournalEntry]:
    """The readable entries."""
    lines = path.read_bytes().splitlines() if path.is_file() else []
    for line in lines:
        try:
            row = json.loads(line)
            known = {name: str(row.pop(name)) for name in ("step", "id", "state", "why", "at")}
        except (ValueError, KeyError, AttributeError):
            continue
        yield JournalEntry(**known, facts=row)  # type: ignore[arg-type]
