"""Faults as annotators make them, put into a clean Document: what `naba check` must find, each with where it is."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from annotation.checks.boundaries import word_at
from annotation.core import text as texts
from annotation.core.document import Argument, Document, Event, Link, Provenance, Span
from annotation.core.ontology import Ontology
from annotation.core.proclitics import moved

Seeded: TypeAlias = tuple[Document, Span]
"""The Document with the fault, and the span at which it must be found."""
Fault: TypeAlias = Callable[[Document, Ontology], Iterator[Seeded]]


def _resized(document: Document, span: Span, start: int = 0, end: int = 0) -> Iterator[Seeded]:
    new = replace(span, start=span.start + start, end=span.end + end)
    if not {new} & set(document.spans()) and 0 <= new.start < new.end <= len(document.text):
        yield moved(document, {span: new}), new


def _event(document: Document, old: Event, new: Event, at: Span | None = None) -> Seeded:
    return replace(document, events=tuple(new if event == old else event for event in document.events)), (
        at or new.trigger
    )


def edge_space(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for span in document.spans():
        if document.text[span.end : span.end + 1] == " ":
            yield from _resized(document, span, end=1)


def edge_punctuation(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for span in document.spans():
        if document.text[span.end : span.end + 1] in tuple(",.،:"):
            yield from _resized(document, span, end=1)


def cut_letter(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for span in document.spans():
        if unicodedata.category(document.text[span.end - 1]) == "Mn" and span.end - span.start > 2:
            yield from _resized(document, span, end=-1)


def begins_inside(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for span in document.spans():
        word = word_at(document.text, span.start)
        if word and word[0] == span.start and document.text[word[0] : word[0] + 5].isalpha():
            head = document.text[span.start : span.start + 3]
            if 3 not in texts.proclitics(head + "ממ", document.language):
                yield from _resized(document, span, start=3)


def ends_inside(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for span in document.spans():
        if document.text[span.end - 2 : span.end].isalpha() and span.end - span.start > 4:
            yield from _resized(document, span, end=-1)


def entity_type(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for span in document.entities:
        new = replace(span, label="Planet")
        yield moved(document, {span: new}), new


def event_type(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for event in document.events:
        new = replace(event.trigger, label="Party")
        yield moved(document, {event.trigger: new}), new


def role(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for event in document.events:
        for argument in event.arguments:
            wrong = replace(argument, role="Loser" if event.type == "Statement" else "Speaker")
            yield _event(document, event, replace(event, arguments=(wrong, *event.arguments[1:])), argument.filler)
            break


def filler(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for event in document.events:
        for span in document.entities:
            if span.label == "Time":
                wrong = Argument("Place", span)
                yield _event(document, event, replace(event, arguments=(*event.arguments, wrong)), span)


def too_many(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    times = [Argument("Time", span) for span in document.entities if span.label == "Time"]
    for event in document.events if len(times) > 1 else ():
        yield _event(document, event, replace(event, arguments=(*event.arguments, *times)))


def expected(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    pointed = {argument.filler for event in document.events for argument in event.arguments}
    pointed |= {span for link in document.links for span in (link.a, link.b)}
    for event in document.events:
        unreal = {"planned", "generic", "negative"} & {value for _, value in event.attributes}
        if event.trigger not in pointed and not unreal and ontology.events[event.type].expects:
            yield _event(document, event, replace(event, arguments=()))


def attribute(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for event in document.events:
        yield _event(document, event, replace(event, attributes=(*event.attributes, ("mood", "sad"))))


def value(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for event in document.events:
        yield _event(document, event, replace(event, attributes=(("certainty", "maybe"),)))


def crossing(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for span in document.entities:
        new = Span(span.end - 1, min(len(document.text), span.end + 2), "Location")
        if span.end - span.start > 1 and new.end > span.end:
            yield replace(document, entities=(*document.entities, new)), span


def self_filling(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for event in document.events:
        own = Argument("Topic", event.trigger)
        yield _event(document, event, replace(event, arguments=(*event.arguments, own)))


def twice(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for span in document.spans():
        assert document.provenance is not None
        regions = ((span, "r1"), (span, "r2"))
        yield replace(document, provenance=replace(document.provenance, regions=regions)), span


def two_types(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for span in document.entities:
        other = replace(span, label="Weapon" if span.label < "Weapon" else "Facility")
        yield replace(document, entities=(*document.entities, other)), min(span, other)


def link(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for event in document.events:
        for span in document.entities[:3]:
            wrong = Link("SameAs", event.trigger, span)
            yield replace(document, links=(*document.links, wrong)), wrong.a


def edited(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    for at, char in enumerate(document.text):
        if char == " ":
            text = f"{document.text[:at]}\n{document.text[at + 1 :]}"
            yield replace(document, text=text), Span(0, len(text), "text")


def unmarked(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    said = replace(document.provenance or Provenance(), annotation=1)
    bare = replace(document.bare(), provenance=said)
    yield bare, Span(0, len(document.text), "text")


def no_events(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    said = replace(document.provenance or Provenance(), no_events=True)
    yield replace(document, provenance=said), document.events[0].trigger


def repeat(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    """One of several marks of the same words is missing, and nothing else was marked in it."""
    said = Counter(span.quote(document.text) for span in document.entities)
    pointed = {argument.filler for event in document.events for argument in event.arguments}
    for span in document.entities:
        alone = not any(o.start < span.end and span.start < o.end for o in document.spans() if o != span)
        words = span.quote(document.text)
        if said[words] > 1 and " " in words and alone and span not in pointed:
            links = tuple(k for k in document.links if span not in (k.a, k.b))
            entities = tuple(other for other in document.entities if other != span)
            yield replace(document, entities=entities, links=links), span


def prefix(document: Document, ontology: Ontology) -> Iterator[Seeded]:
    """A prefix is marked with a name that is marked without it in the same article."""
    said = Counter((span.quote(document.text), span.label) for span in document.entities)
    for span in document.entities:
        before = document.text[span.start - 1 : span.start]
        word = word_at(document.text, span.start)
        plain = said[span.quote(document.text), span.label] > 1 and span.end - span.start > 3
        if plain and word and word[0] == span.start - 1 and before in tuple("בלמושبوف"):
            yield from _resized(document, span, start=-1)


KINDS: dict[str, Fault] = {
    "edge-space": edge_space,
    "edge-punctuation": edge_punctuation,
    "cut-letter": cut_letter,
    "begins-inside": begins_inside,
    "ends-inside": ends_inside,
    "entity-type": entity_type,
    "event-type": event_type,
    "role": role,
    "filler": filler,
    "too-many": too_many,
    "expected": expected,
    "attribute": attribute,
    "value": value,
    "crossing": crossing,
    "self": self_filling,
    "twice": twice,
    "two-types": two_types,
    "link": link,
    "unmarked": unmarked,
    "no-events": no_events,
    "text": edited,
    "repeat": repeat,
    "prefix": prefix,
}
"""Kind of finding -> every way to put one such fault into a Document."""
