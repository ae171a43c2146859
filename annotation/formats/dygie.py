"""Reader of DyGIE++'s JSON lines: an article as lists of tokens, with entities, relations, events and coreference.

`ner`, `relations` and `events` hold a list for each sentence. All offsets count the tokens of the whole article, and
ends are inclusive. A trigger is one token, or a first and a last one in later versions. Predictions, under `predicted_`
and with a score, are read where there is no gold. Coreference clusters become chains of links. A file of naba's own has
the text of each sentence under `_text`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from annotation.core.document import Json, Span
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.file_marks import UNTYPED, FileMarks
from annotation.formats.json_values import items, number, place, strings, whole
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects
from annotation.formats.token_text import TokenText, WhiteSpaceNote, joined, located, token_span

TEXT, DATASET = "_text", "naba"
_LAYERS = ("ner", "relations", "events", "clusters", "event_clusters")
_KNOWN = ("doc_key", "sentences", "sentence_start", "_sentence_start", TEXT)
Item = tuple[str, list[object]]


def recognises(opening: Opening) -> bool:
    """Whether the first row has a key, and sentences that are lists of tokens."""
    if not opening.objects:  # an article can be longer than what is looked at
        return {"doc_key", "sentences"} <= opening.keys
    row = opening.objects[0]
    return "doc_key" in row and bool(_sentences(row)) and "schema" not in row


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a file, one article a line or one JSON list."""
    note = WhiteSpaceNote(path.name)
    for item in objects(path):
        if isinstance(item, Lost):
            yield item
        elif not _sentences(item[1]):
            yield Lost("document", item[0], "has no sentences that are lists of tokens", kind="wrong")
        else:
            yield from _article(*item, how, note)


def _sentences(row: Json) -> list[list[str]]:
    value = row.get("sentences")
    listed = isinstance(value, list) and all(isinstance(sentence, list) for sentence in value)
    return [strings(sentence) for sentence in value] if listed and isinstance(value, list) else []


def _article(where: str, row: Json, how: ReadOptions, note: WhiteSpaceNote) -> Iterator[DocumentOrLost]:
    sentences = _sentences(row)
    own = row.get(TEXT)
    tokens = located("".join(strings(own)), sentences) if own else joined(sentences)
    draft = DocumentBuilder(tokens.text, where)
    _Layers(draft, tokens, row).read()
    id = row.get("doc_key")
    yield draft.document("" if id is None else str(id), how.language or guess_language(tokens.text))
    yield from draft.lost
    yield from note.of(tokens)


class _Layers:
    """The layers of annotations of one article. `prefix` is that of predictions where there is no gold."""

    def __init__(self, draft: DocumentBuilder, tokens: TokenText, row: Json) -> None:
        self.draft, self.tokens, self.row = draft, tokens, row
        self.marks = FileMarks(draft)
        gold = any(layer in row for layer in _LAYERS)
        self.prefix = "predicted_" if not gold and any(f"predicted_{layer}" in row for layer in _LAYERS) else ""

    def read(self) -> None:
        """Add events first, so that a role can be filled by a trigger, then the rest."""
        for at, item in self._items("ner", "entity"):
            if (span := self._span(item[:3], at, "entity", item)) is not None:
                self.marks.entity(span, at=at)
        triggered = [(at, event, self._trigger(event, at)) for at, event in self._items("events", "event")]
        for at, event, trigger in triggered:
            self._arguments(event, trigger, at)
        for at, item in self._items("relations", "link"):
            self._relation(item, at)
        for layer in ("clusters", "event_clusters"):
            for at, cluster in items(self.draft, self.row, self.prefix + layer, "link"):
                self._cluster(cluster, at, events=layer == "event_clusters")
        known = {*_KNOWN, *(self.prefix + layer for layer in _LAYERS)}
        self.draft.unread(self.row, known | ({"dataset"} if self.row.get("dataset") == DATASET else set()))

    def _items(self, layer: str, unit: Unit) -> Iterator[Item]:
        """Each list of a layer with its place; what is none is recorded."""
        for at, sentence in items(self.draft, self.row, self.prefix + layer, unit):
            for where, item in items(self.draft, {"item": sentence}, "item", unit, at):
                if isinstance(item, list) and item:
                    yield where, item
                else:
                    self.draft.wrong(unit, where, "is not a list of offsets and a label; mend it")

    def _span(self, parts: Sequence[object], at: str, unit: Unit, scored: Sequence[object] = ()) -> Span | None:
        """The span of first token, last token and label; its score is the last of the numbers that follow."""
        start, end, label = (*parts, None, None, None)[:3]
        first, last = whole(start), whole(end)
        after = None if last is None else last + 1
        span = token_span(self.draft, self.tokens, first, after, label, at=at, unit=unit)
        return span and replace(span, score=self._score(scored, 3))

    def _score(self, item: Sequence[object], size: int) -> float | None:
        return number(item[-1]) if self.prefix and len(item) > size else None

    def _trigger(self, event: list[object], at: str) -> Span | None:
        head = event[0] if isinstance(event[0], list) else []
        several = len(head) > 2 and isinstance(head[2], str)
        parts = head[:3] if several else [*head[:1], *head[:2]]
        span = self._span(parts, at, "event")
        if span is not None:
            span = replace(span, score=self._score(head, 3 if several else 2))
            self.marks.event(span, at=at)
        return span

    def _arguments(self, event: list[object], trigger: Span | None, at: str) -> None:
        for index, item in enumerate(event[1:], start=1):
            where = place(at, f"argument {index}")
            parts = item if isinstance(item, list) else []
            start, end, role = (*parts, None, None, None)[:3]
            if trigger is None:
                self.draft.wrong("argument", where, "belongs to an event that was left out", str(role))
            elif not isinstance(role, str) or not role:
                self.draft.wrong("argument", where, "has no role; name it")
            elif (span := self._span((start, end, UNTYPED), where, "argument")) is not None:
                filler = self.marks.filler(span, at=where)
                self.draft.argument(trigger, role, filler, at=where, score=self._score(parts, 3))

    def _relation(self, item: list[object], at: str) -> None:
        label = item[4] if len(item) > 4 else None
        one = self._span((*item[:2], label), at, "link")
        other = self._span((*item[2:4], label), at, "link") if one else None
        if one is None or other is None:
            return
        a, b = self.marks.at(one.start, one.end), self.marks.at(other.start, other.end)
        if a is None or b is None:
            self.draft.wrong("link", at, "joins words that are no mark; mark them or remove it", one.label)
        else:
            self.marks.relation(one.label, a, b, at=at, score=self._score(item, 5))

    def _cluster(self, cluster: object, at: str, *, events: bool) -> None:
        """Link the members. One that is no mark becomes an entity without a type, since SciERC has such members."""
        members = []
        for where, item in items(self.draft, {"member": cluster}, "member", "link", at):
            parts = item if isinstance(item, list) else []
            span = self._span((*parts[:2], UNTYPED), where, "link")
            if span is not None:
                trigger = self.marks.trigger_at(span.start, span.end) if events else None
                members.append(trigger or self._member(span, where))
        self.marks.same(members, at=at)

    def _member(self, span: Span, at: str) -> Span:
        mark = self.marks.at(span.start, span.end)
        if mark is None:
            reason = "is in a cluster but is no mark of its own in the file; it becomes an entity"
            self.draft.note("entity", at, reason, f"{span.label} [{span.start}:{span.end}]")
            self.marks.entity(span, at=at)
        return mark or span
