"""Documents in tokens, as TextEE's JSON has them: the writing half of `textee`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import regex

from annotation.core.document import Document, Event, Link, Span

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}\p{Cf}]+(?:[\"'\u05f3\u05f4][\p{L}\p{M}\p{N}\p{Cf}]+)*|.", regex.DOTALL)


@dataclass(frozen=True, slots=True)
class Written:
    """A window of TextEE's, and what of the Document it does not say."""

    row: dict[str, object]
    lost: tuple[str, ...] = ()


def borders(*documents: Document) -> set[int]:
    """Every offset where a mark of any of the Documents begins or ends."""
    return {offset for document in documents for span in document.spans() for offset in (span.start, span.end)}


def to_textee(document: Document, *, cuts: Iterable[int] = ()) -> Written:
    """The Document as a window, its words cut at its own borders and at `cuts`."""
    places = bounds(document.text, {*borders(document), *cuts})
    kept, lost = trimmed(document)
    doc_id, _, wnd_id = kept.id.partition("#")
    row: dict[str, object] = {"doc_id": doc_id, "wnd_id": wnd_id or doc_id, "text": kept.text, "lang": kept.language}
    row["tokens"] = [kept.text[start:end] for start, end in places]
    return Written(row | _Writing(kept, places).mentions(), lost)


class _Writing:
    """Mentions of one Document in tokens, under ids that say where in the window they are."""

    def __init__(self, document: Document, places: Sequence[tuple[int, int]]) -> None:
        self.document = document
        self.starts = {start: at for at, (start, _) in enumerate(places)}
        self.ends = {end: at + 1 for at, (_, end) in enumerate(places)}
        pointed = {a.filler for e in document.events for a in e.arguments} | {
            s for k in document.links for s in (k.a, k.b)
        }
        self.mentions_of = sorted({*document.entities, *pointed})
        self.ids = {span: f"{document.id}-E{at}" for at, span in enumerate(self.mentions_of)}

    def mentions(self) -> dict[str, object]:
        document = self.document
        return {
            "entity_mentions": [
                {"id": self.ids[span], "entity_type": span.label, **self.place(span)} for span in self.mentions_of
            ],
            "event_mentions": [
                {
                    "id": f"{document.id}-EV{at}",
                    "event_type": event.type,
                    "trigger": self.place(event.trigger),
                    "arguments": [{**self.end(a.filler), "role": a.role} for a in event.arguments],
                    **({"attributes": dict(event.attributes)} if event.attributes else {}),
                }
                for at, event in enumerate(document.events)
            ],
            "relation_mentions": [
                {
                    "id": f"{document.id}-R{at}",
                    "relation_type": link.label,
                    "arguments": [{**self.end(end), "role": f"Arg-{n}"} for n, end in ((1, link.a), (2, link.b))],
                }
                for at, link in enumerate(document.links)
            ],
        }

    def end(self, span: Span) -> dict[str, object]:
        return {"entity_id": self.ids[span], **self.place(span)}

    def place(self, span: Span) -> dict[str, object]:
        start, end = self.starts[span.start], self.ends[span.end]
        return {"text": span.quote(self.document.text), "start": start, "end": end}


def bounds(text: str, cuts: set[int]) -> list[tuple[int, int]]:
    """Ranges of words and of single signs, cut at the offsets as well; they cover all but whitespace."""
    found: list[tuple[int, int]] = []
    for stretch in re.finditer(r"\S+", text):
        for word in _WORD.finditer(text, *stretch.span()):
            inside = sorted(cut for cut in cuts if word.start() < cut < word.end()) if cuts else []
            found += pairwise([word.start(), *inside, word.end()])
    return found


def trimmed(document: Document) -> tuple[Document, tuple[str, ...]]:
    """The Document without whitespace at the edges of its spans, which no token holds, and what that changed."""
    new: dict[Span, Span] = {}
    lost = []
    for span in {*document.spans()}:
        words = span.quote(document.text)
        head = len(words) - len(words.lstrip())
        if not words.strip():
            lost.append(f"{span.label} [{span.start}:{span.end}] is whitespace and left out")
            continue
        new[span] = replace(span, start=span.start + head, end=span.start + len(words.rstrip()))
        if new[span] != span:
            lost.append(f"{span.label} [{span.start}:{span.end}] loses the whitespace at its edges")
    events: dict[Span, Event] = {}
    for event in document.events:
        if event.trigger in new:
            trigger = new[event.trigger]
            fillers = [(a, new[a.filler]) for a in event.arguments if a.filler in new]
            arguments = (replace(a, filler=filler) for a, filler in fillers if filler != trigger)
            before = events[trigger].arguments if trigger in events else ()
            events[trigger] = replace(event, trigger=trigger, arguments=(*before, *arguments))
    ends = [(k.label, new[k.a], new[k.b]) for k in document.links if k.a in new and k.b in new]
    links = tuple(Link(label, a, b) for label, a, b in ends if a != b)
    entities = tuple(new[span] for span in document.entities if span in new)
    return replace(document, entities=entities, events=tuple(events.values()), links=links), tuple(sorted(lost))
