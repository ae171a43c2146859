"""Reader of JSON lines as in the re3d corpus: a folder with documents.json, entities.json and relations.json.

A relation names the words that express it, its source and its target. It becomes an event: those words are the trigger,
`Source` and `Target` the roles. Where its words are only white space, or its type means that two things are the same,
it becomes a link. Rows that naba wrote have a key `naba`, and are read back without loss.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from annotation.core.document import Json, Source, Span
from annotation.core.document_json import SCHEMA, from_json
from annotation.core.errors import UsageError
from annotation.core.quoting import same_letters
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects

DOCUMENTS, ENTITIES, RELATIONS = "documents.json", "entities.json", "relations.json"
SOURCE, TARGET = "Source", "Target"
SAME = frozenset({"IsSynonymOf", "SameAs"})
TRIGGER, ARGUMENT, LINK = "trigger", "argument", "link"
"""Values of `naba` in a row: an entity that is an event's trigger, a relation that is an argument or a link."""

Rows = list[tuple[str, Json]]


def recognises(opening: Opening) -> bool:
    """Whether it is a folder of such files, or its documents.json."""
    if opening.names:
        return {DOCUMENTS, ENTITIES} <= set(opening.names)
    beside = opening.path.parent / ENTITIES
    return opening.path.name == DOCUMENTS and {"_id", "text"} <= opening.keys and beside.is_file()


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of such a folder, or of the folder of such a file. Raises UsageError without documents.json."""
    folder = path if path.is_dir() else path.parent
    if not (folder / DOCUMENTS).is_file():
        raise UsageError(f"{path}: has no {DOCUMENTS}; give the folder that holds it")
    annotations: dict[str, dict[str, Rows]] = {}
    for name in (ENTITIES, RELATIONS):
        by_document: dict[str, Rows] = defaultdict(list)
        for item in objects(folder / name) if (folder / name).is_file() else ():
            if isinstance(item, Lost):
                yield item
            else:
                by_document[str(item[1].get("documentId"))].append(item)
        annotations[name] = by_document
    for item in objects(folder / DOCUMENTS):
        if isinstance(item, Lost):
            yield item
        else:
            yield from _document(*item, annotations, how)
    orphans: tuple[tuple[str, Unit], ...] = ((ENTITIES, "entity"), (RELATIONS, "link"))
    for name, unit in orphans:
        for where, row in (item for rows in annotations[name].values() for item in rows):
            reason = "belongs to no document of the folder; mend its documentId"
            yield Lost(unit, where, reason, str(row.get("documentId")), "wrong")


def _document(
    where: str, row: Json, annotations: Mapping[str, dict[str, Rows]], how: ReadOptions
) -> Iterator[DocumentOrLost]:
    id, text = row.get("_id"), row.get("text")
    if not isinstance(id, str) or not isinstance(text, str):
        yield Lost("document", where, "has no _id or no text", kind="wrong")
        return
    marks = _DocumentMarks(
        text, annotations[ENTITIES].pop(id, []), annotations[RELATIONS].pop(id, []), repair=how.repair
    )
    language = str(row.get("language") or how.language or guess_language(text))
    yield marks.draft.document(id, language, source=_source(row))
    yield from marks.draft.lost


def _source(row: Json) -> Source | None:
    if isinstance(own := row.get("naba"), dict):
        with suppress(ValueError):
            return from_json({"schema": SCHEMA, "id": "", "text": "", "source": own.get("source")}).source
    name, title, url = (str(row[key]) if row.get(key) else None for key in ("sourceName", "title", "sourceUrl"))
    return Source(name=name or "", title=title, url=url) if name or title or url else None


class _DocumentMarks:
    """The annotations of one document."""

    def __init__(self, text: str, entities: Rows, relations: Rows, *, repair: bool) -> None:
        self.draft = DocumentBuilder(text, "", repair=repair)
        self.text = text
        self.spans: dict[tuple[int, int], list[Span]] = defaultdict(list)
        for where, row in entities:
            self._entity(where, row)
        for where, row in relations:
            self._relation(where, row)

    def _entity(self, where: str, row: Json) -> None:
        event = row.get("naba") == TRIGGER
        span = self.draft.span(
            row.get("begin"),
            row.get("end"),
            row.get("type"),
            at=where,
            quoted=row.get("value"),
            unit="event" if event else "entity",
        )
        if span is None:
            return
        if event:
            self.draft.event(span, at=where)
            attributes = row.get("attributes")
            for name, value in attributes.items() if isinstance(attributes, dict) else ():
                self.draft.attribute(span, str(name), str(value), at=where)
        else:
            self.draft.entity(span, at=where)
        if span not in self.spans[span.start, span.end]:
            self.spans[span.start, span.end].append(span)

    def _relation(self, where: str, row: Json) -> None:
        label = str(row.get("type"))
        source, target = self._end(row, "source"), self._end(row, "target")
        if source is None or target is None:
            self.draft.wrong(
                "link", where, "has an end that is no entity, or has other words than it says; mend its offsets", label
            )
        elif row.get("naba") == ARGUMENT and self.draft.is_event(source):
            self.draft.argument(source, label, target, at=where)
        elif row.get("naba") == LINK or label in SAME:
            self.draft.link(label, source, target, at=where)
        elif (trigger := self._trigger(where, row, label)) is not None:
            if not self.draft.is_event(trigger):
                self.draft.event(trigger, at=where)
            else:
                reason = "is said with the words of another one; they become one event with the fillers of both"
                self.draft.lose("event", where, reason, label)
            self.draft.argument(trigger, SOURCE, source, at=where)
            self.draft.argument(trigger, TARGET, target, at=where)
        elif not str(row.get("value", "")).strip():
            self.draft.link(label, source, target, at=where, directed=True)

    def _trigger(self, where: str, row: Json, label: str) -> Span | None:
        """The relation's words as a span without white space at its edges; None where there is no such span."""
        start, end, quoted = row.get("begin"), row.get("end"), row.get("value")
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(self.text):
            words = self.text[start:end]
            if not words.strip():
                return None
            if words != words.strip():
                reason = "has white space at the edges of its words; taken without"
                self.draft.note("event", where, reason, f"{label} [{start}:{end}]")
            start, end = start + len(words) - len(words.lstrip()), start + len(words.rstrip())
        return self.draft.span(start, end, label, at=where, quoted=quoted, unit="event")

    def _end(self, row: Json, end: str) -> Span | None:
        """The entity at the offsets of one end of a relation, of the type the end names if it names one."""
        start, stop = row.get(f"{end}Begin"), row.get(f"{end}End")
        quoted = row.get(end)
        if not isinstance(start, int) or not isinstance(stop, int):
            return None
        if isinstance(quoted, str) and not same_letters(quoted, self.text[start:stop]):
            return None
        spans = self.spans.get((start, stop), [])
        label = row.get(f"{end}Type")
        return next((span for span in spans if span.label == label), spans[0] if spans else None)
