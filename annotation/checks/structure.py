"""Rules on structure: what the ontology allows, and annotations that conflict with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, groupby
from typing import TypeAlias

from annotation.checks.finding import Fault
from annotation.checks.wording import Family, Name, Quoted, Value
from annotation.core.document import Document, Event, Span
from annotation.core.ontology import EventType, Ontology

MessageValues: TypeAlias = Mapping[str, Value]
_UNREAL = frozenset({("realis", "generic"), ("realis", "planned"), ("polarity", "negative")})
"""Attributes of events that may lack arguments; an ontology without these attributes has no such events."""


def labels(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """Every label is one the ontology has, in its own family."""
    for span in document.entities:
        if span.label not in ontology.entities:
            yield Fault("entity-type", span, {"label": Name(span.label), "known": _names(ontology.entities)})
    for span in document.triggers:
        if span.label not in ontology.events:
            yield Fault("event-type", span, {"label": Name(span.label), "known": _names(ontology.events)})


def roles(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """Each argument's role belongs to its event's type, and its filler may fill it."""
    for event, kind in _typed_events(document, ontology):
        for argument in event.arguments:
            values: MessageValues = {"event": Name(event.type), "role": Name(argument.role, "role")}
            role = kind.roles.get(argument.role)
            if role is None:
                yield Fault("role", argument.filler, {**values, "known": _names(sorted(kind.roles), "role")})
            elif argument.filler.label not in role.fillers:
                allowed: MessageValues = {"label": Name(argument.filler.label), "known": _names(sorted(role.fillers))}
                yield Fault("filler", argument.filler, {**values, **allowed})


def cardinality(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """No role has more fillers, or fewer, than its event type allows."""
    for event, kind in _typed_events(document, ontology):
        filled = Counter(argument.role for argument in event.arguments)
        for role in kind.roles.values():
            values: MessageValues = {
                "event": Name(event.type),
                "role": Name(role.name, "role"),
                "count": filled[role.name],
            }
            if role.maximum is not None and filled[role.name] > role.maximum:
                yield Fault("too-many", event.trigger, {**values, "limit": role.maximum})
            if filled[role.name] < role.minimum:
                yield Fault("too-few", event.trigger, {**values, "limit": role.minimum})


def expected(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """An event has at least one of the arguments that its definition expects.

    The argument may belong to a linked trigger: an event reported twice has the arguments of both. An event that fills
    a role of another one may be named by a noun alone. Events that are generic, planned or negated may have no
    arguments.
    """
    filled = _filled_roles(document)
    named = {argument.filler for event in document.events for argument in event.arguments}
    for event, kind in _typed_events(document, ontology):
        happened = not _UNREAL & {*event.attributes}
        if kind.expects and happened and event.trigger not in named and not filled[event.trigger] & {*kind.expects}:
            yield Fault("expected", event.trigger, {"event": Name(event.type), "roles": _names(kind.expects, "role")})


def _filled_roles(document: Document) -> dict[Span, frozenset[str]]:
    """The roles filled for each trigger, by itself or by triggers linked with it, over any number of links."""
    filled = {event.trigger: frozenset(argument.role for argument in event.arguments) for event in document.events}
    joined = [(link.a, link.b) for link in document.links if link.a in filled and link.b in filled]
    for _ in joined:
        before = dict(filled)
        for a, b in joined:
            filled[a] = filled[b] = filled[a] | filled[b]
        if filled == before:
            break
    return filled


def attributes(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """Each attribute and its value are in the ontology."""
    for event in document.events:
        for name, value in event.attributes:
            attribute = Name(name, "attribute")
            if name not in ontology.attributes:
                allowed = _names(ontology.attributes, "attribute")
                yield Fault("attribute", event.trigger, {"attribute": attribute, "known": allowed})
            elif value not in (values := ontology.attributes[name].values):
                allowed = _names(values, "value", name)
                yield Fault(
                    "value",
                    event.trigger,
                    {"value": Name(value, "value", name), "attribute": attribute, "known": allowed},
                )


def crossings(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """Entity spans nest or are disjoint; they never cross."""
    for a, b in combinations(document.entities, 2):
        if a.crosses(b):
            other: MessageValues = {
                "label": Name(b.label),
                "other": Quoted(b.quote(document.text)),
                "start": b.start,
                "end": b.end,
            }
            yield Fault("crossing", a, other)


def empty(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """An annotator who submits an article without any mark says that it tells of no event; and none is marked then."""
    said = document.provenance
    if said is None or not document.text:
        return
    if said.annotation is not None and not said.no_events and not any(document.spans()):
        yield Fault("unmarked", Span(0, len(document.text), "text"))
    elif said.no_events and document.events:
        yield Fault("no-events", document.events[0].trigger, {"count": len(document.events)})


def self_filling(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """An event is not its own argument."""
    for event in document.events:
        if any(argument.filler == event.trigger for argument in event.arguments):
            yield Fault("self", event.trigger, {"event": Name(event.type)})


def repeated(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """The same words are marked once, and as one type of entity."""
    regions = Counter(span for span, _ in document.provenance.regions) if document.provenance else Counter()
    for span, count in regions.items():
        if count > 1:
            yield Fault("twice", span, {"label": Name(span.label), "count": count})
    for _, same in groupby(document.entities, key=lambda span: (span.start, span.end)):
        first, *others = same
        for other in others:
            yield Fault("two-types", first, {"label": Name(first.label), "other": Name(other.label)})


def links(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """A link joins two entities, or two events."""
    for link in document.links:
        families = {span.label in ontology.events for span in (link.a, link.b)}
        if len(families) > 1:
            other = Quoted(link.b.quote(document.text))
            yield Fault("link", link.a, {"link": Name(link.label, "link"), "other": other, "label": Name(link.b.label)})


def _typed_events(document: Document, ontology: Ontology) -> Iterator[tuple[Event, EventType]]:
    """Each event whose type is in the ontology, with that type."""
    return ((event, ontology.events[event.type]) for event in document.events if event.type in ontology.events)


def _names(codes: Iterable[str], family: Family = "label", of: str = "") -> tuple[Name, ...]:
    return tuple(Name(code, family, of) for code in codes)
