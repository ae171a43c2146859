"""How many of the suspects in gold are errors: faults planted in gold, and models that never saw it.

In one mark of ten a fault is planted: an entity or event left out or given another type, an entity that covers a word
more, an argument left out or given another role. The models are those of `naba train seeds=[1,2,3]`, named by their
folders. A suspect that is there without the planted faults too counts as wrong, although an annotator may have erred.

    python -m tests.benchmarks.bench_suspects SNAPSHOT outputs/run/seed-1/model outputs/run/seed-2/model ...

Without arguments three short trainings on the bundled articles are made first, some five minutes of one core.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from annotation import sample
from annotation.checks.suspects import KINDS, Suspect, suspects
from annotation.commands.options import load_ontology
from annotation.core.document import Document, Event, Span
from annotation.core.ontology import Ontology
from annotation.core.proclitics import moved
from annotation.snapshot.snapshot import Snapshot, build
from training.inference.loading import load_model
from training.inference.predictor import predict

LEVELS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
SHARE, TIMES = 0.1, 5


def without(document: Document, span: Span) -> Document:
    """The document without the mark, and without all that hangs on it."""
    return replace(
        document,
        entities=tuple(other for other in document.entities if other != span),
        events=tuple(_without(event, span) for event in document.events if event.trigger != span),
        links=tuple(link for link in document.links if span not in (link.a, link.b)),
    )


def _without(event: Event, span: Span) -> Event:
    return replace(event, arguments=tuple(a for a in event.arguments if a.filler != span))


def spoiled(document: Document, ontology: Ontology, dice: random.Random) -> tuple[Document, int]:
    """The document with faults, and how many."""
    count = 0
    for span in [span for span in document.spans() if dice.random() < SHARE]:
        if span in set(document.spans()):
            changed = _spoiled_mark(document, span, ontology, dice)
            document, count = changed, count + (changed != document)
    for event in document.events:
        kept = []
        for argument in event.arguments:
            if dice.random() >= SHARE:
                kept.append(argument)
                continue
            count += 1
            if dice.random() < 0.5:
                kept.append(replace(argument, role=dice.choice(sorted(ontology.roles.keys() - {argument.role}))))
        at = document.events.index(event)
        events = (*document.events[:at], replace(event, arguments=tuple(kept)), *document.events[at + 1 :])
        document = replace(document, events=events)
    return document, count


def _spoiled_mark(document: Document, span: Span, ontology: Ontology, dice: random.Random) -> Document:
    types = ontology.events if span in document.triggers else ontology.entities
    way = dice.choice(("left out", "type") if span in document.triggers else ("left out", "type", "words"))
    if way == "left out":
        return without(document, span)
    new = replace(span, label=dice.choice(sorted(types.keys() - {span.label})))
    if way == "words":
        more = document.text.find(" ", span.end + 1)
        new = replace(span, end=more if more > 0 else len(document.text))
    return document if new in set(document.spans()) else moved(document, {span: new})


def judged(
    gold: Sequence[Document], votes: Sequence[Sequence[Document]], ontology: Ontology
) -> list[tuple[Suspect, bool]]:
    """Every suspect in gold that is spoiled, and whether a planted fault made it one."""
    dice, found, planted = random.Random(3), [], 0
    for _ in range(TIMES):
        for document, *said in zip(gold, *votes, strict=True):
            bad, count = spoiled(document, ontology, dice)
            planted += count
            before = {_identity(suspect) for suspect in suspects(document, said)}
            found += [(suspect, _identity(suspect) not in before) for suspect in suspects(bad, said)]
    print(f"{len(gold)} articles, {planted / TIMES:.0f} faults in them, mean of {TIMES}\n")
    return found


def _identity(suspect: Suspect) -> tuple[object, ...]:
    return suspect.finding.kind, suspect.finding.span, str(suspect.finding.values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, metavar="SNAPSHOT MODEL MODEL ...")
    given: list[Path] = parser.parse_args().paths
    with tempfile.TemporaryDirectory() as folder:
        path, *models = given or trained(Path(folder))
        table(Snapshot.open(path), models)


def trained(folder: Path) -> list[Path]:
    """A snapshot of the bundled articles, and the models of three seeds."""
    build(sample.gold(), folder / "snapshot", ontology=load_ontology("conflict"))
    words = (f"snapshot={folder / 'snapshot'}", f"output={folder / 'run'}", "experiment=compact", "tracking=off")
    train = (*words, "seeds=[1,2,3]", "fit.epochs=13", "fit.threads=1")
    subprocess.run([sys.executable, "-m", "training", "train", *train], check=True)
    return [folder / "snapshot", *(folder / "run" / f"seed-{seed}" / "model" for seed in (1, 2, 3))]


def table(snapshot: Snapshot, models: Sequence[Path]) -> None:
    gold = [*snapshot.split("test"), *snapshot.split("dev")]
    votes = [list(predict(*load_model(path), gold, batch_size=8, version=path.name)) for path in models]
    found = judged(gold, votes, snapshot.ontology)
    print("| mean score at least | suspects | planted, % | " + " | ".join(KINDS) + " |")
    print("| ---: | ---: | ---: |" + " ---: |" * len(KINDS))
    for level in LEVELS:
        rows = [(suspect.finding.kind, right) for suspect, right in found if suspect.score >= level]
        cells = [_share([right for kind, right in rows if kind == of]) for of in KINDS]
        share = _share([right for _, right in rows])
        print(f"| {level} | {len(rows) / TIMES:.0f} | {share} | " + " | ".join(cells) + " |")


def _share(right: Sequence[bool]) -> str:
    return f"{100 * sum(right) / len(right):.0f} of {len(right) / TIMES:.0f}" if right else "-"


if __name__ == "__main__":
    main()
