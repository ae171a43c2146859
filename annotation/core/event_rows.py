"""Events as plain JSON values, for programs that know nothing of Documents.

An event is {"type", "start", "end", "text", "score", "attributes": {name: value}, "arguments": [{"role", "label",
"start", "end", "text", "score"}]}. Offsets count code points; `end` is exclusive; a score is the probability that the
trigger or argument is right, null where a person marked it.
"""

from __future__ import annotations

from annotation.core.document import Document, Event


def event_rows(document: Document) -> list[dict[str, object]]:
    """A Document's events as plain JSON values."""
    return [_event(document, event) for event in document.events]


def _event(document: Document, event: Event) -> dict[str, object]:
    arguments = [
        {"role": a.role, "label": a.filler.label, **_place(document, a.filler.start, a.filler.end), "score": a.score}
        for a in event.arguments
    ]
    where = _place(document, event.trigger.start, event.trigger.end)
    row: dict[str, object] = {"type": event.type, **where, "score": event.trigger.score}
    return {**row, "attributes": dict(event.attributes), "arguments": arguments}


def _place(document: Document, start: int, end: int) -> dict[str, object]:
    return {"start": start, "end": end, "text": document.text[start:end]}
