"""Reader of mentions in tokens: `entity_mentions`, `event_mentions` and `relation_mentions`, as OneIE introduced them.

TextEE and WikiEvents have the same lists. `start` and `end` count tokens, and `end` is exclusive. A faulty mention is
recorded and left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from annotation.core.document import Json, Span
from annotation.core.quoting import same_letters
from annotation.formats.base import Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.event_attributes import entity_attributes, event_attributes
from annotation.formats.file_marks import UNTYPED, FileMarks
from annotation.formats.json_values import child, items, rows, whole
from annotation.formats.token_text import TokenText, token_span

MENTIONS = ("entity_mentions", "event_mentions", "relation_mentions", "events")
"""The lists that are read."""
_PLACE = ("start", "end", "text", "sent_idx")


class TokenMentions:
    """Adds the mentions of one row to a draft; `marks` finds them by their ids."""

    def __init__(self, draft: DocumentBuilder, tokens: TokenText) -> None:
        self.draft, self.tokens = draft, tokens
        self.marks = FileMarks(draft)

    def read(self, row: Json) -> None:
        """Add every mention. Triggers come first, since an entity that repeats one only makes it a filler."""
        events = [*rows(self.draft, row, "event_mentions", "event"), *self._scored(row)]
        triggered = [(at, mention, self._trigger(mention, at)) for at, mention in events]
        for at, mention in rows(self.draft, row, "entity_mentions", "entity"):
            self._entity(mention, at)
        for at, mention, trigger in triggered:
            self._arguments(mention, trigger, at)
        for at, mention in rows(self.draft, row, "relation_mentions", "link"):
            self._relation(mention, at)

    def _trigger(self, mention: Json, at: str) -> Span | None:
        place = child(self.draft, mention, "trigger", "event", at)
        span = self._span(place, mention.get("event_type"), at, "event")
        if span is not None:
            self.marks.event(span, id=mention.get("id"), at=at)
        self.draft.unread(place, _PLACE, at=f"{at}, trigger")
        event_attributes(self.draft, span, mention, ("id", "event_type", "trigger", "arguments", "text"), at=at)
        return span

    def _entity(self, mention: Json, at: str) -> None:
        span = self._span(mention, mention.get("entity_type"), at, "entity")
        if span is not None:
            self.marks.entity(span, id=mention.get("id"), at=at)
        entity_attributes(self.draft, mention, ("id", "entity_type", *_PLACE), at=at)

    def _arguments(self, mention: Json, trigger: Span | None, at: str) -> None:
        for where, argument in rows(self.draft, mention, "arguments", "argument", at):
            role = argument.get("role")
            self.draft.unread(argument, ("entity_id", "role", *_PLACE), at=where)
            if trigger is None:
                self.draft.wrong("argument", where, "belongs to an event that was left out", str(role))
            elif not isinstance(role, str) or not role:
                self.draft.wrong("argument", where, "has no role; name it", str(argument.get("entity_id", "")))
            elif (filler := self._filler(argument, where)) is not None:
                self.draft.argument(trigger, role, filler, at=where)

    def _filler(self, argument: Json, at: str) -> Span | None:
        id, quoted = argument.get("entity_id"), argument.get("text")
        if id is None:
            span = self._span(argument, UNTYPED, at, "argument")
            return span and self.marks.filler(span, at=at)
        filler = self.marks.by_id.get(str(id))
        if filler is None:
            reason = "is filled by an entity that is not there or was left out; mend its entity_id"
            self.draft.wrong("argument", at, reason, f"{argument.get('role')} {id}")
        elif isinstance(quoted, str) and not same_letters(quoted, filler.quote(self.draft.text)):
            detail = f"{argument.get('role')} quotes {quoted!r} but {id} covers {filler.quote(self.draft.text)!r}"
            self.draft.wrong("argument", at, "quotes other words than its entity; mend its entity_id", detail)
            return None
        return filler

    def _relation(self, mention: Json, at: str) -> None:
        label, ends = mention.get("relation_type"), []
        for where, end in rows(self.draft, mention, "arguments", "link", at):
            ends.append(end.get("entity_id"))
            self.draft.unread(end, ("entity_id", "role", *_PLACE), at=where)
        self.draft.unread(mention, ("id", "relation_type", "arguments"), at=at)
        spans = [self.marks.by_id.get(str(end)) for end in ends]
        if not isinstance(label, str) or not label:
            self.draft.wrong("link", at, "has no type; name it")
        elif len(spans) != 2:
            self.draft.lose("link", at, "is a relation of other than two; a link joins two", label)
        elif spans[0] is None or spans[1] is None:
            reason = "joins an entity that is not there or was left out; mend its entity_id"
            self.draft.wrong("link", at, reason, f"{label} {ends[0]} {ends[1]}")
        else:
            self.marks.relation(label, spans[0], spans[1], at=at)

    def _scored(self, row: Json) -> Iterator[tuple[str, Json]]:
        """The events under `events`, in the form TextEE's scorer takes: lists of start, end, type or role, words."""
        for at, event in rows(self.draft, row, "events", "event"):
            trigger = _place(event.get("trigger"))
            arguments = [_place(argument) for _, argument in items(self.draft, event, "arguments", "argument", at)]
            fillers = [{**argument, "role": argument.get("label")} for argument in arguments]
            for filler in fillers:
                filler.pop("label", None)
            known = {key: value for key, value in event.items() if key not in ("trigger", "arguments")}
            label = trigger.pop("label", None)
            yield at, {**known, "event_type": label, "trigger": trigger, "arguments": fillers}

    def _span(self, place: Json, label: object, at: str, unit: Unit) -> Span | None:
        start, end = whole(place.get("start")), whole(place.get("end"))
        return token_span(self.draft, self.tokens, start, end, label, at=at, quoted=place.get("text"), unit=unit)


def _place(value: object) -> dict[str, object]:
    """The parts of a list of start, end, name and words under their names; none where it is no such list."""
    return dict(zip(("start", "end", "label", "text"), value, strict=False)) if isinstance(value, list) else {}
