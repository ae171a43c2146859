"""JSON lines as in the re3d corpus: a folder with documents.json, entities.json and relations.json.

A relation names the words that express it, its source and its target. It becomes an event: those words are the trigger,
`Source` and `Target` the roles. Where its words are only white space, or it says that two things are the same, it
becomes a link. Rows that naba wrote say so under `naba`, and come back as they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from annotation.core.document import Json, Source, Span
from annotation.core.document_json import SCHEMA, from_json
from annotation.core.errors import UsageError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder, agrees
from annotation.formats.source_text import guess_language, objects

DOCUMENTS, ENTITIES, RELATIONS = "documents.json", "entities.json", "relations.json"
SOURCE, TARGET = "Source", "Target"
SAME = frozenset({"IsSynonymOf", "SameAs"})
TRIGGER, ARGUMENT, LINK = "trigger", "argument", "link"
"""What `naba` says of a row: an entity that is an event's trigger, a relation that is an argument or a link."""

Rows = list[tuple[str, Json]]


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of such a folder."""
    folder = path if path.is_dir() else path.parent
    if not (folder / DOCUMENTS).is_file():
        raise UsageError(f"{path}: has no {DOCUMENTS}; give the folder that holds it")
    hanging: dict[str, dict[str, Rows]] = {}
    for name in (ENTITIES, RELATIONS):
        found: dict[str, Rows] = defaultdict(list)
        for item in objects(folder / name) if (folder / name).is_file() else ():
            if isinstance(item, Lost):
                yield item
            else:
                found[str(item[1].get("documentId"))].append(item)
        hanging[name] = found
    for item in objects(folder / DOCUMENTS):
        if isinstance(item, Lost):
            yield item
        else:
            yield from _document(*item, hanging, how)
    orphans: tuple[tuple[str, Unit], ...] = ((ENTITIES, "entity"), (RELATIONS, "link"))
    for name, unit in orphans:
        for where, row in (item for rows in hanging[name].values() for item in rows):
            reason = "belongs to no document of the folder; mend its documentId"
            yield Lost(unit, where, reason, str(row.get("documentId")), "wrong")


def _document(
    where: str, row: Json, hanging: Mapping[str, dict[str, Rows]], how: ReadOptions
) -> Iterator[DocumentOrLost]:
    id, text = row.get("_id"), row.get("text")
    if not isinstance(id, str) or not isinstance(text, str):
        yield Lost("document", where, "has no _id or no text", kind="wrong")
        return
    marks = _DocumentMarks(text, hanging[ENTITIES].pop(id, []), hanging[RELATIONS].pop(id, []))
    language = str(row.get("language") or how.language or guess_language(text))
    yield marks.draft.document(id, language, source=_source(row))
    yield from marks.draft.lost


def _source(row: Json) -> Source | None:
    if isinstance(ours := row.get("naba"), dict):
        with suppress(ValueError):
            return from_json({"schema": SCHEMA, "id": "", "text": "", "source": ours.get("source")}).source
    name, title, url = (str(row[key]) if row.get(key) else None for key in ("sourceName", "title", "sourceUrl"))
    return Source(name=name or "", title=title, url=url) if name or title or url else None


class _DocumentMarks:
    """What hangs on one document."""

    def __init__(self, text: str, entities: Rows, relations: Rows) -> None:
        self.draft = DocumentBuilder(text, "")
        self.text = text
        self.found: dict[tuple[int, int], list[Span]] = defaultdict(list)
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
            said = row.get("attributes")
            for name, value in said.items() if isinstance(said, dict) else ():
                self.draft.attribute(span, str(name), str(value), at=where)
        else:
            self.draft.entity(span, at=where)
        if span not in self.found[span.start, span.end]:
            self.found[span.start, span.end].append(span)

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
                self.draft.tell("event", where, reason, label)
            self.draft.argument(trigger, SOURCE, source, at=where)
            self.draft.argument(trigger, TARGET, target, at=where)
        elif not str(row.get("value", "")).strip():
            self.draft.link(label, source, target, at=where, directed=True)

    def _trigger(self, where: str, row: Json, label: str) -> Span | None:
        """The relation's words without white space at their edges; None where there are none, or none such."""
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
        """The entity at the end's offsets, of the type it names if it names one."""
        start, stop = row.get(f"{end}Begin"), row.get(f"{end}End")
        quoted = row.get(end)
        if not isinstance(start, int) or not isinstance(stop, int):
            return None
        if isinstance(quoted, str) and not agrees(quoted, self.text[start:stop]):
            return None
        spans = self.found.get((start, stop), [])
        wanted = row.get(f"{end}Type")
        return next((span for span in spans if span.label == wanted), spans[0] if spans else None)
