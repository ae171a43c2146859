"""Reader of MAVEN-Arg's JSON lines: an article's text, its events with arguments, and its entities.

Offsets count characters of `document`, and ends are exclusive. The mentions of an event or of an entity are linked as a
chain. The corpus annotates arguments for an event, not for a mention: so each mention gets all of them, as its scorer
counts, and an entity fills a role by the mention nearest to the trigger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from annotation.core.document import Json, Source, Span
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.event_attributes import event_attributes
from annotation.formats.file_marks import UNTYPED, FileMarks
from annotation.formats.json_values import child, items, pair, rows
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects, rows_in
from annotation.formats.utf16_marks import UTF16, Utf16, quotes_say_utf16

_KNOWN = ("id", "title", "document", "events", "entities", "negative_triggers")
_EVENT = ("id", "type", "type_id", "mention", "argument")


def recognises(opening: Opening) -> bool:
    """Whether the first row has a text under `document`, and events or entities."""
    if not opening.objects:
        return {"document", "events", "mention", "offset"} <= opening.keys
    row = opening.objects[0]
    return isinstance(row.get("document"), str) and bool({"events", "entities"} & set(row))


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a file, one article a line."""
    for item in objects(path):
        if isinstance(item, Lost):
            yield item
            continue
        where, row = item
        text, title, id = row.get("document"), row.get("title"), row.get("id")
        if not isinstance(text, str) or not text:
            yield Lost("document", where, "has no text under `document`", kind="wrong")
            continue
        draft = _Article(text, where, row, repair=how.repair).draft
        source = Source(name="", title=title) if isinstance(title, str) and title else None
        yield draft.document("" if id is None else str(id), how.language or guess_language(text), source=source)
        yield from draft.lost


class _Article:
    """The entities and events of one article."""

    def __init__(self, text: str, where: str, row: Json, *, repair: bool) -> None:
        self.draft = DocumentBuilder(text, where, repair=repair)
        self.marks = FileMarks(self.draft)
        self.units = Utf16(text) if quotes_say_utf16(text, _quotes(row)) else None
        if self.units:
            self.draft.note("document", "", UTF16)
        self.mentions: dict[str, list[Span]] = {}
        for at, entity in rows(self.draft, row, "entities", "entity"):
            self._entity(entity, at)
        found = [(at, event, self._triggers(event, at)) for at, event in rows(self.draft, row, "events", "event")]
        for at, event, triggers in found:
            self._arguments(event, triggers, at)
        if count := len(list(items(self.draft, row, "negative_triggers", "other"))):
            reason = "is a word marked as no event, which Documents do not hold"
            self.draft.lose("other", "negative_triggers", reason, count=count)
        self.draft.unread(row, _KNOWN)

    def _entity(self, entity: Json, at: str) -> None:
        spans = self._mentions(entity, "entity", "mention", self.marks.entity, at)
        self.mentions.setdefault(str(entity.get("id")), spans)
        self.draft.unread(entity, ("id", "type", "mention"), at=at)

    def _mentions(self, row: Json, unit: Unit, quote: str, add: Callable[..., None], at: str) -> list[Span]:
        """The spans of an entity's or event's mentions, each added as what it is, and joined as the same thing."""
        spans = []
        for where, mention in rows(self.draft, row, "mention", unit, at):
            start, end = self._offsets(mention)
            span = self.draft.span(start, end, row.get("type"), at=where, quoted=mention.get(quote), unit=unit)
            if span is not None:
                add(span, id=mention.get("id"), at=where)
                spans.append(span)
            self.draft.unread(mention, ("id", quote, "offset"), at=where)
        self.marks.same(spans, at=at)
        return spans

    def _triggers(self, event: Json, at: str) -> list[Span]:
        triggers = self._mentions(event, "event", "trigger_word", self.marks.event, at)
        event_attributes(self.draft, triggers[0] if triggers else None, event, _EVENT, at=at)
        return triggers

    def _arguments(self, event: Json, triggers: list[Span], at: str) -> None:
        by_role = child(self.draft, event, "argument", "argument", at)
        for role in by_role:
            for where, argument in rows(self.draft, by_role, role, "argument", at):
                self.draft.unread(argument, ("entity_id", "content", "offset"), at=where)
                if not triggers:
                    self.draft.wrong("argument", where, "belongs to an event that was left out", role)
                    continue
                fillers = self._fillers(role, argument, where)
                for trigger in triggers if fillers else ():
                    nearest = min(fillers, key=lambda span: (_distance(span, trigger), span))
                    self.draft.argument(trigger, role, nearest, at=where)
                if fillers and len(triggers) > 1:
                    self.draft.note("argument", where, "is of an event with several mentions; each has it", role)

    def _fillers(self, role: str, argument: Json, at: str) -> list[Span]:
        """The mentions that can fill the role: an entity's, or the words of an argument that is no entity."""
        if (id := argument.get("entity_id")) is not None:
            if not self.mentions.get(str(id)):
                reason = "is filled by an entity that is not there or was left out; mend its entity_id"
                self.draft.wrong("argument", at, reason, f"{role} {id}")
            return self.mentions.get(str(id), [])
        start, end = self._offsets(argument)
        span = self.draft.span(start, end, UNTYPED, at=at, quoted=argument.get("content"), unit="argument")
        return [self.marks.filler(span, at=at)] if span else []

    def _offsets(self, mention: Json) -> tuple[int | None, int | None]:
        start, end = pair(mention.get("offset"))
        return (start, end) if self.units is None or start is None or end is None else self.units.range(start, end)


def _quotes(row: Json) -> Iterator[tuple[int, int, str]]:
    """The offsets and words of each mention."""
    for owner in (*rows_in(row, "entities"), *rows_in(row, "events")):
        for mention in rows_in(owner, "mention"):
            (start, end), words = pair(mention.get("offset")), mention.get("trigger_word", mention.get("mention"))
            if start is not None and end is not None and isinstance(words, str):
                yield start, end, words


def _distance(a: Span, b: Span) -> int:
    return max(a.start - b.end, b.start - a.end, 0)
