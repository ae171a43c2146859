"""`naba snapshot` and `naba diff`: build and compare immutable datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotation import terminal
from annotation.commands.options import AsJson, DocumentsFile, OntologyOption, load_ontology
from annotation.storage.documents_file import read_documents


def snapshot(
    gold: DocumentsFile,
    out: Annotated[Path, typer.Option(help="The folder of the snapshot; it must not hold another one.")],
    ontology: OntologyOption = "conflict",
    seed: Annotated[int, typer.Option(help="Decides which article falls in which split.")] = 13,
    annotated: Annotated[
        Path | None,
        typer.Option(help="What the annotators marked: how far they agree is kept, to hold models against."),
    ] = None,
) -> None:
    """Freeze gold into an immutable, split and hashed dataset."""
    from annotation.agreement import agreement as measure
    from annotation.snapshot import snapshot as snapshots

    loaded = load_ontology(ontology)
    agreement = measure(read_documents(annotated), ontology=loaded).as_dict() if annotated else None
    built = snapshots.build(read_documents(gold), out, ontology=loaded, seed=seed, agreement=agreement)
    sizes = ", ".join(f"{name} {len(built.split(name))}" for name in ("train", "dev", "test"))
    terminal.say(f"{out}: {sizes}")


def diff(
    a: Annotated[Path, typer.Argument(help="A snapshot.")],
    b: Annotated[Path, typer.Argument(help="Another one.")],
    as_json: AsJson = False,
) -> None:
    """Compare two snapshots: articles added, removed and changed, labels per split."""
    from annotation.snapshot.snapshot import Snapshot, compare_snapshots

    difference = compare_snapshots(Snapshot.open(a), Snapshot.open(b))
    if as_json:
        terminal.emit(difference.as_dict())
        return
    for name in ("added", "removed", "changed", "moved"):
        ids: tuple[str, ...] = getattr(difference, name)
        terminal.say(f"{name} {len(ids)}{': ' if ids else ''}{' '.join(ids)}")
    if difference.ontology_changed:
        terminal.say("the ontology changed")
    for split, labels in difference.labels.items():
        rows = [(label, before, after) for label, (before, after) in labels.items()]
        if rows:
            terminal.table(split, ("label", str(a), str(b)), rows)
