"""The search behind the presets of pretrained encoders: random settings, each scored on folds of the training part.

    python -m tests.benchmarks.bench_search [--rows FILE] [--trials 16] [--folds 2] [-- OVERRIDES]

The bundled sample's training part, as the demo splits it, is cut into folds, near-duplicates in one; a trial learns
from all but one fold and is scored on that one, so neither dev nor test chooses anything. The first trial is the preset
as it is; the others draw each setting of SPACE by chance, the same for the same --seed. Each fold leaves a line in
FILE, and what is there is not run again. The table is sorted by Arg-C+, summed over the folds.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from annotation import sample
from annotation.core import bootstrap
from annotation.core.document import Document
from annotation.core.matching import UNITS, count_units, units
from annotation.core.near_duplicates import duplicate_clusters
from annotation.snapshot.snapshot import THRESHOLD
from annotation.snapshot.splits import split_documents
from annotation.storage.documents_file import atomic
from tests.builders import conflict

SPACE: Mapping[str, Sequence[object]] = {
    "fit.learning_rate": (1e-3, 2e-3, 3e-3, 5e-3),
    "fit.epochs": (16, 24, 36),
    "fit.batch_size": (1, 2, 4),
    "encoder.reader": (128, 192, 256),
    "model.members": (1, 2, 3),
    "model.dropout": (0.2, 0.3, 0.4),
    "model.role_margin": (0.5, 1.0, 1.5),
}
SHOWN = ("Trig-C", "Arg-C", "Arg-C+", "Entity")


def folds(number: int) -> list[tuple[list[Document], list[Document]]]:
    """What is learned from and what is scored, fold by fold, of the training part alone."""
    gold = sample.gold()
    train = split_documents(gold, duplicate_clusters(gold, THRESHOLD), ratios=(0.8, 0.1, 0.1), seed=13)["train"]
    parts: list[list[Document]] = []
    rest = train
    for left in range(number, 1, -1):
        ratios = (1 / left, 0.0, 1 - 1 / left)
        cut = split_documents(rest, duplicate_clusters(rest, THRESHOLD), ratios=ratios, seed=1)
        parts.append(list(cut["train"]))
        rest = cut["test"]
    parts.append(list(rest))
    return [([d for other in parts if other is not part for d in other], part) for part in parts]


def trials(number: int, seed: int) -> Iterator[list[str]]:
    """The overrides of each trial; none for the first, the preset itself."""
    chance = random.Random(seed)
    yield []
    for _ in range(number - 1):
        yield [f"{name}={chance.choice(values)}" for name, values in SPACE.items()]


def main() -> None:
    told, overrides = _arguments()
    rows = _rows(told.rows)
    told.rows.parent.mkdir(parents=True, exist_ok=True)
    for trial in trials(told.trials, told.seed):
        for fold, (train, held_out) in enumerate(folds(told.folds)):
            key = {"trial": trial, "fold": fold, "overrides": overrides}
            if not any(key.items() <= row.items() for row in rows):
                rows.append({**key, **_measured([*overrides, *trial], train, held_out)})
                with atomic(told.rows) as lines:
                    lines.writelines(json.dumps(row) + "\n" for row in rows)
    _table([row for row in rows if row["overrides"] == overrides], told.folds)


def _measured(overrides: Sequence[str], train: Sequence[Document], held_out: Sequence[Document]) -> dict[str, object]:
    from tests.benchmarks.training import learned
    from training.inference.predictor import predict
    from training.loop.data_selection import DataSelection

    began = time.process_time()
    model, encoding = learned(DataSelection(train, held_out[:1]), conflict(), overrides, seed=1)
    spent = time.process_time() - began
    found = predict(model, encoding, (document.bare() for document in held_out))
    counts = [count_units(units(gold), units(marked)) for gold, marked in zip(held_out, found, strict=True)]
    return {"counts": np.sum(counts, axis=0).tolist(), "processor": round(spent, 1)}


def _table(rows: Sequence[Mapping[str, object]], number: int) -> None:
    by_trial: dict[tuple[str, ...], list[Mapping[str, object]]] = defaultdict(list)
    for row in rows:
        by_trial[tuple(row["trial"])].append(row)  # type: ignore[arg-type]
    table = []
    for trial, own in by_trial.items():
        if len(own) == number:
            f1 = bootstrap.f1(np.sum([np.array(row["counts"], dtype=np.float64) for row in own], axis=0))
            seconds = np.mean([float(str(row["processor"])) for row in own])
            table.append(([100 * f1[UNITS.index(unit)] for unit in SHOWN], seconds, " ".join(trial) or "the preset"))
    print(f"{'  '.join(f'{unit:>6}' for unit in SHOWN)}  {'processor':>9}  settings")
    for scores, seconds, settings in sorted(table, key=lambda row: -row[0][SHOWN.index("Arg-C+")]):
        print(f"{'  '.join(f'{score:>6.1f}' for score in scores)}  {seconds:>7.0f} s  {settings}")


def _rows(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, default=Path("outputs") / "search.jsonl")
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(words[:at]), words[at + 1 :] or ["experiment=bundled"]


if __name__ == "__main__":
    main()
