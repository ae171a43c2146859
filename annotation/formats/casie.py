"""Reader of CASIE's JSON: one article about cyber attacks a file, its events in hoppers.

`startOffset` and `endOffset` count characters of `content`, and ends are exclusive. In some files of the corpus all of
them count from some characters before the content: where every quote of a file, and only so, stands at one distance
from its offsets, they are read with it and it is noted. The events of a hopper are the same one and are linked as a
chain. An event's type is its type and subtype with a colon between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from annotation.core.document import Json, Source, Span
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.event_attributes import event_attributes
from annotation.formats.file_marks import FileMarks
from annotation.formats.json_values import child, number, rows, whole
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects, rows_in
from annotation.formats.utf16_marks import UTF16, Utf16, quotes_say_utf16

_PLACE = ("index", "startOffset", "endOffset", "text")
_INFO = ("title", "link", "date", "type")


def recognises(opening: Opening) -> bool:
    """Whether the first row has a text and cyber events."""
    return {"cyberevent", "content"} <= (set(opening.objects[0]) if opening.objects else opening.keys)


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Document of a file, or several from a JSON list or one object a line."""
    for item in objects(path):
        yield from [item] if isinstance(item, Lost) else _article(*item, how)


def _article(where: str, row: Json, how: ReadOptions) -> Iterator[DocumentOrLost]:
    text = row.get("content")
    if not isinstance(text, str) or not text:
        yield Lost("document", where, "has no text under `content`", kind="wrong")
        return
    draft = _Article(text, where, row, repair=how.repair).draft
    info = child(draft, row, "info", "source")
    draft.unread(info, _INFO, at="info")
    draft.unread(row, ("content", "cyberevent", "info", "sourcefile"))
    id = str(row.get("sourcefile") or "").removesuffix(".txt")
    yield draft.document(id, how.language or guess_language(text), source=_source(info))
    yield from draft.lost


def _source(info: Json) -> Source | None:
    title, url, published = (str(info[key]) if info.get(key) else None for key in ("title", "link", "date"))
    return Source(name="", title=title, url=url, published=published) if title or url or published else None


class _Article:
    """The hoppers of one article. `shift` is what every offset is too large by."""

    def __init__(self, text: str, where: str, row: Json, *, repair: bool) -> None:
        self.draft = DocumentBuilder(text, where, repair=repair)
        self.marks = FileMarks(self.draft)
        hoppers = child(self.draft, row, "cyberevent", "event")
        quotes = [*_quotes(hoppers)]
        self.units = Utf16(text) if quotes_say_utf16(text, quotes) else None
        self.shift = 0 if self.units else _shift(text, quotes)
        if self.units:
            self.draft.note("document", "", UTF16)
        elif self.shift:
            reason = "counts offsets from before its text, as all its quotes show; they are read so"
            self.draft.note("document", "", reason, f"{self.shift} characters")
        for at, hopper in rows(self.draft, hoppers, "hopper", "event"):
            events = [(where, event) for where, event in rows(self.draft, hopper, "events", "event", at)]
            spans = [span for where, event in events if (span := self._event(event, where))]
            self.marks.same(spans, at=at)
            self.draft.unread(hopper, ("index", "relation", "events"), at=at)
        self.draft.unread(hoppers, ("hopper",), at="cyberevent")

    def _event(self, event: Json, at: str) -> Span | None:
        nugget = child(self.draft, event, "nugget", "event", at)
        label = ":".join(str(event[key]) for key in ("type", "subtype") if event.get(key))
        span = self._span(nugget, label, at, "event")
        if span is not None:
            self.marks.event(span, at=at)
        self.draft.unread(nugget, _PLACE, at=f"{at}, nugget")
        event_attributes(self.draft, span, event, ("index", "type", "subtype", "nugget", "argument"), at=at)
        for where, argument in rows(self.draft, event, "argument", "argument", at):
            self._argument(argument, span, where)
        return span

    def _argument(self, argument: Json, trigger: Span | None, at: str) -> None:
        role = child(self.draft, argument, "role", "argument", at)
        filler = self._span(argument, argument.get("type"), at, "entity")
        if filler is not None and not self.draft.contains(filler):
            self.marks.entity(filler, at=at)
        name = role.get("type")
        if trigger is None or filler is None:
            self.draft.wrong("argument", at, "belongs to an event or to words that were left out", str(name))
        elif not isinstance(name, str) or not name:
            self.draft.wrong("argument", at, "has no role; name it")
        else:
            self.draft.argument(trigger, name, filler, at=at, score=number(role.get("confidence")))
        score = ("confidence",) if number(role.get("confidence")) is not None else ()
        self.draft.unread(role, ("type", *score), at=f"{at}, role")
        self.draft.unread(argument, (*_PLACE, "role", "type"), at=at)

    def _span(self, place: Json, label: object, at: str, unit: Unit) -> Span | None:
        start, end = whole(place.get("startOffset")), whole(place.get("endOffset"))
        if start is not None and end is not None:
            start, end = start - self.shift, end - self.shift
            start, end = self.units.range(start, end) if self.units else (start, end)
        return self.draft.span(start, end, label, at=at, quoted=place.get("text"), unit=unit)


def _quotes(hoppers: Json) -> Iterator[tuple[int, int, str]]:
    """The offsets and words of each nugget and argument."""
    for hopper in rows_in(hoppers, "hopper"):
        for event in rows_in(hopper, "events"):
            for place in (event.get("nugget"), *rows_in(event, "argument")):
                words = place.get("text") if isinstance(place, dict) else None
                if not isinstance(place, dict) or not isinstance(words, str) or not words:
                    continue
                start, end = whole(place.get("startOffset")), whole(place.get("endOffset"))
                if start is not None and end is not None:
                    yield start, end, words


def _shift(text: str, quotes: Iterable[tuple[int, int, str]]) -> int:
    """The one distance from its offsets at which every quote stands; 0 where one stands at its own or none fits all."""
    places = {(start, words) for start, _, words in quotes}
    if len(places) < 2 or any(text.startswith(words, start) for start, words in places if start >= 0):
        return 0
    common = set.intersection(*({start - at for at in _occurrences(text, words)} for start, words in places))
    return common.pop() if len(common) == 1 else 0


def _occurrences(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)
