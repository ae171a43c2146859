"""Titles on pages: the ontology's titles, or its codes where it has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annotation.core.ontology import ARTICLE_LANGUAGES, Ontology, Type

LANGUAGES = {"ar": "Arabic", "he": "Hebrew", "en": "English", "und": "Unknown language"}

UNITS = {
    "Trig-I": "trigger found",
    "Trig-C": "… with its event type",
    "Arg-I": "argument found, for its event type",
    "Arg-C": "… with its role",
    "Arg-I+": "argument found, on its own trigger",
    "Arg-C+": "… with its role",
    "Entity": "entity found, with its type",
}
"""The meaning of each score, in the order of the table."""


@dataclass(frozen=True)
class Names:
    """Titles from an ontology. A code that is not in the ontology is its own title."""

    ontology: Ontology

    def title(self, label: str) -> str:
        """The English title of an entity or event type."""
        return _english(self._span(label), label)

    def role(self, code: str) -> str:
        """The English title of a role."""
        return _english(self.ontology.roles.get(code), code)

    def native(self, label: str) -> list[tuple[str, str]]:
        """(language, title) of a span label, in the languages of the articles."""
        return _native(self._span(label))

    def native_role(self, code: str) -> list[tuple[str, str]]:
        """(language, title) of a role, in the languages of the articles."""
        return _native(self.ontology.roles.get(code))

    def language(self, code: str) -> str:
        """The English name of a language."""
        return LANGUAGES.get(code, code)

    def unscored(self, scored: Mapping[str, Mapping[str, object]]) -> list[str]:
        """Titles of the types that neither gold nor predictions use. `scored` is `Scores.by_type`."""
        spans = {**scored.get("event", {}), **scored.get("entity", {})}
        return [self.title(label) for label in self.ontology.labels if label not in spans]

    def _span(self, label: str) -> Type | None:
        return self.ontology.entities.get(label) or self.ontology.events.get(label)


def _english(type_: Type | None, code: str) -> str:
    return type_.title.get("en", code) if type_ else code


def _native(type_: Type | None) -> list[tuple[str, str]]:
    return [(k, type_.title[k]) for k in ARTICLE_LANGUAGES if k in type_.title] if type_ else []
