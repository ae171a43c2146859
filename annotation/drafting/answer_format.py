"""The form of a language model's answer: its JSON schema, and the answer that a marked Document is an example of.

Quotes, never offsets. `before` holds the words directly before a quote and tells apart the places where it stands.
"""

from __future__ import annotations

from annotation.core.document import Argument, Document, Event, Span
from annotation.core.link_clusters import link_clusters
from annotation.core.ontology import Ontology
from annotation.core.text import folded
from annotation.core.words import split_words

_CONTEXT = 3
"""Words given before a quote that stands in the article more than once."""


def answer_schema(ontology: Ontology) -> dict[str, object]:
    """The JSON schema of an answer, strict: every key is required and no other is allowed."""
    roles = sorted({role for event in ontology.events.values() for role in event.roles})
    values = sorted({value for attribute in ontology.attributes.values() for value in attribute.values})
    argument = _object(role=_one_of(roles), **_QUOTE)
    attribute = _object(name=_one_of([*ontology.attributes]), value=_one_of(values))
    event = _object(
        type=_one_of([*ontology.events]),
        **_QUOTE,
        arguments=_list(argument),
        **({"attributes": _list(attribute)} if ontology.attributes else {}),
    )
    links = _object(type=_one_of([*ontology.links]), mentions=_list(_object(**_QUOTE)))
    return _object(
        entities=_list(_object(type=_one_of([*ontology.entities]), **_QUOTE)),
        events=_list(event),
        **({"links": _list(links)} if ontology.links else {}),
    )


def as_answer(document: Document, ontology: Ontology) -> dict[str, object]:
    """The answer that describes a Document's entities and events, and the mentions that links join."""

    def quote(span: Span) -> dict[str, object]:
        return {"quote": span.quote(document.text), "before": _before(document.text, span)}

    def argument(argument: Argument) -> dict[str, object]:
        return {"role": argument.role, **quote(argument.filler)}

    def event(event: Event) -> dict[str, object]:
        row = {"type": event.type, **quote(event.trigger), "arguments": [*map(argument, event.arguments)]}
        attributes = [{"name": name, "value": value} for name, value in event.attributes]
        return {**row, "attributes": attributes} if ontology.attributes else row

    entities = [{"type": span.label, **quote(span)} for span in document.entities]
    links = [
        {"type": label, "mentions": [*map(quote, sorted(cluster))]}
        for label in ontology.links
        for cluster in link_clusters(link for link in document.links if link.label == label)
    ]
    row: dict[str, object] = {"entities": entities, "events": [*map(event, document.events)]}
    return {**row, "links": links} if ontology.links else row


def _before(text: str, span: Span) -> str:
    """The words before the span, and the letters glued to it, where its quote stands more than once; else nothing."""
    if folded(text).count(folded(span.quote(text))) < 2:
        return ""
    words = [word for word in split_words(text[: span.start]) if text[word.start].isalnum()]
    return text[words[-_CONTEXT:][0].start : span.start].strip() if words else ""


_QUOTE: dict[str, object] = {"quote": {"type": "string"}, "before": {"type": "string"}}


def _object(**properties: object) -> dict[str, object]:
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(items: object) -> dict[str, object]:
    return {"type": "array", "items": items}


def _one_of(names: list[str]) -> dict[str, object]:
    return {"type": "string", "enum": names}
