"""Labels that can be used everywhere: in an ontology's YAML, Label Studio's page, a model's list of labels."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from annotation.core.document import Document, Event, Link, Span

_ILLEGAL = re.compile(r"[^\w:/+-]+")
_NOTHING = "Unnamed"


@cache
def legal(name: str) -> str:
    """The name with an underscore for white space, dots and other signs; letters of any script, digits and :/+- stay.

    A dot would split the path of an ontology's entry; the other signs have a meaning in markup and file names.
    """
    return _ILLEGAL.sub("_", name).strip("_") or _NOTHING


def renamed(document: Document) -> tuple[Document, dict[str, str]]:
    """The Document with legal labels, and the labels that changed: old name -> new name.

    Two events of one trigger whose types become equal become one, with the attributes of the later event.
    """
    changed: dict[str, str] = {}

    def name(old: str) -> str:
        if (new := legal(old)) != old:
            changed[old] = new
        return new

    def span(old: Span) -> Span:
        return replace(old, label=name(old.label))

    events: dict[Span, Event] = {}
    for event in document.events:
        arguments = tuple(
            replace(argument, role=name(argument.role), filler=span(argument.filler)) for argument in event.arguments
        )
        attributes = {name(key): value for key, value in event.attributes}
        trigger = span(event.trigger)
        earlier = events[trigger].arguments if trigger in events else ()
        events[trigger] = replace(
            event, trigger=trigger, arguments=(*earlier, *arguments), attributes=tuple(attributes.items())
        )
    ends = [(name(link.label), span(link.a), span(link.b)) for link in document.links]
    whole = replace(
        document,
        entities=tuple(map(span, document.entities)),
        events=tuple(events.values()),
        links=tuple(Link(label, a, b) for label, a, b in ends if a != b),
    )
    return (whole, changed) if changed else (document, {})
