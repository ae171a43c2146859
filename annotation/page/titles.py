"""Titles on pages: the ontology's titles, or its codes where it has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from annotation.core.messages import N_
from annotation.core.ontology import ARTICLE_LANGUAGES, Ontology, Type
from annotation.page.wording import Wording

LANGUAGES = {"ar": N_("Arabic"), "he": N_("Hebrew"), "en": N_("English"), "und": N_("Unknown language")}

UNITS = {
    "Trig-I": N_("trigger found"),
    "Trig-C": N_("… with its event type"),
    "Arg-I": N_("argument found, for its event type"),
    "Arg-C": N_("… with its role"),
    "Arg-I+": N_("argument found, on its own trigger"),
    "Arg-C+": N_("… with its role"),
    "Entity": N_("entity found, with its type"),
}
"""The meaning of each score, in the order of the table."""


@dataclass(frozen=True)
class Names:
    """Titles from an ontology in the language of a page. A code that is not in the ontology is its own title."""

    ontology: Ontology
    wording: Wording = field(default_factory=Wording)

    def title(self, label: str) -> str:
        """The title of an entity or event type."""
        return self._title(self._span(label), label)

    def role(self, code: str) -> str:
        """The title of a role."""
        return self._title(self.ontology.roles.get(code), code)

    def native(self, label: str) -> list[tuple[str, str]]:
        """(language, title) of a span label, in the languages of the articles that are not the page's."""
        return self._native(self._span(label))

    def native_role(self, code: str) -> list[tuple[str, str]]:
        """(language, title) of a role, likewise."""
        return self._native(self.ontology.roles.get(code))

    def attribute(self, code: str) -> str:
        """The title of an attribute; in English its code."""
        return code if self.wording.language == "en" else self._title(self.ontology.attributes.get(code), code)

    def value(self, attribute: str, code: str) -> str:
        """The title of a value of an attribute; in English its code."""
        known = self.ontology.attributes.get(attribute) if self.wording.language != "en" else None
        return self._title(known.values.get(code), code) if known else code

    def link(self, code: str) -> str:
        """The title of a link."""
        return self._title(self.ontology.links.get(code), code)

    def label(self, code: str) -> str:
        """The title of a type, of a kind of links, or of a role, which is written ">Place"."""
        if not code.startswith(">"):
            return self.title(code) if self._span(code) else self.link(code)
        return self.wording.gettext("role %(title)s", title=self.role(code[1:]))

    def language(self, code: str) -> str:
        """The name of a language."""
        return self.wording.of(LANGUAGES.get(code, code))

    def unscored(self, scored: Mapping[str, Mapping[str, object]]) -> list[str]:
        """Titles of the types that neither gold nor predictions use. `scored` is `Scores.by_type`."""
        spans = {**scored.get("event", {}), **scored.get("entity", {})}
        return [self.title(label) for label in self.ontology.labels if label not in spans]

    def _span(self, label: str) -> Type | None:
        return self.ontology.entities.get(label) or self.ontology.events.get(label)

    def _title(self, type_: Type | None, code: str) -> str:
        titles = type_.title if type_ else {}
        return titles.get(self.wording.language) or titles.get("en") or code

    def _native(self, type_: Type | None) -> list[tuple[str, str]]:
        shown = [code for code in ARTICLE_LANGUAGES if code != self.wording.language]
        return [(code, type_.title[code]) for code in shown if code in type_.title] if type_ else []
