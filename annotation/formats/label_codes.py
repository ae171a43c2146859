"""Labels that can be used everywhere: in an ontology's YAML, Label Studio's page, a model's list of labels.

The mapping is the same wherever labels come in, and `original` undoes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from urllib.parse import quote, unquote

import regex

from annotation.core.document import Document, Event, Link, Span

_ILLEGAL = regex.compile(r"[^\p{L}\p{M}\p{N}\p{Pd}_ .:/+&(),!?'\"\u05f3\u05f4]|^ | $")
_NOTHING = "Unnamed"


@cache
def legal(name: str) -> str:
    """The name with each character that has a meaning elsewhere as %XX; a name that has them already stays as it is.

    Letters of any script, digits, single blanks inside and the signs of usual labels stay. Elsewhere are markup, file
    names, Label Studio's references ($) and the alternatives of a migration (|).
    """
    return _ILLEGAL.sub(lambda match: quote(match[0], safe="", errors="surrogatepass"), original(name)) or _NOTHING


def original(label: str) -> str:
    """The name for a label that `legal` made."""
    try:
        return unquote(label, errors="strict")
    except UnicodeDecodeError:
        return label  # its %XX are no text: they were in the name


def without(label: str, signs: re.Pattern[str]) -> str:
    """The label with these signs as %XX, for files where they would end it; reading gives the label again."""
    return signs.sub(lambda match: "".join(quote(char, safe="") or char for char in match[0]), label)


def renamed(document: Document, rule: Callable[[str], str] = legal) -> tuple[Document, dict[str, str]]:
    """The Document with each label changed by the rule, and the labels that changed: old name -> new name.

    Two events of one trigger whose types become equal become one, with the attributes of the later event.
    """
    changed: dict[str, str] = {}

    def name(old: str) -> str:
        if (new := rule(old)) != old:
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
