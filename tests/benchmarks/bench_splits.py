"""Events and roles of the bundled sample over several splits, from scratch and on the bundled encoder.

    python -m tests.benchmarks.bench_splits [--rows FILE] [--splits 13 1 2 3 4] [--seeds 1] [-- OVERRIDES]

Each split shares the 80 articles out anew, near-duplicates on one side: 64 to learn from, 8 to score, 8 that nothing
uses. A system is an experiment of conf/, trained to its last epoch. "given" is Arg-C+ with gold triggers and entities
given. A training leaves a line in FILE, and what is there is not run again; the table shows the median over splits, and
in brackets the least and the most.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from annotation import sample
from annotation.core import bootstrap
from annotation.core.document import Document
from annotation.core.matching import UNITS, count_units, units
from annotation.core.near_duplicates import duplicate_clusters
from annotation.snapshot.snapshot import THRESHOLD
from annotation.snapshot.splits import split_documents
from tests.benchmarks.kept_rows import kept
from tests.benchmarks.training import learned
from tests.builders import conflict
from training.inference.predictor import predict
from training.loop.data_selection import DataSelection

SHOWN = ("Trig-C", "Arg-C+", "Entity")
GIVEN = "given"


def measure(experiment: str, split: int, seed: int, overrides: Sequence[str]) -> dict[str, float]:
    """F1 in percent of one training on the test part of its split, and its seconds of processor time."""
    gold = sample.gold()
    parts = split_documents(gold, duplicate_clusters(gold, THRESHOLD), ratios=(0.8, 0.1, 0.1), seed=split)
    began, test = time.process_time(), parts["test"]
    told = [f"experiment={experiment}", *overrides]
    model, encoding = learned(DataSelection(parts["train"], parts["dev"]), conflict(), told, seed=seed)
    spent = time.process_time() - began
    free = _f1(test, list(predict(model, encoding, (document.bare() for document in test))))
    given = _f1(test, list(predict(model, encoding, test, given=("trigger", "entity"))))
    return {**{unit: free[unit] for unit in SHOWN}, GIVEN: given["Arg-C+"], "processor, s": spent}


def _f1(gold: Sequence[Document], found: Sequence[Document]) -> dict[str, float]:
    counts = [count_units(units(a), units(b)) for a, b in zip(gold, found, strict=True)]
    scores = bootstrap.f1(np.sum(counts, axis=0, dtype=np.float64))
    return {unit: 100 * float(score) for unit, score in zip(UNITS, scores, strict=True)}


def main() -> None:
    told, overrides = _arguments()
    columns = (*SHOWN, GIVEN, "processor, s")
    print(f"| experiment | seeds | {' | '.join(columns)} |\n| --- | --- |{' ---: |' * len(columns)}")
    for experiment in told.experiments:
        rows = [
            kept(told.rows, [experiment, split, seed, overrides], partial(measure, experiment, split, seed, overrides))
            for split in told.splits
            for seed in told.seeds
        ]
        cells = [_cell([row[column] for row in rows]) for column in columns]
        print(f"| {experiment} | {', '.join(map(str, told.seeds))} | {' | '.join(cells)} |", flush=True)


def _cell(values: Sequence[float]) -> str:
    return f"{np.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, default=Path("outputs") / "splits.jsonl")
    parser.add_argument("--experiments", nargs="+", default=["demo", "bundled"])
    parser.add_argument("--splits", nargs="+", type=int, default=[13, 1, 2, 3, 4])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    return parser.parse_args(words[:at]), words[at + 1 :]


if __name__ == "__main__":
    main()
