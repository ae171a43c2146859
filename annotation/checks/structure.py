"""What the ontology allows, and marks that get in each other's way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, groupby
from typing import TypeAlias

from annotation.checks.finding import Fault
from annotation.checks.wording import Family, Name, Quoted, Value
from annotation.core.document import Document, Event, Span
from annotation.core.ontology import EventType, Ontology

Said: TypeAlias = Mapping[str, Value]
_UNREAL = frozenset({("realis", "generic"), ("realis", "planned"), ("polarity", "negative")})
"""Attributes of an event of which there may be nothing to say; an ontology without them has none."""


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
    for event, kind in _known(document, ontology):
        for argument in event.arguments:
            said: Said = {"event": Name(event.type), "role": Name(argument.role, "role")}
            role = kind.roles.get(argument.role)
            if role is None:
                yield Fault("role", argument.filler, {**said, "known": _names(sorted(kind.roles), "role")})
            elif argument.filler.label not in role.fillers:
                takes: Said = {"label": Name(argument.filler.label), "known": _names(sorted(role.fillers))}
                yield Fault("filler", argument.filler, {**said, **takes})


def cardinality(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """No role is filled more often, or less often, than its event type says."""
    for event, kind in _known(document, ontology):
        filled = Counter(argument.role for argument in event.arguments)
        for role in kind.roles.values():
            said: Said = {"event": Name(event.type), "role": Name(role.name, "role"), "count": filled[role.name]}
            if role.maximum is not None and filled[role.name] > role.maximum:
                yield Fault("too-many", event.trigger, {**said, "limit": role.maximum})
            if filled[role.name] < role.minimum:
                yield Fault("too-few", event.trigger, {**said, "limit": role.minimum})


def expected(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """An event has one of the arguments its definition speaks of.

    It need not be its own: one that is told twice has those of both triggers, and one that is another's cause or topic
    may be named by a noun alone. Of what did not happen, or not yet, or of such events in general, there may be nothing
    to say.
    """
    told = _told(document)
    named = {argument.filler for event in document.events for argument in event.arguments}
    for event, kind in _known(document, ontology):
        happened = not _UNREAL & {*event.attributes}
        if kind.expects and happened and event.trigger not in named and not told[event.trigger] & {*kind.expects}:
            yield Fault("expected", event.trigger, {"event": Name(event.type), "roles": _names(kind.expects, "role")})


def _told(document: Document) -> dict[Span, frozenset[str]]:
    """The roles filled for each trigger, by itself or by one it is linked with, over any number of links."""
    told = {event.trigger: frozenset(argument.role for argument in event.arguments) for event in document.events}
    joined = [(link.a, link.b) for link in document.links if link.a in told and link.b in told]
    for _ in joined:
        before = dict(told)
        for a, b in joined:
            told[a] = told[b] = told[a] | told[b]
        if told == before:
            break
    return told


def attributes(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """Attributes and their values are ones the ontology has."""
    for event in document.events:
        for name, value in event.attributes:
            said = Name(name, "attribute")
            if name not in ontology.attributes:
                known = _names(ontology.attributes, "attribute")
                yield Fault("attribute", event.trigger, {"attribute": said, "known": known})
            elif value not in (values := ontology.attributes[name].values):
                known = _names(values, "value", name)
                yield Fault(
                    "value", event.trigger, {"value": Name(value, "value", name), "attribute": said, "known": known}
                )


def crossings(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """Entities nest or stand apart; they never cross."""
    for a, b in combinations(document.entities, 2):
        if a.crosses(b):
            other: Said = {
                "label": Name(b.label),
                "other": Quoted(b.quote(document.text)),
                "start": b.start,
                "end": b.end,
            }
            yield Fault("crossing", a, other)


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
    """A link joins two entities or two events, and events of one type."""
    for link in document.links:
        families = {span.label in ontology.events for span in (link.a, link.b)}
        if len(families) > 1:
            other = Quoted(link.b.quote(document.text))
            yield Fault("link", link.a, {"link": Name(link.label, "link"), "other": other, "label": Name(link.b.label)})


def _known(document: Document, ontology: Ontology) -> Iterator[tuple[Event, EventType]]:
    """Events of types the ontology has."""
    return ((event, ontology.events[event.type]) for event in document.events if event.type in ontology.events)


def _names(codes: Iterable[str], family: Family = "label", of: str = "") -> tuple[Name, ...]:
    return tuple(Name(code, family, of) for code in codes)
