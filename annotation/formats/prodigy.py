"""Reader of Prodigy's JSON lines, as `db-out` exports them: texts with spans, relations and an answer.

`start` and `end` of spans count code points, and `end` is exclusive; `token_start` and `token_end` count `tokens`, and
`token_end` is inclusive. A relation joins two tokens, `head` and `child`, each the last of its span, and mostly repeats
the spans as `head_span` and `child_span`. Only accepted examples become Documents. The annotator is `_annotator_id`, or
`_session_id` in older versions. Choices and labels of a whole text have no place in a Document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from annotation.core.document import Json, Provenance, Span
from annotation.formats.arrows import OWN, EventLabels, add_arrow, add_span
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.file_marks import FileMarks
from annotation.formats.json_values import child, items, number, rows, whole
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects, rows_in
from annotation.formats.utf16_marks import UTF16, Utf16, quotes_say_utf16

_DERIVED = ("_input_hash", "_task_hash", "_is_binary", "_view_id", "_annotator_id", "_session_id", "tokens")
"""Keys that identify an example or repeat its text, and those of its annotator."""
_KNOWN = ("id", "text", "lang", "spans", "relations", "answer", "options", "accept", "_timestamp", OWN, *_DERIVED)
_SPAN = ("start", "end", "label", "text", "token_start", "token_end", "type")
_NOT_ACCEPTED = {"reject": "was rejected by its annotator", "ignore": "was passed over by its annotator"}


def recognises(opening: Opening) -> bool:
    """Whether the first rows are texts with Prodigy's hashes or answer, or with spans as it has them."""
    found = [row for row in opening.objects if isinstance(row.get("text"), str)]
    if not found or "schema" in opening.keys:
        return False
    if {"_input_hash", "_task_hash"} & opening.keys:
        return True
    spans = [span for row in found for span in rows_in(row, "spans")]
    return bool(spans) and all({"start", "end", "label"} <= set(span) for span in spans)


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of the accepted examples; every other example is recorded with the number of its marks."""
    for item in objects(path):
        if isinstance(item, Lost):
            yield item
            continue
        where, row = item
        text, answer = row.get("text"), row.get("answer")
        if not isinstance(text, str) or not text:
            yield Lost("document", where, "has no text; mend or remove it", kind="wrong")
        elif isinstance(answer, str) and answer in _NOT_ACCEPTED:
            yield from _left_out(where, row, _NOT_ACCEPTED[answer])
        else:
            yield from _example(where, row, text, how)


def _left_out(where: str, row: Json, reason: str) -> Iterator[Lost]:
    yield Lost("document", where, reason)
    if spans := len(rows_in(row, "spans")):
        yield Lost("entity", where, f"is of an example that {reason}", count=spans)
    if relations := len(rows_in(row, "relations")):
        yield Lost("link", where, f"is of an example that {reason}", count=relations)


def _example(where: str, row: Json, text: str, how: ReadOptions) -> Iterator[DocumentOrLost]:
    example = _Example(text, where, row, how)
    id = row.get("id")
    language = str(row.get("lang") or how.language or guess_language(text))
    yield example.draft.document("" if id is None else str(id), language, provenance=_provenance(row))
    yield from example.draft.lost


def _provenance(row: Json) -> Provenance | None:
    name = row.get("_annotator_id") or row.get("_session_id")
    seconds = number(row.get("_timestamp"))
    try:
        updated = datetime.fromtimestamp(seconds, UTC).isoformat() if seconds is not None else None
    except (OverflowError, ValueError, OSError):
        updated = None
    return Provenance(annotator=str(name) if name else None, updated_at=updated) if name or updated else None


def _quotes(row: Json) -> Iterator[tuple[int, int, str]]:
    """The offsets and words of each span and token that has both."""
    for span in (*rows_in(row, "spans"), *rows_in(row, "tokens")):
        start, end, words = whole(span.get("start")), whole(span.get("end")), span.get("text")
        if start is not None and end is not None and isinstance(words, str):
            yield start, end, words


class _Example:
    """The spans and relations of one example. `token_ranges` has the first and the last token of each span."""

    def __init__(self, text: str, where: str, row: Json, how: ReadOptions) -> None:
        self.draft = DocumentBuilder(text, where, repair=how.repair)
        self.marks, self.labels = FileMarks(self.draft), EventLabels.of(row, how)
        self.units = Utf16(text) if quotes_say_utf16(text, _quotes(row)) else None
        if self.units:
            self.draft.note("document", "", UTF16)
        self.tokens = rows_in(row, "tokens")
        self.token_ranges: list[tuple[int, int, Span]] = []
        for at, span in rows(self.draft, row, "spans", "entity"):
            self._span(span, at)
        for at, relation in rows(self.draft, row, "relations", "link"):
            self._relation(relation, at)
        self._about_the_text(row)
        self.draft.unread(row, _KNOWN)

    def _about_the_text(self, row: Json) -> None:
        """Record what an example says of its text as a whole."""
        for at, _ in items(self.draft, row, "accept", "other"):
            self.draft.lose("other", at, "is a choice about the whole text, which Documents do not hold")
        answer = row.get("answer")
        if answer not in (None, "accept"):
            self.draft.note("document", "", "has an answer of no known kind; taken as accepted", str(answer))
        if row.get("_is_binary") is True and answer == "accept":
            reason = "was asked about one mark at a time; its other marks may not be annotated"
            self.draft.note("document", "", reason)

    def _span(self, row: Json, at: str) -> None:
        (start, end), label = self._offsets(row), row.get("label")
        event = isinstance(label, str) and label in self.labels.events
        span = self.draft.span(start, end, label, at=at, quoted=row.get("text"), unit="event" if event else "entity")
        score = number(row.get("score"))
        self.draft.unread(row, _SPAN if score is None else (*_SPAN, "score"), at=at)
        if span is not None:
            add_span(self.marks, replace(span, score=score), self.labels, at=at)
            self._token_range(row, span, at)

    def _offsets(self, row: Json) -> tuple[int | None, int | None]:
        start, end = whole(row.get("start")), whole(row.get("end"))
        return (start, end) if self.units is None or start is None or end is None else self.units.range(start, end)

    def _token_range(self, row: Json, span: Span, at: str) -> None:
        """Remember the span's tokens, and note where `tokens` has them at other characters."""
        first, last = whole(row.get("token_start")), whole(row.get("token_end"))
        if first is None or last is None:
            return
        self.token_ranges.append((first, last, span))
        if not self.tokens:
            return
        known = 0 <= first <= last < len(self.tokens)
        ends = {"start": self.tokens[first].get("start"), "end": self.tokens[last].get("end")} if known else {}
        places = self._offsets(ends)
        if places != (span.start, span.end):
            reason = "has tokens at other characters than its own; the characters are kept"
            self.draft.note("entity", at, reason, f"{span.label} [{span.start}:{span.end}] tokens {first} to {last}")

    def _relation(self, row: Json, at: str) -> None:
        label = row.get("label")
        a, b = (self._end(row, side, at) for side in ("head", "child"))
        if not isinstance(label, str) or not label:
            self.draft.wrong("link", at, "has no label; name it")
        elif a is None or b is None:
            reason = "joins tokens that are in no span, or in several; mend it"
            self.draft.wrong("link", at, reason, f"{label} {row.get('head')} {row.get('child')}")
        else:
            add_arrow(self.marks, label, a, b, self.labels, at=at)
        self.draft.unread(row, ("head", "child", "head_span", "child_span", "label", "color"), at=at)

    def _end(self, row: Json, side: str, at: str) -> Span | None:
        """The span at one end of a relation: that it repeats, or that its token is the last of, or else in."""
        own = child(self.draft, row, f"{side}_span", "link", at)
        self.draft.unread(own, (*_SPAN, "score"), at=f"{at}, {side}_span")
        start, end = self._offsets(own)
        if start is not None and end is not None:
            return self.marks.at(start, end, own.get("label"))
        token = whole(row.get(side))
        if token is None:
            return None
        last = [span for _, last, span in self.token_ranges if last == token]
        found = last or [span for first, last, span in self.token_ranges if first <= token <= last]
        return found[0] if len(set(found)) == 1 else self._at_token(token)

    def _at_token(self, token: int) -> Span | None:
        """The one span that ends with the token's characters, where spans have no tokens of their own."""
        if self.token_ranges or not 0 <= token < len(self.tokens):
            return None
        end = whole(self.tokens[token].get("end"))
        found = {span for span in self.marks.all() if span.end == end}
        return found.pop() if len(found) == 1 else None
