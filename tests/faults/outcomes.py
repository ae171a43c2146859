"""How each command ended with each fault; `python -m tests.faults.outcomes FILE` prints the table."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.commands import COMMANDS
from tests.faults.faults import FAULTS

PASSED, FAILED = "=", "failed"
KILLED = "SIGKILL of the command"


@dataclass
class Outcomes:
    """The outcome of each cell (command, fault): as without the fault (`=`), its exit code, or `failed`.

    For kills the outcome is how often the command died. With a file every outcome is appended to it, so that parts run
    one after the other make one table.
    """

    file: Path | None = None
    cells: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def kept_in(cls, file: Path) -> Outcomes:
        """Those of earlier runs; of one cell the last."""
        made = cls(file)
        for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
            command, fault, outcome = json.loads(line)
            made.cells[command, fault] = outcome
        return made

    def record(self, command: str, fault: str, outcome: str) -> None:
        """Keep the outcome of a cell, in place of an earlier one."""
        self.cells[command, fault] = outcome
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps([command, fault, outcome]) + "\n")

    def passed(self) -> set[tuple[str, str]]:
        """The cells that did not fail."""
        return {cell for cell, outcome in self.cells.items() if outcome != FAILED}

    def table(self) -> Iterator[str]:
        """The lines of the table: a row a fault, a column a command, and how often each outcome came."""
        yield f"| fault | {' | '.join(COMMANDS)} | {PASSED} | 2 | 3 | failed |"
        yield f"| --- |{' :---: |' * len(COMMANDS)}{' ---: |' * 4}"
        total: Counter[str] = Counter()
        for fault in FAULTS:
            counts = Counter(self.cells.get((command, fault), "") for command in COMMANDS)
            total += counts
            yield self._row(fault, [str(counts[outcome]) for outcome in (PASSED, "2", "3", FAILED)])
        yield self._row(KILLED, ["", "", "", str(Counter(self.cells.values())[FAILED] - total[FAILED])])
        yield f"| all |{' |' * len(COMMANDS)} {' | '.join(str(total[o]) for o in (PASSED, '2', '3', FAILED))} |"

    def _row(self, fault: str, counts: list[str]) -> str:
        return f"| {' | '.join([fault, *(self.cells.get((command, fault), '') for command in COMMANDS), *counts])} |"


if __name__ == "__main__":
    print("\n".join(Outcomes.kept_in(Path(sys.argv[1])).table()))
