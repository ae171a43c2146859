"""Import of files of columns: time and peak memory by their length, each in a process of its own.

Memory must not grow with the file: it is read twice, a line at a time. The words are generated.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from annotation.core.document import Document
from annotation.formats import conll
from annotation.formats.base import ReadOptions

LINES = (100_000, 1_000_000)
LETTERS = "אבגדהוזחטיכלמנסעפצקרשת"


def generate(path: Path, lines: int) -> None:
    """Write sentences of 20 lines and an empty one, one mention of two words in ten words."""
    draw = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for at in range(lines):
            word = "".join(draw.choices(LETTERS, k=draw.randint(2, 7)))
            tag = ("B-PER", "I-PER")[at % 10] if at % 10 < 2 else "O"
            file.write("\n" if at % 21 == 20 else f"{word} {tag}\n")


def measure(path: Path) -> str:
    """Documents, mentions, seconds and megabytes of one reading, as a row of a table."""
    start, documents, mentions = time.perf_counter(), 0, 0
    for item in conll.read(path, ReadOptions()):
        if isinstance(item, Document):
            documents += 1
            mentions += len(item.entities)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{documents:,} | {mentions:,} | {time.perf_counter() - start:.1f} | {peak:.0f} |"


def main() -> None:
    """Print a row for each length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", type=int, nargs="*", default=LINES)
    parser.add_argument("--file", type=Path)
    arguments = parser.parse_args()
    if arguments.file:
        print(measure(arguments.file))
        return
    print("| lines | Documents | mentions | time, s | peak memory, MB |\n| ---: | ---: | ---: | ---: | ---: |")
    for lines in arguments.lines:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.bio"
            generate(path, lines)
            command = [sys.executable, "-m", "tests.benchmarks.bench_import", "--file", str(path)]
            row = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        print(f"| {lines:,} | {row}", flush=True)


if __name__ == "__main__":
    main()
