"""Each part of the model against what might stand in its place, on the bundled sample and on Arabic protest events.

    python -m tests.benchmarks.bench_ablation --rows FOLDER

`--data` is the folder that holds gsr_protest_ar, which lies outside the project; `--corpora`, `--variants` and
`--seeds` narrow a run down; what follows `--` are overrides for every training. Each training leaves a line of counts
in FOLDER/CORPUS.jsonl, and what is there already is not run again. Protests: each of five contiguous folds is tested on
by what learnt the other four, and a CRF with nearest-verb attachment stands beside. Sample: one half is tested on by
what learnt the other, near-duplicates on one side. F1 in percent is the mean over seeds; in brackets the 95% interval
of the difference to the model as it is, from paired draws of the test documents and draws of the seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotation import sample
from annotation.core import bootstrap
from annotation.core.document import Document
from annotation.core.matching import UNITS, count_units, units
from annotation.core.near_duplicates import duplicate_clusters
from annotation.core.ontology import Ontology
from annotation.snapshot.snapshot import THRESHOLD
from annotation.snapshot.splits import split_documents
from annotation.storage.documents_file import atomic
from tests.benchmarks.protests import PROTESTS, pipeline, protests
from tests.benchmarks.variants import VARIANTS, WHOLE, trained
from tests.builders import conflict

DATA = Path(__file__).parents[3] / "shared" / "data"
FOLDS = {"protests": 5, "sample": 1}
PEER = "crf"
TITLES = {name: variant.title for name, variant in VARIANTS.items()} | {PEER: "CRF, actors to the nearest verb"}
SHOWN = ("Trig-C", "Arg-C", "Arg-C+", "Entity")
PRESETS = {
    "protests": (
        "experiment=compact",
        "fit.epochs=12",
        "fit.batch_size=16",
        "fit.learning_rate=4e-3",
        "encoder.learning_rate=4e-3",
    ),
    "sample": ("experiment=demo", "fit.epochs=16"),
}
SMALLER = ("encoder.hidden_size=96", "model.hidden_size=64", "model.head_size=16", "model.max_width=10")
"""Half the width, for the time it takes. No span of either corpus is longer."""

Fold: TypeAlias = tuple[list[Document], list[Document]]
Row: TypeAlias = dict[str, object]
Floats: TypeAlias = NDArray[np.float64]


@cache
def folds(corpus: str, data: Path) -> tuple[list[Fold], Ontology]:
    """What is learnt from and what is tested on, fold by fold."""
    if corpus == "protests":
        documents, ontology = protests(data)
        ends = [fold * len(documents) // FOLDS[corpus] for fold in range(FOLDS[corpus] + 1)]
        parts = [documents[start:end] for start, end in pairwise(ends)]
        return [([d for p in parts if p is not part for d in p], part) for part in parts], ontology
    gold = sample.gold()
    halves = split_documents(gold, duplicate_clusters(gold, THRESHOLD), ratios=(0.5, 0.0, 0.5), seed=13)
    return [(halves["train"], halves["test"])], conflict()


def measure(data: Path, corpus: str, name: str, seed: int, fold: int, overrides: Sequence[str]) -> Row:
    """One training, and what it found in the documents it was kept from."""
    parts, ontology = folds(corpus, data)
    train, test = parts[fold]
    began = time.process_time()
    if name == PEER:
        found = pipeline(train, test, seed)
    else:
        own = any(override.startswith("experiment=") for override in overrides)  # a preset of its own in their place
        preset = [] if own else [*PRESETS[corpus], *SMALLER]
        found = trained(name, train, ontology, seed, [*preset, *overrides])(test)
    spent = time.process_time() - began
    counts = [count_units(units(gold), units(marked)) for gold, marked in zip(test, found, strict=True)]
    row: Row = {"name": name, "seed": seed, "fold": fold, "overrides": list(overrides), "processor": round(spent, 1)}
    return {**row, "counts": counts}


def plan(corpus: str, told: argparse.Namespace) -> Iterator[tuple[str, int, int]]:
    """Variant, seed and fold of every training; a CRF knows no chance."""
    for seed in told.seeds:
        for name in told.variants:
            if name != PEER or (corpus == "protests" and seed == told.seeds[0]):
                yield from ((name, seed, fold) for fold in range(FOLDS[corpus]))


def main() -> None:
    told, overrides = _arguments()
    if not (told.data / PROTESTS).is_file():
        print(f"{told.data / PROTESTS} is not there; name the folder of gsr_protest_ar with --data")
        told.corpora = [corpus for corpus in told.corpora if corpus != "protests"]
    for corpus in told.corpora:
        file = told.rows / f"{corpus}.jsonl"
        rows = _rows(file)
        for name, seed, fold in plan(corpus, told):
            wanted = {"name": name, "seed": seed, "fold": fold, "overrides": overrides}
            if not any(wanted.items() <= row.items() for row in rows):
                rows.append(measure(told.data, corpus, name, seed, fold, overrides))
                with atomic(file) as lines:
                    lines.writelines(json.dumps(row) + "\n" for row in rows)
        _table(corpus, [row for row in rows if row["overrides"] == overrides])


def _rows(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []


def _table(corpus: str, rows: Sequence[Row]) -> None:
    """The mean of each variant, and how it differs from the whole model."""
    known = {name: counts for name in TITLES if len(counts := _counts(rows, name, FOLDS[corpus]))}
    if WHOLE not in known:
        return
    print(f"\n{corpus}\n\n| | seeds | {' | '.join(SHOWN)} | processor, s |\n| --- |{' ---: |' * (len(SHOWN) + 2)}")
    for name, counts in known.items():
        cells = [_cell(counts, known[WHOLE], UNITS.index(unit)) for unit in SHOWN]
        spent = np.mean([float(str(row["processor"])) for row in rows if row["name"] == name])
        print(f"| {TITLES[name]} | {len(counts)} | {' | '.join(cells)} | {spent:.0f} |", flush=True)


def _counts(rows: Sequence[Row], name: str, number: int) -> Floats:
    """[seeds, documents, units, 3], the folds in order. A seed without all of them is left out."""
    found = []
    for seed in sorted({int(str(row["seed"])) for row in rows if row["name"] == name}):
        own = [row for row in rows if (row["name"], row["seed"]) == (name, seed)]
        if len(own) == number:
            parts = sorted(own, key=lambda row: int(str(row["fold"])))
            found.append(np.concatenate([np.array(row["counts"], dtype=np.float64) for row in parts]))
    return np.array(found)


def _cell(counts: Floats, whole: Floats, unit: int) -> str:
    now = 100 * bootstrap.f1(counts[:, :, unit].sum(axis=1)).mean()
    if counts is whole:
        return f"{now:.1f}"
    gap = _drawn(counts[:, :, unit], 1) - _drawn(whole[:, :, unit], 2)
    low, high = 100 * bootstrap.bounds(gap[:, None])[0]
    return f"{now:.1f} ({low:+.1f} to {high:+.1f})"


def _drawn(counts: Floats, chance: int) -> Floats:
    """Mean F1 over seeds, of draws of documents that are the same for everybody and of seeds that are not."""
    drawn = bootstrap.resampled_f1(counts.swapaxes(0, 1), resamples=bootstrap.PAIRED)
    picks = np.random.default_rng(chance).integers(drawn.shape[1], size=drawn.shape)
    mean: Floats = np.take_along_axis(drawn, picks, axis=1).mean(axis=1)
    return mean


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, default=Path("outputs") / "ablation")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--corpora", nargs="+", choices=list(PRESETS), default=list(PRESETS))
    parser.add_argument("--variants", nargs="+", choices=list(TITLES), default=list(TITLES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    return parser.parse_args(words[:at]), words[at + 1 :]


if __name__ == "__main__":
    main()
