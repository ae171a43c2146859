"""`make bench`: every benchmark in turn, each in a process of its own, its table on standard output."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> None:
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n## {path.stem}\n", flush=True)
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{path.stem}"], check=True)


main()
