"""Records of releases, and folders that hold them, for tests that need no trained model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from annotation.core.document import Document
from annotation.core.matching import UNITS
from training.lineage.release_record import RECORD, Data, Gate, Record, Trained, code_hash, file_hashes, packages

DATA = Data(name="snap", path="snapshots/snap", content="c0ffee", ontology="f00")


def record(version: str, *, created: str = "2026-01-01T00:00:00+00:00", f1: float = 0.5) -> Record:
    """A release that reached `f1` in every score."""
    scores = dict.fromkeys(UNITS, f1)
    return Record(
        version=version,
        created=created,
        model="demo-0badc0de",
        weights="f00d",
        trained=Trained(config={"encoder": {"name": None}, "seed": 13}, seed=13, packages=packages(), snapshot=DATA),
        snapshot=DATA,
        split="test",
        documents=8,
        languages={"ar": 4, "he": 4},
        against=None,
        gates=(Gate(gate="floor", passed=True, said="<script>alert(1)</script>"),),
        gates_preset="default",
        scores={"all": scores, "ar": scores, "he": scores},
        intervals=dict.fromkeys(UNITS, (f1 - 0.1, f1 + 0.1)),
        code=code_hash(),
        packages=packages(),
    )


def put(home: Path, made: Record) -> Path:
    """The folder of a release, whose files hold their own names."""
    folder = home / made.version
    (folder / "model").mkdir(parents=True)
    for name in ("report.html", "model/weights"):
        (folder / name).write_text(name, encoding="utf-8")
    (folder / RECORD).write_text(made.sealed(file_hashes(folder)).to_json(), encoding="utf-8")
    return folder


def weaker(documents: Sequence[Document], share: float, *, seed: int = 1) -> list[Document]:
    """As a model has them that finds this share of the events."""
    dice = random.Random(seed)
    found = []
    for document in documents:
        events = [event for event in document.events if dice.random() < share]
        known = {*document.entities, *(event.trigger for event in events)}
        kept = (replace(e, arguments=tuple(a for a in e.arguments if a.filler in known)) for e in events)
        found.append(replace(document, events=tuple(kept), links=()))
    return found
