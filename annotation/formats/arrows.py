"""Events in tools that have only labelled spans and arrows: which spans are triggers, and which arrows are roles.

The options of the import say which labels are those of events and of links; a file that naba wrote says it itself, in
each row under `naba`. An arrow at a trigger is a role of its event; any other is a link.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from annotation.core.document import Document, Json, Span
from annotation.formats.base import Lost, ReadOptions
from annotation.formats.file_marks import FileMarks
from annotation.formats.json_values import strings

OWN = "naba"


@dataclass(frozen=True, slots=True)
class EventLabels:
    """The labels that are those of events, and of links without direction."""

    events: frozenset[str]
    links: frozenset[str]

    @classmethod
    def of(cls, row: Json, how: ReadOptions) -> EventLabels:
        """The labels that the options give, and those that the row itself gives."""
        own = row.get(OWN)
        given: Json = own if isinstance(own, dict) else {}
        return cls(how.events | {*strings(given.get("events"))}, how.links | {*strings(given.get("links"))})


def add_span(marks: FileMarks, span: Span, labels: EventLabels, *, id: object = None, at: str) -> None:
    """Add the span as an event's trigger or as an entity, by its label."""
    (marks.event if span.label in labels.events else marks.entity)(span, id=id, at=at)


def add_arrow(marks: FileMarks, label: str, a: Span, b: Span, labels: EventLabels, *, at: str) -> None:
    """Add an arrow from `a` to `b` as a role of the event it begins at or else ends at, or as a link."""
    draft = marks.draft
    if label in labels.links:
        draft.link(label, a, b, at=at)
    elif draft.is_event(a):
        draft.argument(a, label, b, at=at)
    elif draft.is_event(b):
        draft.note("argument", at, "points at its event; it is taken as a role of it", label)
        draft.argument(b, label, a, at=at)
    else:
        marks.relation(label, a, b, at=at)


def drawn(document: Document) -> list[tuple[str, Span, Span]]:
    """Every role and link of the Document as an arrow: its label, where it begins and where it ends."""
    roles = [(a.role, event.trigger, a.filler) for event in document.events for a in event.arguments]
    return [*roles, *((link.label, link.a, link.b) for link in document.links)]


def own_labels(document: Document) -> dict[str, list[str]]:
    """The labels of the Document's events and links, as a row says them."""
    return {
        "events": sorted({event.type for event in document.events}),
        "links": sorted({link.label for link in document.links}),
    }


def drawing_losses(document: Document) -> Iterator[Lost]:
    """What spans and arrows do not hold of the Document."""
    id, own = document.id, own_labels(document)
    for event in document.events:
        for name, value in event.attributes:
            yield Lost("attribute", id, "has no place beside spans and relations", f"{event.type} {name} {value}")
        for argument in event.arguments:
            if argument.role in own["links"]:
                reason = "has the name of a link; it is read as one"
                yield Lost("argument", id, reason, argument.role, "noted")
    for entity in document.entities:
        if entity.label in own["events"]:
            yield Lost("entity", id, "has the label of an event; it is read as one", entity.label, "noted")
    if document.source:
        yield Lost("source", id, "has no place beside the text")
