"""What a queue is worth: the bundled articles labelled ten at a time, in a queue's order and in a random one.

    python -m tests.benchmarks.bench_queue --seeds 10

For each seed some articles are kept for testing, ten of the others are labelled, and a tiny model learns them. It
predicts the rest, the queue chooses ten more, half of them in each language, their gold is taken for what annotators
mark, the model is trained anew on all, and so on. All orders begin with the same ten. An order that prefers long
articles finds more events and costs more time, so characters are told as well, and events for each 1,000 of them.
Intervals are of the difference to the random order over the seeds, which are paired: Student's t, 95%.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from scipy import stats
from transformers import set_seed

from annotation import sample
from annotation.core.document import Document
from annotation.selection.active_learning import queue
from tests.builders import conflict
from training.config.schema import CompactEncoderConfig, FitConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.inference.predictor import predict
from training.lineage.wandb_tracking import Tracker
from training.loop.data_selection import DataSelection
from training.loop.trainer import development, fit
from training.model.event_extractor import EventExtractor

QUOTA = {"he": 0.5, "ar": 0.5}
RANDOM = "random"
ORDERS = {RANDOM: None, "uncertainty alone": 1.0, "mixed": 0.5, "novelty alone": 0.0}
FOUND = ("events", "characters", "events per 1,000 characters")
UNITS = ("Trig-C", "Arg-C+", "Entity")
HEADS = ModelConfig(max_width=6, head_size=8, hidden_size=24, dropout=0.1, negatives=8)
BODY = CompactEncoderConfig(hidden_size=32)
RATE = 1.5e-2

Row: TypeAlias = dict[str, object]
"""The figures of one seed, order, and number of labelled articles."""


@dataclass(frozen=True)
class Settings:
    """Articles kept for testing, articles a batch, how often the queue chooses, epochs of each training."""

    test: int
    batch: int
    batches: int
    epochs: int


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first seed, where several processes share them")
    parser.add_argument("--test", type=int, default=20)
    parser.add_argument("--batch", type=int, default=10)
    parser.add_argument("--batches", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--keep", type=Path, help="a file to keep each seed's figures in, and to read them from")
    options = vars(parser.parse_args())
    first, seeds, keep = (options.pop(name) for name in ("first", "seeds", "keep"))
    torch.set_num_threads(1)
    settings, began = Settings(**options), time.perf_counter()
    rows = [json.loads(line) for line in keep.read_text().splitlines()] if keep and keep.exists() else []
    for seed in sorted(set(range(first, first + seeds)) - {row["seed"] for row in rows}):
        new = list(_simulate(seed, settings))
        rows += new
        if keep:
            with keep.open("a") as file:
                file.writelines(json.dumps(row) + "\n" for row in new)
        print(f"seed {seed}: {time.perf_counter() - began:.0f} s", flush=True)
    _report(rows)


def _simulate(seed: int, settings: Settings) -> Iterator[Row]:
    """A row for each order and number of labelled articles."""
    pool = sample.gold()
    random.Random(seed).shuffle(pool)
    test = _evenly(pool, settings.test)
    rest = [document for document in pool if document not in test]
    start = _evenly(rest, settings.batch)
    first = _learn(start, seed, settings)
    for order, mix in ORDERS.items():
        labelled, model = start, first
        for batch in range(settings.batches + 1):
            scores: dict[str, float] = {}
            if batch:
                left = [document for document in rest if document not in labelled]
                labelled = [*labelled, *_chosen(left, labelled, mix, model, settings.batch)]
            if 0 < batch < settings.batches:
                model = _learn(labelled, seed, settings)
            if batch < settings.batches:
                found = development(test, list(predict(*model, test)))
                scores = {unit: 100 * found[unit] for unit in UNITS}
            yield {"seed": seed, "order": order, "articles": len(labelled), **_found(labelled[len(start) :]), **scores}


def _chosen(
    left: Sequence[Document],
    labelled: Sequence[Document],
    mix: float | None,
    model: tuple[EventExtractor, Encoding],
    count: int,
) -> list[Document]:
    """The next articles, with their gold. `left` is in a random order already."""
    if mix is None:
        return _evenly(left, count)
    order = queue(predict(*model, left), labelled, mix=mix, quota=QUOTA, most=count)
    gold = {document.id: document for document in left}
    return [gold[queued.id] for queued in order]


def _evenly(documents: Sequence[Document], count: int) -> list[Document]:
    """The first of each language."""
    return [d for language in QUOTA for d in [d for d in documents if d.language == language][: count // len(QUOTA)]]


def _found(labelled: Sequence[Document]) -> dict[str, float]:
    """What labelling these gave and cost."""
    events, characters = sum(len(d.events) for d in labelled), sum(len(d.text) for d in labelled)
    per = 1000 * events / characters if characters else 0.0
    return dict(zip(FOUND, (events, characters, per), strict=True))


def _learn(documents: Sequence[Document], seed: int, settings: Settings) -> tuple[EventExtractor, Encoding]:
    """A tiny model: about as good, after the same articles, as one three times as wide, in a sixth of the time."""
    encoding = Encoding.build(conflict(), HEADS, BODY)
    set_seed(seed)
    model = EventExtractor.build(HEADS, BODY, encoding)
    config = FitConfig(
        epochs=settings.epochs,
        batch_size=2,
        learning_rate=RATE,
        encoder_learning_rate=RATE,
        evaluate_every=settings.epochs,
        patience=None,
        device="cpu",
        threads=1,
    )
    with tempfile.TemporaryDirectory() as folder:
        splits = DataSelection(
            documents, documents[:2]
        )  # the last epoch's weights are the only ones there are to choose
        fit(model, encoding, splits, config, seed=seed, tracker=Tracker(), checkpoints=Path(folder))
    return model, encoding


def _report(rows: Sequence[Row]) -> None:
    """A table for each number of articles: means over the seeds, and intervals of the difference to random."""
    seeds = len({row["seed"] for row in rows})
    for articles in sorted({int(str(row["articles"])) for row in rows}):
        here = [row for row in rows if row["articles"] == articles]
        columns = [name for name in (*FOUND, *UNITS) if name in here[0] and any(row[name] for row in here)]
        _table(f"{articles} articles labelled, {seeds} seeds", here, columns)
    fewest = min(_number(row, "characters") for row in _scored(rows) if row["articles"] == _most(rows))
    level = 1000 * int(fewest / 1000)
    title = f"the first ten and {level:,} characters more labelled, read off between batches, {seeds} seeds"
    _table(title, list(_at(rows, level)), UNITS)


def _at(rows: Sequence[Row], characters: int) -> Iterator[Row]:
    """The scores where so many characters are labelled, on the line between the two batches around them."""
    for seed, order in sorted({(_number(row, "seed"), str(row["order"])) for row in rows}):
        points = sorted((r for r in _scored(rows) if (r["seed"], r["order"]) == (seed, order)), key=_characters)
        told = [_characters(row) for row in points]
        scores = {unit: float(np.interp(characters, told, [_number(row, unit) for row in points])) for unit in UNITS}
        yield {"seed": seed, "order": order, **scores}


def _table(title: str, rows: Sequence[Row], columns: Sequence[str]) -> None:
    print(f"\n{title}\n\n| order | {' | '.join(columns)} |")
    print(f"| --- |{' ---: |' * len(columns)}")
    for order in ORDERS:
        print(f"| {order} | {' | '.join(_cell(rows, order, column) for column in columns)} |", flush=True)


def _cell(rows: Sequence[Row], order: str, column: str) -> str:
    by_seed = sorted(rows, key=lambda row: _number(row, "seed"))
    one, other = (np.array([_number(row, column) for row in by_seed if row["order"] == o]) for o in (order, RANDOM))
    digits = 0 if column in FOUND[:2] else 1
    gap = one - other
    if len(one) < 2 or not gap.any():
        return f"{one.mean():,.{digits}f}"
    half = stats.t.ppf(0.975, len(gap) - 1) * stats.sem(gap)
    return f"{one.mean():,.{digits}f} ({gap.mean() - half:+,.{digits}f} to {gap.mean() + half:+,.{digits}f})"


def _scored(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if UNITS[0] in row]


def _most(rows: Sequence[Row]) -> int:
    return max(int(str(row["articles"])) for row in _scored(rows))


def _characters(row: Row) -> float:
    return _number(row, "characters")


def _number(row: Row, name: str) -> float:
    return float(str(row[name]))


if __name__ == "__main__":
    main()
