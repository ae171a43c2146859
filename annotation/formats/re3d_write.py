"""Writer of re3d's JSON lines: documents.json, entities.json and relations.json in a folder.

An event with exactly one Source and one Target is a relation with its trigger as words, as in the corpus. Any other
event is an entity of its type, and each of its arguments and each link a relation; those rows have a key `naba`.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from annotation.core import json_text
from annotation.core.document import Document, Event, Json, Span
from annotation.core.document_json import to_json
from annotation.formats.base import Lost, WriteOptions
from annotation.formats.re3d import ARGUMENT, DOCUMENTS, ENTITIES, LINK, RELATIONS, SAME, SOURCE, TARGET, TRIGGER
from annotation.storage.documents_file import atomic


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write the three files. All of a Document is written but its annotator; a repeated id is recorded as lost."""
    lost: list[Lost] = []
    seen: set[str] = set()
    with ExitStack() as stack:
        files = {name: stack.enter_context(atomic(out / name)) for name in (DOCUMENTS, ENTITIES, RELATIONS)}
        for document in documents:
            if document.id in seen:
                reason = "is there more than once, which the corpus cannot say; adjudicate first"
                lost.append(Lost("document", document.id, reason))
                continue
            seen.add(document.id)
            rows = {DOCUMENTS: [_about(document)], **_marks(document)}
            for name, file in files.items():
                file.writelines(json_text.dumps(row) + "\n" for row in rows[name])
    return lost


def _about(document: Document) -> Json:
    source = document.source
    named = {"sourceName": source.name, "sourceUrl": source.url, "title": source.title} if source else {}
    row: dict[str, object] = {"_id": document.id, **{key: value for key, value in named.items() if value is not None}}
    row |= {"language": document.language, "text": document.text}
    if source:
        row["naba"] = {"source": to_json(document)["source"]}
    return row


def _marks(document: Document) -> dict[str, list[Json]]:
    pointed = {argument.filler for event in document.events for argument in event.arguments}
    pointed |= {span for link in document.links for span in (link.a, link.b)}
    native = {
        event.trigger for event in document.events if event.trigger not in pointed and _is_relation(event, document)
    }
    entities = [_entity(document, span, {}) for span in document.entities]
    relations: list[Json] = []
    for event in document.events:
        if event.trigger in native:
            source, target = (argument.filler for argument in event.arguments)
            relations.append(_relation(document, event.type, event.trigger, source, target, {}))
            continue
        entities.append(_entity(document, event.trigger, {"naba": TRIGGER, "attributes": dict(event.attributes)}))
        for argument in event.arguments:
            relations.append(
                _relation(document, argument.role, event.trigger, event.trigger, argument.filler, {"naba": ARGUMENT})
            )
    for link in document.links:
        words = Span(link.a.end, link.b.start, link.label) if link.a.end < link.b.start else link.a
        relations.append(_relation(document, link.label, words, link.a, link.b, {"naba": LINK}))
    return {ENTITIES: entities, RELATIONS: relations}


def _is_relation(event: Event, document: Document) -> bool:
    """Whether the event can be a relation of the corpus that is read back as the same event."""
    words = event.trigger.quote(document.text)
    return (
        [argument.role for argument in event.arguments] == [SOURCE, TARGET]
        and not event.attributes
        and event.type not in SAME
        and words == words.strip()
        and all(argument.filler in document.entities for argument in event.arguments)
    )


def _entity(document: Document, span: Span, more: Json) -> Json:
    row: dict[str, object] = {"_id": f"{document.id}-{span.start}-{span.end}-{span.label}", **_words(document, span)}
    row |= {"type": span.label, "documentId": document.id}
    return {**row, "confidence": 1 if span.score is None else span.score, **more}


def _words(document: Document, span: Span) -> dict[str, object]:
    return {"begin": span.start, "end": span.end, "value": span.quote(document.text)}


def _relation(document: Document, label: str, words: Span, source: Span, target: Span, more: Json) -> Json:
    places = f"{source.start}-{source.end}-{target.start}-{target.end}"
    row: dict[str, object] = {"_id": f"{document.id}-{places}-{label}", **_words(document, words)}
    row |= {"type": label, "documentId": document.id, "confidence": 1}
    for side, span in (("source", source), ("target", target)):
        row |= {f"{side}Begin": span.start, f"{side}End": span.end}
        row |= {side: span.quote(document.text), f"{side}Type": span.label}
    return row | dict(more)
