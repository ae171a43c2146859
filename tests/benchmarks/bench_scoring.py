"""What scoring costs: documents from files, and the statistics of their counts. Sizes may be given as arguments."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from annotation import sample
from annotation.core import intervals
from annotation.core.document import Document
from annotation.formats.document_lines import DocumentLines
from annotation.storage.documents_file import line
from training.analysis.randomization_test import effects, randomization_test
from training.scoring.parallel_scoring import ScoringTask, score_files

SIZES = (10_000, 100_000)


def spoiled(document: Document) -> Document:
    """As a fair model has it: half of the arguments and a third of the entities that fill nothing are missing."""
    events = tuple(replace(event, arguments=event.arguments[::2]) for event in document.events)
    fillers = {argument.filler for event in events for argument in event.arguments}
    entities = tuple(span for at, span in enumerate(document.entities) if at % 3 or span in fillers)
    return replace(document, entities=entities, events=events, links=())


def write(folder: Path, size: int) -> None:
    """The bundled articles over and over, each under an id of its own."""
    gold = sample.gold()
    sides = {"gold": [line(d) for d in gold], "predicted": [line(spoiled(d)) for d in gold]}
    ids = [f'"id": "{document.id}"' for document in gold]
    for name, lines in sides.items():
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for number in range(size):
                at = number % len(lines)
                file.write(lines[at].replace(ids[at], f'"id": "{number}"', 1))


def measure(folder: Path) -> None:
    """One line of the table, in a process of its own: the peak of memory never falls again."""
    task = ScoringTask(DocumentLines(folder / "gold.jsonl"), DocumentLines(folder / "predicted.jsonl"))
    began = time.perf_counter()
    scored = score_files(task, workers=2)
    seconds = time.perf_counter() - began
    own, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    busy = sum(usage.ru_utime + usage.ru_stime for usage in (own, workers))
    peaks = f"{own.ru_maxrss / 1024:>8.0f} MiB  {workers.ru_maxrss / 1024:>8.0f} MiB"
    print(f"{scored.scores.documents:>9,}  {seconds:>7.1f} s  {busy:>7.1f} s  {peaks}", flush=True)


def main() -> None:
    print("documents       time    processors     main peak  a worker's peak", flush=True)
    for size in map(int, sys.argv[1:]) if len(sys.argv) > 1 else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), size)
            subprocess.run([sys.executable, "-m", __spec__.name, "--measure", folder], check=True)
    counts = np.random.default_rng(1).integers(0, 9, size=(2000, 66, 3))
    began = time.perf_counter()
    intervals.of_differences(counts, counts[::-1])
    print(f"\nintervals of 66 differences over 2,000 documents: {time.perf_counter() - began:.2f} s")
    began = time.perf_counter()
    randomization_test(effects(counts.astype(float), counts[::-1].astype(float)), headline=0)
    print(f"the test of 66 differences over 2,000 documents: {time.perf_counter() - began:.1f} s")


if sys.argv[1:2] == ["--measure"]:
    measure(Path(sys.argv[2]))
elif __name__ == "__main__":
    main()
