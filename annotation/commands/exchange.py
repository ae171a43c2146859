"""`naba import` and `naba export`: conversion from and to other tools' file formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotation import terminal
from annotation.commands.options import AsJson, DocumentsFile, load_ontology
from annotation.core.ontology import LANGUAGES, Ontology
from annotation.formats.base import UNITS, ConversionCounts, LossKind
from annotation.storage.documents_file import atomic, read_documents, write_documents

if TYPE_CHECKING:
    from annotation.formats.starter_ontology import Starter

Format = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        help="conll, brat, labelstudio, textee, spacy, re3d; import also reads conllu, gsr and gsr-records.",
    ),
]


Language = Annotated[str | None, typer.Option(help="Where the file does not say; else guessed by the letters.")]
Annotators = Annotated[
    list[str] | None, typer.Option(help="Who marked it: once for all files, or once for each in turn.")
]
Group = Annotated[
    int | None, typer.Option(min=1, help="Sentences to a Document; else the file's own documents, or one a sentence.")
]
Tags = Annotated[list[int] | None, typer.Option(min=2, help="A column with tags, from 1; else all that are.")]
Triggers = Annotated[
    list[str] | None, typer.Option(help="A label of triggers, where the format tells them not from entities.")
]
Links = Annotated[list[str] | None, typer.Option(help="A label of links, where arrows may be roles.")]


def import_(
    files: Annotated[list[Path], typer.Argument(help="Files, or folders where the format is made of several files.")],
    format: Format,
    out: Annotated[Path, typer.Option(help="Where the Documents go.")],
    language: Language = None,
    annotator: Annotators = None,
    group: Group = None,
    tags: Tags = None,
    event: Triggers = None,
    link: Links = None,
    ontology: Annotated[
        str | None, typer.Option(help="Says which labels are events and links, and the codes of titles shown.")
    ] = None,
    write_ontology: Annotated[
        Path | None, typer.Option(help="Write a starter ontology of the labels and roles found.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read another tool's files as Documents. What is wrong in them is named and left out, the rest imported."""
    from annotation.formats.base import ReadOptions
    from annotation.formats.importing import Import
    from annotation.formats.registry import reader

    loaded = load_ontology(ontology) if ontology else None
    options = ReadOptions(
        language=language,
        events=frozenset([*(event or ()), *(loaded.events if loaded else ())]),
        links=frozenset([*(link or ()), *(loaded.links if loaded else ())]) or ReadOptions().links,
        group=group,
        columns=tuple(tags or ()),
        codes=_codes(loaded) if loaded else {},
    )
    run = Import(files, reader(format), options, annotator or ())
    count = write_documents(out, run.documents())
    languages = ", ".join(f"{name} {number}" for name, number in run.languages.most_common())
    _report(run.tally, f"{out}: {count} Documents ({languages})", "imported", as_json=as_json)
    if write_ontology:
        _write_ontology(write_ontology, run.starter)


def export(
    documents: DocumentsFile,
    format: Format,
    out: Annotated[Path, typer.Option(help="A file; a folder for brat and re3d.")],
    ontology: Annotated[
        str | None, typer.Option(help="For labelstudio: whose titles the project shows for roles; else their codes.")
    ] = None,
    ui_language: Annotated[Literal["ar", "he", "en"], typer.Option(help="The language of those titles.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Write Documents as another tool's files, and say what those cannot hold."""
    from annotation.formats.base import WriteOptions
    from annotation.formats.importing import exported
    from annotation.formats.registry import writer
    from annotation.labelstudio.project.labeling_config import relation_titles

    tally = ConversionCounts()
    write = writer(format)
    titles = relation_titles(load_ontology(ontology), ui_language) if ontology else {}
    tally.lost += write(exported(read_documents(documents), tally), out, WriteOptions(titles))
    for item in tally.lost:
        if item.kind == "lost" and item.unit != "other":
            tally.over[item.unit] -= item.count
    _report(tally, f"{out}: {tally.over['document']} Documents", "exported", as_json=as_json)


def _codes(ontology: Ontology) -> dict[str, str]:
    """The codes of roles and links by their titles in every language of the labelling page."""
    from annotation.labelstudio.project.labeling_config import relation_titles

    pages = (relation_titles(ontology, language) for language in LANGUAGES)
    return {title: code for titles in pages for code, title in titles.items()}


def _write_ontology(path: Path, starter: Starter) -> None:
    """Write the starter ontology, and warn of each part that has only a placeholder."""
    text = starter.yaml(path.stem)
    with atomic(path) as file:
        file.write(text)
    for part, label in starter.placeholders().items():
        terminal.warn(
            f"{path}: the corpus has no {part}, which a model needs; {label!r} stands there till you put in your own"
        )


def _report(tally: ConversionCounts, title: str, done: str, *, as_json: bool) -> None:
    """Print every wrong item, then a table of counts by unit, and counts by reason; or all of it as JSON."""
    if as_json:
        terminal.emit(tally_as_dict(tally))
        return
    for item in tally.lost:
        if item.kind == "wrong":
            terminal.warn(str(item))
    kinds: tuple[LossKind, ...] = ("wrong", "lost", "noted")
    rows = []
    for unit in UNITS:
        converted, (wrong, lost, noted) = tally.over[unit], (tally.of(kind, unit) for kind in kinds)
        if converted or wrong or lost or noted:
            rows.append((unit, converted + wrong + lost, converted, wrong, lost, noted))
    terminal.table(title, ("", "found", done, "wrong", "lost", "noted"), rows)
    for kind, unit, reason, count, first in tally.reasons():
        terminal.say(f"{kind}: {count} {unit}: {reason} (first: {first})")


def tally_as_dict(tally: ConversionCounts) -> dict[str, object]:
    """The counts by unit and every lost item, as JSON values."""
    kinds: tuple[LossKind, ...] = ("wrong", "lost", "noted")
    units = {unit: {"over": tally.over[unit], **{kind: tally.of(kind, unit) for kind in kinds}} for unit in UNITS}
    return {"schema": 1, "units": units, "items": [item.as_dict() for item in tally.lost]}
