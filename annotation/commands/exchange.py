"""`naba import` and `naba export`: conversion from and to other tools' file formats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotation import terminal
from annotation.commands.options import AsJson, DocumentsFile, Repair, load_ontology
from annotation.core import json_text
from annotation.core.errors import UsageError
from annotation.core.ontology import LANGUAGES, Ontology
from annotation.formats.base import UNITS, ConversionCounts, LossKind
from annotation.storage.documents_file import atomic, read_documents, write_documents
from annotation.storage.special_files import check_apart, is_stdout

if TYPE_CHECKING:
    from annotation.formats.starter_ontology import Starter

_EXAMPLES = 3
"""Items of one kind and reason that are shown; all are in the report's file."""

_READ = (
    "conll, conllu, brat, bionlp, webanno, inception, labelstudio, textee (and OneIE), wikievents, dygie, ace-json, "
    "maven, maven-arg, casie, doccano, prodigy, pubannotation, bioc, w3c, spacy, re3d, gsr, gsr-records."
)
_WRITE = (
    "conll, brat, webanno, labelstudio, textee, dygie, doccano, prodigy, spacy, re3d; csv and parquet are tables of "
    "events."
)
ReadFormat = Annotated[str | None, typer.Option("--format", "-f", help="Found by itself where not given: " + _READ)]
WriteFormat = Annotated[str, typer.Option("--format", "-f", help=_WRITE)]
Language = Annotated[str | None, typer.Option(help="Where the file does not say; else guessed by the letters.")]
Annotators = Annotated[
    list[str] | None, typer.Option(help="Who marked it: once for all files, or once for each in turn.")
]
SentencesEach = Annotated[
    int | None, typer.Option(min=1, help="Sentences to a Document; else the file's own documents, or one a sentence.")
]
Tags = Annotated[list[int] | None, typer.Option(min=1, help="A column with tags, from 1; else all that are.")]
Words = Annotated[int | None, typer.Option(min=1, help="The column with words, from 1; else the first that has them.")]
TagLabel = Annotated[str | None, typer.Option(help="The label of mentions whose tags have none, as in B I O.")]
Triggers = Annotated[
    list[str] | None, typer.Option(help="A label of triggers, where the format tells them not from entities.")
]
Report = Annotated[
    Path | None, typer.Option(help="Write each item that changed or was left out, one JSON object a line.")
]
TextKey = Annotated[str | None, typer.Option(help="For labelstudio: the key of a task's data where its article is.")]
LabelingConfig = Annotated[
    Path | None, typer.Option(help="For labelstudio: the project's labelling interface (XML), which says the same.")
]
KnownLabels = Annotated[
    str | None, typer.Option(help="Says which labels are events and links, and the codes of titles shown.")
]
WriteOntology = Annotated[Path | None, typer.Option(help="Write a starter ontology of the labels and roles found.")]
Links = Annotated[list[str] | None, typer.Option(help="A label of links, where arrows may be roles.")]


def import_(
    files: Annotated[list[Path], typer.Argument(help="Files, or folders of them.")],
    out: Annotated[Path, typer.Option(help="Where the Documents go; - is standard output.")],
    format: ReadFormat = None,
    mixed: Annotated[bool, typer.Option("--mixed", help="A folder may hold files of several formats.")] = False,
    language: Language = None,
    annotator: Annotators = None,
    group: SentencesEach = None,
    tags: Tags = None,
    words: Words = None,
    tag_label: TagLabel = None,
    event: Triggers = None,
    link: Links = None,
    text_key: TextKey = None,
    labeling_config: LabelingConfig = None,
    repair: Repair = False,
    ontology: KnownLabels = None,
    write_ontology: WriteOntology = None,
    report: Report = None,
    as_json: AsJson = False,
) -> None:
    """Read another tool's files as Documents. What is wrong in them is named and left out, the rest imported."""
    from annotation.formats.base import ReadOptions
    from annotation.formats.importing import Import
    from annotation.formats.recognition import Recognised

    check_apart(out, report, write_ontology)
    loaded = load_ontology(ontology) if ontology else None
    inputs = Recognised.of(files, format, mixed=mixed)
    options = ReadOptions(
        language=language,
        events=frozenset([*(event or ()), *(loaded.events if loaded else ())]),
        links=frozenset([*(link or ()), *(loaded.links if loaded else ())]) or ReadOptions().links,
        group=group,
        columns=tuple(tags or ()),
        words=words,
        tag_label=tag_label,
        codes=_codes(loaded) if loaded else {},
        repair=repair,
        text_key=text_key,
        text_keys=_keys(labeling_config) if labeling_config else {},
    )
    run = Import(list(inputs.formats), inputs.read, options, annotator or ())
    count = write_documents(out, run.documents())
    languages = ", ".join(f"{name} {number}" for name, number in run.languages.most_common())
    _write_items(report, run.tally)
    _report(run.tally, f"{out}: {count} Documents ({languages}) from {inputs}", as_json=as_json, file=report)
    if write_ontology:
        _write_ontology(write_ontology, run.starter)


def export(
    documents: DocumentsFile,
    format: WriteFormat,
    out: Annotated[Path, typer.Option(help="A file, or - for standard output; a folder for brat, webanno and re3d.")],
    ontology: Annotated[
        str | None, typer.Option(help="For labelstudio: whose titles the project shows for roles; else their codes.")
    ] = None,
    ui_language: Annotated[Literal["ar", "he", "en"], typer.Option(help="The language of those titles.")] = "en",
    report: Report = None,
    as_json: AsJson = False,
) -> None:
    """Write Documents as another tool's files, and say what those cannot hold."""
    from annotation.formats.base import WriteOptions
    from annotation.formats.importing import exported
    from annotation.formats.registry import FORMATS, writer
    from annotation.labelstudio.project.labeling_config import relation_titles

    write = writer(format)
    check_apart(out, report)
    if is_stdout(out) and FORMATS[format].several_files:
        raise UsageError(f"--out {out}: {format} is several files; name a place for them")
    tally = ConversionCounts()
    titles = relation_titles(load_ontology(ontology), ui_language) if ontology else {}
    source = exported(read_documents(documents), tally, names=format != "labelstudio")
    tally.lost += write(source, out, WriteOptions(titles))
    for item in tally.lost:
        if item.kind == "lost" and item.unit != "other":
            tally.over[item.unit] -= item.count
    _write_items(report, tally)
    _report(tally, f"{out}: {tally.over['document']} Documents", as_json=as_json, file=report)


def _keys(labeling_config: Path) -> dict[str, str]:
    from annotation.formats.labelstudio_texts import keys_of_config
    from annotation.formats.source_text import text_of

    return keys_of_config(text_of(labeling_config))


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


def _write_items(file: Path | None, tally: ConversionCounts) -> None:
    """Write every item that changed or was left out, one JSON object a line."""
    if file is not None:
        with atomic(file) as lines:
            lines.writelines(json_text.dumps(item.as_dict()) + "\n" for item in tally.lost)


def _report(tally: ConversionCounts, title: str, *, as_json: bool, file: Path | None) -> None:
    """Print a table of counts by unit, and each reason with its count and first items; or all of it as JSON.

    Items that are wrong are warnings.
    """
    if as_json:
        terminal.emit(tally_as_dict(tally))
        return
    terminal.table(title, ("", "read", "kept", "changed", "left out"), _rows(tally))
    for kind, unit, reason, count, items in tally.reasons():
        terminal.say(f"{_WORDS[kind]}: {count} {unit}: {reason}")
        say = terminal.warn if kind == "wrong" else terminal.say
        for item in items[:_EXAMPLES]:
            say(f"  {item.where}{f': {item.detail}' if item.detail else ''}")
        if len(items) > _EXAMPLES:
            rest = f"all are in {file}" if file else "--report FILE.jsonl names all"
            terminal.say(f"  and {len(items) - _EXAMPLES} more; {rest}")


_WORDS = {"wrong": "wrong", "lost": "no place for", "noted": "changed"}


def _rows(tally: ConversionCounts) -> Iterator[tuple[object, ...]]:
    for unit in UNITS:
        kept, changed = tally.over[unit], tally.of("noted", unit)
        left_out = tally.of("wrong", unit) + tally.of("lost", unit)
        if kept or changed or left_out:
            yield unit, kept + left_out, kept, changed, left_out


def tally_as_dict(tally: ConversionCounts) -> dict[str, object]:
    """The counts by unit and every lost item, as JSON values."""
    kinds: tuple[LossKind, ...] = ("wrong", "lost", "noted")
    units = {unit: {"over": tally.over[unit], **{kind: tally.of(kind, unit) for kind in kinds}} for unit in UNITS}
    return {"schema": 1, "units": units, "items": [item.as_dict() for item in tally.lost]}
