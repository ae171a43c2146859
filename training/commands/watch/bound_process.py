"""A naba command in a process of its own that ends with the process that started it, however that one ends.

The command's standard input is a pipe that nobody writes to; it is closed when its other end dies, and then the command
ends too. So a killed `naba watch` leaves no training behind that the next one would meet.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from annotation.core.errors import NabaError

_ERROR = "naba: "
_KILLED = 137


def run_bound(words: Sequence[str], log: Path) -> None:
    """Run the command, its output in the file `log`. Raises NabaError with its last line and its exit code."""
    command = [sys.executable, "-m", "training.commands.watch.bound_process", *words]
    with (
        log.open("ab") as output,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            raise
    if code:
        failure = NabaError(f"naba {words[0]} ended with exit code {code}: {_reason(log)}; all it said is in {log}")
        failure.exit_code = code if code > 0 else _KILLED
        raise failure


def _reason(log: Path) -> str:
    """The line of the error, or else the last line."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    errors = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)]
    return (errors or lines or ["it said nothing"])[-1]


def _end_with_parent() -> None:
    os.read(0, 1)  # not sys.stdin, whose lock a thread that waits would hold when the command ends
    os._exit(_KILLED)


def main() -> None:
    """Run the command that the arguments name."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    runpy.run_module("training", run_name="__main__")


if __name__ == "__main__":
    main()
