"""Reader of MAVEN's JSON lines: an article as sentences, and events with all their mentions.

A mention's `offset` counts the tokens of its sentence `sent_id`, and ends are exclusive. The text is the sentences, a
newline between two. The mentions of an event are linked as a chain. MAVEN-ERE has the sentences under `sentences`, its
times become entities, and each relation between two events a link between their first mentions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from annotation.core.document import Json, Source, Span
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.event_attributes import event_attributes
from annotation.formats.file_marks import FileMarks
from annotation.formats.json_values import items, pair, place, rows, strings, whole
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects, rows_in
from annotation.formats.token_text import TokenText, located, token_span

_MENTION = ("id", "trigger_word", "mention", "sent_id", "offset", "type", "type_id")
_KNOWN = ("id", "title", "content", "tokens", "sentences", "events", "event_mentions", "TIMEX")
_RELATIONS = ("temporal_relations", "causal_relations", "subevent_relations")
_CANDIDATES = {
    "negative_triggers": "is a word marked as no event, which Documents do not hold",
    "candidates": "is a word of a test set whose type is hidden",
}


def recognises(opening: Opening) -> bool:
    """Whether the first row has its sentences with their tokens, as MAVEN or MAVEN-ERE has them."""
    row = opening.objects[0] if opening.objects else {}
    if not opening.objects:
        return {"content", "sent_id", "trigger_word"} <= opening.keys
    events = {"events", "event_mentions", *_CANDIDATES} & set(row)
    return bool(events) and bool(_sentences(row)) and "doc_key" not in row and "doc_id" not in row


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a file, one article a line."""
    said = False
    for item in objects(path):
        if isinstance(item, Lost):
            yield item
            continue
        where, row = item
        sentences = _sentences(row)
        if not sentences:
            yield Lost("document", where, "has no sentences with tokens", kind="wrong")
            continue
        article = _Article(where, sentences, repair=how.repair)
        article.read(row)
        title = row.get("title")
        source = Source(name="", title=title) if isinstance(title, str) and title else None
        id = row.get("id")
        text = article.draft.text
        yield article.draft.document("" if id is None else str(id), how.language or guess_language(text), source=source)
        yield from article.draft.lost
        if not said:
            said = True
            reason = "has its text in sentences; they are joined by newlines, which are not the article's"
            yield Lost("document", path.name, reason, kind="noted")


def _sentences(row: Json) -> list[TokenText]:
    """The sentences with their tokens; none where the row has none."""
    content = [(sentence.get("sentence"), sentence.get("tokens")) for sentence in rows_in(row, "content")]
    tokens, texts = row.get("tokens"), row.get("sentences")
    if not content and isinstance(tokens, list):
        same = isinstance(texts, list) and len(texts) == len(tokens)
        content = list(zip(texts if same and isinstance(texts, list) else [None] * len(tokens), tokens, strict=True))
    if not all(isinstance(words, list) for _, words in content):
        return []
    return [located(text, [strings(words)]) for text, words in content]


class _Article:
    """The text of one article and its mentions. Events and times are known by their ids."""

    def __init__(self, where: str, sentences: Sequence[TokenText], *, repair: bool) -> None:
        self.sentences: list[TokenText] = []
        at = 0
        for sentence in sentences:
            moved = tuple((start + at, end + at) for start, end in sentence.places)
            self.sentences.append(TokenText(sentence.text, moved, sentence.own))
            at += len(sentence.text) + 1
        text = "\n".join(sentence.text for sentence in sentences)
        self.draft = DocumentBuilder(text, where, repair=repair)
        self.marks = FileMarks(self.draft)
        for number, sentence in enumerate(self.sentences, start=1):
            if sentence.text and not sentence.own:
                reason = "has a sentence that is not its tokens; the tokens, joined, take its place"
                self.draft.note("document", f"sentence {number}", reason)

    def read(self, row: Json) -> None:
        """Add the events, times and relations of the article."""
        for at, sentence in rows(self.draft, row, "content", "other"):
            self.draft.unread(sentence, ("sentence", "tokens"), at=at)
        for at, event in rows(self.draft, row, "events", "event"):
            self._event(event, at)
        for at, mention in rows(self.draft, row, "event_mentions", "event"):
            self._mention(mention, mention, at)
        for at, time in rows(self.draft, row, "TIMEX", "entity"):
            if (span := self._span(time, time.get("type"), time.get("mention"), at, "entity")) is not None:
                self.marks.entity(span, id=time.get("id"), at=at)
            self.draft.unread(time, _MENTION, at=at)
        for key in _RELATIONS:
            self._relations(row, key)
        for key, reason in _CANDIDATES.items():
            if count := len(list(items(self.draft, row, key, "other"))):
                self.draft.lose("other", key, reason, count=count)
        self.draft.unread(row, (*_KNOWN, *_RELATIONS, *_CANDIDATES))

    def _event(self, event: Json, at: str) -> None:
        found = [
            self._mention(event, mention, where) for where, mention in rows(self.draft, event, "mention", "event", at)
        ]
        spans = [span for span in found if span is not None]
        if spans:
            self.marks.name(event.get("id"), spans[0], at=at)
            self.marks.same(spans, at=at)
        elif not found:
            self.draft.wrong("event", at, "has no mentions; mark one", str(event.get("type")))
        event_attributes(self.draft, spans[0] if spans else None, event, ("id", "type", "type_id", "mention"), at=at)

    def _mention(self, event: Json, mention: Json, at: str) -> Span | None:
        span = self._span(mention, event.get("type"), mention.get("trigger_word"), at, "event")
        if span is not None:
            self.marks.event(span, id=mention.get("id"), at=at)
        self.draft.unread(mention, _MENTION, at=at)
        return span

    def _span(self, mention: Json, label: object, quoted: object, at: str, unit: Unit) -> Span | None:
        number, (start, end) = whole(mention.get("sent_id")), pair(mention.get("offset"))
        if number is None or not 0 <= number < len(self.sentences):
            reason = "is in a sentence that is not there; mend its sent_id"
            self.draft.wrong(unit, at, reason, f"{label} in {mention.get('sent_id')} of {len(self.sentences)}")
            return None
        return token_span(self.draft, self.sentences[number], start, end, label, at=at, quoted=quoted, unit=unit)

    def _relations(self, row: Json, key: str) -> None:
        """Relations under one label each, or subevents without a label."""
        value = row.get(key)
        labelled = value if isinstance(value, dict) else {"SUBEVENT": value}
        for label in labelled:
            for at, ends in items(self.draft, labelled, label, "link", key):
                names = strings(ends)
                spans = [self.marks.by_id[name] for name in names if name in self.marks.by_id]
                if len(spans) != 2 or len(names) != 2:
                    reason = "joins events that are not there or were left out; mend the ids"
                    self.draft.wrong("link", at, reason, place(label, " ".join(names)))
                else:
                    self.marks.relation(label, spans[0], spans[1], at=at)
