"""Attributes of events and of entities that corpora of events have under keys of their own."""

from __future__ import annotations

from collections.abc import Collection

from annotation.core.document import Json, Span
from annotation.formats.document_builder import DocumentBuilder

EVENT_ATTRIBUTES = frozenset(
    ("polarity", "tense", "genericity", "modality", "realis", "certainty", "factuality", "event_polarity", "negated")
)
ENTITY_ATTRIBUTES = frozenset(("mention_type", "entity_subtype", "phrase-type", "phrase_type", "head", "mention_level"))


def event_attributes(
    draft: DocumentBuilder, trigger: Span | None, row: Json, known: Collection[str], *, at: str
) -> None:
    """Add an event's attributes, each under its key or all under `attributes`, and record every other unknown value.

    Without a trigger, for an event that was left out, the attributes are recorded too.
    """
    own = row.get("attributes")
    given = dict(own) if isinstance(own, dict) else {}
    given |= {key: row[key] for key in row if key in EVENT_ATTRIBUTES}
    for name, value in given.items():
        if value in (None, "", [], {}):
            continue
        if trigger is None:
            draft.wrong("attribute", at, "belongs to an event that was left out", str(name))
        elif isinstance(value, (dict, list)):
            draft.lose("attribute", at, "has a list or object as its value; an attribute is a word", str(name))
        else:
            draft.attribute(trigger, str(name), _word(value), at=at)
    used = {*known, *EVENT_ATTRIBUTES, *(("attributes",) if isinstance(own, dict) else ())}
    draft.unread(row, used, at=at)


def entity_attributes(draft: DocumentBuilder, row: Json, known: Collection[str], *, at: str) -> None:
    """Record an entity's attributes, which Documents do not hold, and every other unknown value."""
    for key in row:
        if key in ENTITY_ATTRIBUTES and row[key] not in (None, "", [], {}):
            draft.lose("attribute", at, f"is the {key} of an entity; only events have attributes", str(row[key]))
    draft.unread(row, {*known, *ENTITY_ATTRIBUTES}, at=at)


def _word(value: object) -> str:
    """The value as a word, as JSON spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
