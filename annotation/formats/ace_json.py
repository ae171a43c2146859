"""Reader of ACE 2005 as ace2005-preprocessing and JMEE write it: sentences with their golden mentions, as JSON.

`start` counts the sentence's `words`; `end` is exclusive, but it is `start` plus the words of the quote as white space
splits them, so it is wrong wherever the tokenizer splits otherwise, and older files count it inclusive. So a mention is
its quote at its first token, and a quote that does not stand there is refused. Each sentence is a Document without an
id. Heads of mentions, parses and lemmas have no place in one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from annotation.core.document import Json, Span
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.event_attributes import entity_attributes, event_attributes
from annotation.formats.file_marks import UNTYPED, FileMarks
from annotation.formats.json_values import child, rows, strings, whole
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects
from annotation.formats.token_text import TokenText, WhiteSpaceNote, joined, located, token_span

_ENTITIES, _EVENTS = "golden_entity_mentions", "golden_event_mentions"
_PLACE = ("text", "start", "end")
_WORDS = ("words", "tokens")


def recognises(opening: Opening) -> bool:
    """Whether the first row is a sentence with golden mentions."""
    keys = {key.replace("-", "_") for key in (opening.objects[0] if opening.objects else opening.keys)}
    return "sentence" in keys and bool(keys & {_ENTITIES, _EVENTS})


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """One Document for each sentence of a JSON list, or of one object a line."""
    note = WhiteSpaceNote(path.name)
    for item in objects(path):
        if isinstance(item, Lost):
            yield item
            continue
        where, row = item[0], _underscored(item[1])
        if not isinstance(row.get("sentence"), str) or not row["sentence"]:
            yield Lost("document", where, "has no `sentence`", kind="wrong")
            continue
        sentence = _Sentence(where, row, repair=how.repair)
        yield sentence.draft.document("", how.language or guess_language(sentence.draft.text))
        yield from sentence.draft.lost
        yield from note.of(sentence.tokens)


def _underscored(row: Json) -> dict[str, object]:
    """The row with `golden-entity-mentions` and the like under the names that older files have for them."""
    return {key.replace("-", "_") if key.startswith(("golden", "entity")) else key: row[key] for key in row}


class _Sentence:
    """The mentions of one sentence."""

    def __init__(self, where: str, row: Json, *, repair: bool) -> None:
        words = next((strings(row[key]) for key in _WORDS if row.get(key)), [])
        text = str(row["sentence"])
        self.tokens = located(text, [words]) if words else _by_white_space(text)
        self.draft = DocumentBuilder(self.tokens.text, where, repair=repair)
        self.marks = FileMarks(self.draft)
        for at, mention in rows(self.draft, row, _ENTITIES, "entity"):
            self._entity(_underscored(mention), at)
        events = [(at, event, self._trigger(event, at)) for at, event in rows(self.draft, row, _EVENTS, "event")]
        for at, event, trigger in events:
            self._arguments(event, trigger, at)
        if not words:
            self.draft.note("document", "", "has no words; its mentions count those between white space")
        self.draft.unread(row, ("sentence", *_WORDS, _ENTITIES, _EVENTS))

    def _entity(self, mention: Json, at: str) -> None:
        span = self._span(mention, mention.get("entity_type"), at, "entity")
        if span is not None:
            self.marks.entity(span, at=at)
        entity_attributes(self.draft, mention, ("entity_type", "entity_id", "id", *_PLACE), at=at)

    def _trigger(self, event: Json, at: str) -> Span | None:
        place = child(self.draft, event, "trigger", "event", at)
        span = self._span(place, event.get("event_type"), at, "event")
        if span is not None:
            self.marks.event(span, at=at)
        self.draft.unread(place, _PLACE, at=f"{at}, trigger")
        event_attributes(self.draft, span, event, ("trigger", "arguments", "event_type", "id"), at=at)
        return span

    def _arguments(self, event: Json, trigger: Span | None, at: str) -> None:
        for where, given in rows(self.draft, event, "arguments", "argument", at):
            argument = _underscored(given)
            role = argument.get("role")
            self.draft.unread(argument, ("role", "entity_type", "entity_id", *_PLACE), at=where)
            if trigger is None:
                self.draft.wrong("argument", where, "belongs to an event that was left out", str(role))
            elif not isinstance(role, str) or not role:
                self.draft.wrong("argument", where, "has no role; name it")
            elif span := self._span(argument, argument.get("entity_type") or UNTYPED, where, "argument"):
                self.draft.argument(trigger, role, self.marks.filler(span, at=where), at=where)

    def _span(self, mention: Json, label: object, at: str, unit: Unit) -> Span | None:
        """The quote at its first token, or the tokens where there is no quote."""
        start, end, quoted = whole(mention.get("start")), whole(mention.get("end")), mention.get("text")
        found = self._quote(start, quoted)
        if found is None:
            return token_span(self.draft, self.tokens, start, end, label, at=at, quoted=quoted, unit=unit)
        span = self.draft.span(*found, label, at=at, quoted=None, unit=unit)
        if span is not None and end is not None and start is not None and not self._ends(start, end, span.end):
            self.draft.note(unit, at, "ends at other words than it quotes; the quote is kept", f"{label} {quoted!r}")
        return span

    def _ends(self, start: int, end: int, last: int) -> bool:
        """Whether the tokens end where the quote does, as `end` counts, exclusive or inclusive."""
        ends = [self.tokens.places[at - 1][1] for at in (end, end + 1) if start < at <= len(self.tokens.places)]
        return last in ends

    def _quote(self, start: int | None, quoted: object) -> tuple[int, int] | None:
        """The range of the quote where it begins in the token; white space in it may be of any kind."""
        if start is None or not 0 <= start < len(self.tokens.places) or not isinstance(quoted, str):
            return None
        first, last = self.tokens.places[start]
        pattern = re.compile(r"\s+".join(map(re.escape, quoted.split())) or "(?!)")
        found = pattern.search(self.draft.text, first)
        return found.span() if found and found.start() < last else None


def _by_white_space(text: str) -> TokenText:
    return located(text, [text.split()]) if text.strip() else joined([])
