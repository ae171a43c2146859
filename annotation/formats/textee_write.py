"""Documents in tokens, as TextEE's JSON has them: the writing half of `textee`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotation.core.document import Document, Span
from annotation.formats.tokenization import TrimmedSpan, borders, trim_spans, word_ranges


@dataclass(frozen=True, slots=True)
class Written:
    """A window of TextEE's, and what of the Document it does not say."""

    row: dict[str, object]
    lost: tuple[str, ...] = ()


def to_textee(document: Document, *, cuts: Iterable[int] = ()) -> Written:
    """The Document as a window, its words cut at its own borders and at `cuts`."""
    places = word_ranges(document.text, {*borders(document), *cuts})
    trimmed, changes = trim_spans(document)
    doc_id, _, wnd_id = document.id.partition("#")
    row: dict[str, object] = {"doc_id": doc_id, "wnd_id": wnd_id or doc_id, "text": document.text}
    row |= {"lang": document.language, "tokens": [document.text[start:end] for start, end in places]}
    return Written(row | _Writing(trimmed, places).mentions(), tuple(map(_loss, changes)))


def _loss(change: TrimmedSpan) -> str:
    span = change.span
    effect = "is whitespace and left out" if change.trimmed is None else "loses the whitespace at its edges"
    return f"{span.label} [{span.start}:{span.end}] {effect}"


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
