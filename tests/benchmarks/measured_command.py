"""Commands of naba as users type them, each in a process of its own: seconds, and the most memory it held."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.05
_OLD = (0, 1)
"""Done, or a check found something."""


@dataclass(frozen=True)
class Measured:
    """What a command took: seconds, its peak memory in MB, and what it printed."""

    seconds: float
    peak: int
    out: str


def measured(*arguments: object, workspace: Path) -> Measured:
    """Run `naba ARGUMENTS` to its end. Raises SystemExit with what it said when it fails.

    The peak is Linux's own count of the process (VmHWM). What getrusage tells of a child includes its parent's.
    """
    command = [sys.executable, "-m", "training", *map(str, arguments)]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        began, peak = time.perf_counter(), 0
        process = subprocess.Popen(command, cwd=workspace, stdout=said, stderr=subprocess.STDOUT, text=True)
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            time.sleep(_EVERY)
        seconds = time.perf_counter() - began
        said.seek(0)
        out = said.read()
    if process.returncode not in _OLD:
        raise SystemExit(f"naba {' '.join(map(str, arguments))}: exit {process.returncode}\n{out[-2000:]}")
    return Measured(seconds, peak, out)


def _peak(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM")), 0)
