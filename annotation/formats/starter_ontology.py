"""First ontology of an imported corpus: every label and role signature in it, to be described by people.

Titles are the labels themselves. A label of both an entity and an event, or of both a role and a link, cannot be in one
ontology and raises UsageError.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import yaml

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.ontology import LANGUAGES

_COLORS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#17becf", "#bcbd22", "#e377c2", "#7f7f7f")
PLACEHOLDERS = {"entities": "Mention", "events": "Happening", "roles": "Participant", "attributes": "status"}
"""Labels for parts the corpus lacks: ontologies and models need at least one of each."""
_STATED = "stated"


@dataclass
class Starter:
    """The labels of the Documents added so far."""

    entities: set[str] = field(default_factory=set)
    events: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    attributes: dict[str, set[str]] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)

    def add(self, document: Document) -> None:
        """Add the labels of a Document."""
        self.entities |= {span.label for span in document.entities}
        self.links |= {link.label for link in document.links}
        for event in document.events:
            roles = self.events.setdefault(event.type, {})
            for argument in event.arguments:
                roles.setdefault(argument.role, set()).add(argument.filler.label)
            for name, value in event.attributes:
                self.attributes.setdefault(name, set()).add(value)

    def placeholders(self) -> dict[str, str]:
        """The parts of an ontology that the corpus lacks, and the label written there instead."""
        parts = {"entities": self.entities, "events": self.events, "roles": any(self.events.values())}
        parts["attributes"] = self.attributes
        return {part: PLACEHOLDERS[part] for part, present in parts.items() if not present}

    def yaml(self, name: str) -> str:
        """The text of the ontology's file. Raises UsageError that names labels that cannot be in one ontology."""
        entities = sorted(self.entities) or [PLACEHOLDERS["entities"]]
        events: dict[str, Mapping[str, Iterable[str]]] = {key: self.events[key] for key in sorted(self.events)}
        if not events:
            events = {PLACEHOLDERS["events"]: {}}
        if not any(events.values()):
            first = next(iter(events))
            events[first] = {PLACEHOLDERS["roles"]: entities}
        roles = sorted({role for own in events.values() for role in own})
        attributes = self.attributes or {PLACEHOLDERS["attributes"]: {_STATED}}
        self._refuse(set(entities) & set(events), "an entity's and an event's label", "--event")
        self._refuse(set(roles) & self.links, "a role and a link", "--link")
        row = {
            "name": name,
            "version": "0.1",
            "entities": _types(entities),
            "roles": _types(roles),
            "events": {
                label: {**_type(label, at), "roles": {role: {"fillers": sorted(own[role])} for role in sorted(own)}}
                for at, (label, own) in enumerate(events.items(), start=len(entities))
            },
            "attributes": {
                key: {**_type(key, 0), "values": _types(sorted(values)), "default": min(values)}
                for key, values in sorted(attributes.items())
            },
            "links": _types(sorted(self.links)),
        }
        return yaml.safe_dump(row, allow_unicode=True, sort_keys=False, width=120)

    @staticmethod
    def _refuse(both: set[str], what: str, option: str) -> None:
        if both:
            named = ", ".join(sorted(both))
            raise UsageError(f"{named}: {what} at once in this corpus; rename one of them, or say which with {option}")


def _types(names: Iterable[str]) -> dict[str, object]:
    return {name: _type(name, at) for at, name in enumerate(names)}


def _type(name: str, at: int) -> dict[str, object]:
    return {"title": dict.fromkeys(LANGUAGES, name), "color": _COLORS[at % len(_COLORS)]}
