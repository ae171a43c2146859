"""Lossless conversion of Documents to Label Studio tasks and rows, and back. Pure: no input or output.

A span becomes a region of the control `trigger` or `entity`; an attribute of an event becomes a choice with the region
id of its trigger; arguments and links become arrows, one for each ordered pair of regions, with a title for each role
or link. The arrow of an argument leads from the trigger to the filler. An annotator's note, and the statement that
there is no event, become rows without a region.

`titles` maps the codes of roles and links to the titles shown and stored for them (`labeling_config.relation_titles`);
a code without a title is stored as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from annotation.core.document import Document, Event, Json, Span, sha256
from annotation.core.document_json import SCHEMA, from_json, to_json
from annotation.core.errors import RegionError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.annotation_reader import AnnotationReader
from annotation.labelstudio.convert.article_heading import article_heading
from annotation.labelstudio.convert.quarantine import Quarantined, quarantine_entry

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Converted:
    """An annotation as a Document, what could not be converted, and a line on each region that was moved.

    No Document where the text was edited.
    """

    document: Document | None
    quarantined: list[Quarantined]
    moved: list[str] = field(default_factory=list)


def to_task_data(document: Document) -> schemas.Row:
    """The `data` of a task: the text, and all that is needed to rebuild the bare Document.

    Not every text may be sent: see `check_text`.
    """
    row = {key: value for key, value in to_json(document.bare()).items() if key != "schema"}
    optional = {"title": document.source.title, "url": document.source.url} if document.source else {}
    return {
        **row,
        "sha256": document.text_sha256,
        **{key: value for key, value in optional.items() if value},
        **article_heading(document.source),
    }


def from_task_data(data: Json) -> Document:
    """The bare Document of a task. Raises RegionError when naba did not create the task or its text was edited."""
    row = {key: data[key] for key in ("id", "text", "language", "source") if key in data}
    try:
        document = from_json({"schema": SCHEMA, **row})
    except ValueError as error:
        raise RegionError(f"the task's data is not what naba pushed ({error})", "push the article again") from error
    if data.get("sha256") != sha256(document.text):
        problem = "the text was edited after it was pushed, so offsets mean nothing"
        raise RegionError(problem, "push the article again", kind="text")
    return document


def to_result(
    document: Document, *, titles: Mapping[str, str], notes: Mapping[Span, str] | None = None
) -> list[schemas.Row]:
    """The document's annotation as the rows of an annotation or prediction. The same input gives the same rows.

    `notes` are attached to the region of their span and displayed when an annotator selects it.
    """
    note_of = notes or {}
    rows = [region_row(document, span, schemas.ENTITY, note_of.get(span)) for span in document.entities]
    for event in document.events:
        rows.append(region_row(document, event.trigger, schemas.TRIGGER, note_of.get(event.trigger)))
        rows += _choices(event)
    arrows: dict[tuple[str, str], list[str]] = {}
    for source, target, code in _arrows(document):
        arrows.setdefault((source, target), []).append(titles.get(code, code))
    for (source, target), labels in sorted(arrows.items()):
        rows.append({"type": "relation", "from_id": source, "to_id": target, "direction": "right", "labels": labels})
    return [*rows, *_about_article(document)]


def from_result(
    task: schemas.Task,
    annotation: schemas.Annotation,
    *,
    ontology: Ontology,
    titles: Mapping[str, str],
    repair: bool = False,
) -> Converted:
    """The annotation as a Document. What cannot be represented is quarantined row by row; nothing is raised.

    Some things the ontology forbids are read all the same, so that `check` reports them: a filler of the wrong type, a
    role the event type lacks, two fillers where one is allowed. The caller handles annotations that were skipped.
    `repair`: see AnnotationReader.
    """
    try:
        bare = from_task_data(task.data)
    except RegionError as error:
        return Converted(None, [quarantine_entry(error, annotation.result, task=task.id, annotation=annotation.id)])
    reader = AnnotationReader(
        bare, task=task.id, annotation=annotation, ontology=ontology, titles=titles, repair=repair
    )
    return Converted(reader.document(), reader.quarantined, reader.moved)


def check_text(text: str) -> list[str]:
    """Reasons why a text must not be sent to the server; empty when there are none.

    A lone surrogate breaks every page of tasks that contains it. The browser drops NUL, so all offsets after it would
    be too small by one.
    """
    faults = []
    if "\0" in text:
        faults.append(f"character {text.index(chr(0))} is NUL, which Label Studio cannot show; remove it")
    if surrogate := _SURROGATE.search(text):
        faults.append(f"character {surrogate.start()} is half a surrogate pair; save the text as UTF-8")
    return faults


def check_result(text: str, result: Sequence[object], ontology: Ontology, titles: Mapping[str, str]) -> list[str]:
    """Faults in rows to be sent; empty when there are none.

    A fault is anything Label Studio cannot process, or naba could not read back.
    """
    bare = Document(id="checked", text=text)
    reader = AnnotationReader(
        bare, task=None, annotation=schemas.Annotation(result=list(result)), ontology=ontology, titles=titles
    )
    faults = check_text(text) + [item.reason for item in reader.quarantined]
    regions = Counter(str(row.get("id")) for row in result if isinstance(row, Mapping) and row.get("type") == "labels")
    faults += [f"region {region}: {count} regions have this id" for region, count in regions.items() if count > 1]
    arrows = Counter(
        (str(row.get("from_id")), str(row.get("to_id")))
        for row in result
        if isinstance(row, Mapping) and row.get("type") == "relation"
    )
    return faults + [
        f"relation {start} -> {end}: {count} relations join this pair"
        for (start, end), count in arrows.items()
        if count > 1
    ]


def region_id(span: Span, control: str) -> str:
    """The id of a span's region, the same on every run. The region keeps it when an annotator moves its ends."""
    key = f"{control} {span.start} {span.end} {span.label}"
    return hashlib.blake2s(key.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def region_row(document: Document, span: Span, control: str, note: str | None = None) -> schemas.Row:
    """The row of a span's region."""
    value = {"start": span.start, "end": span.end, "text": span.quote(document.text), "labels": [span.label]}
    score = {} if span.score is None else {"score": span.score}
    row = {
        "id": region_id(span, control),
        "type": "labels",
        "from_name": control,
        "to_name": schemas.TEXT,
        "value": value,
    }
    return {**row, **score, **({"meta": {"text": [note]}} if note else {})}


def _choices(event: Event) -> Iterator[schemas.Row]:
    span = event.trigger
    for name, value in event.attributes:
        yield {
            "id": region_id(span, schemas.TRIGGER),
            "type": "choices",
            "from_name": name,
            "to_name": schemas.TEXT,
            "value": {"start": span.start, "end": span.end, "choices": [value]},
        }


def _about_article(document: Document) -> Iterator[schemas.Row]:
    """The annotator's statement that there is no event, and the note to the lead."""
    said = document.provenance
    row = {"to_name": schemas.TEXT}
    if said and said.no_events:
        value: schemas.Row = {"choices": [schemas.NO_EVENTS]}
        yield {"id": schemas.NO_EVENTS, "type": "choices", "from_name": schemas.NO_EVENTS, **row, "value": value}
    if said and said.note:
        yield {"id": schemas.NOTE, "type": "textarea", "from_name": schemas.NOTE, **row, "value": {"text": [said.note]}}


def _arrows(document: Document) -> Iterator[tuple[str, str, str]]:
    """Region id, region id and code of each argument and link."""
    entities = frozenset(document.entities)

    def region(span: Span) -> str:
        return region_id(span, schemas.ENTITY if span in entities else schemas.TRIGGER)

    for event in document.events:
        for argument in event.arguments:
            yield region_id(event.trigger, schemas.TRIGGER), region(argument.filler), argument.role
    for link in document.links:
        yield region(link.a), region(link.b), link.label
