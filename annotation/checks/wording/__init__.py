"""Messages of the findings in Arabic, Hebrew and English: one message and one remedy for each kind of fault.

A message names types and roles: on a terminal by the ontology's codes, on an annotator's page by the titles that the
page shows, between quotation marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from annotation.checks.wording import ar, en, he
from annotation.core.ontology import Ontology, Type

Family: TypeAlias = Literal["label", "role", "attribute", "value", "link"]


class Name(NamedTuple):
    """A type, role, attribute, value or link of the ontology, by its code. For a value, `of` is its attribute."""

    code: str
    family: Family = "label"
    of: str = ""


class Quoted(NamedTuple):
    """Words of the article, to be shown between quotation marks."""

    words: str


Value: TypeAlias = str | int | Name | Quoted | tuple[Name, ...]

ERRORS = frozenset(
    {
        *("entity-type", "event-type", "edge-space", "cut-letter", "role", "filler", "attribute", "value"),
        *("crossing", "self", "offsets", "unreadable", "drifted", "text", "labels", "no-role"),
        *("no-event", "hangs", "set-aside"),
    }
)
"""Kinds that make an annotation wrong as it stands; all others need a second look."""

_CATALOGUE = {"ar": ar.KINDS, "he": he.KINDS, "en": en.KINDS}
_SHOWN = {"ar": ("«{}»", "، "), "he": ('"{}"', ", "), "en": ("“{}”", ", ")}


def message(kind: str, values: Mapping[str, Value], language: str = "en", ontology: Ontology | None = None) -> str:
    """What is wrong, in the language, with the ontology's titles, or codes where no ontology is given."""
    return _filled(_CATALOGUE[language][kind][0], values, language, ontology)


def remedy(kind: str, values: Mapping[str, Value], language: str = "en", ontology: Ontology | None = None) -> str:
    """What to do about it, in the same form as `message`."""
    return _filled(_CATALOGUE[language][kind][1], values, language, ontology)


def heading(errors: int, warnings: int, language: str) -> str:
    """A line with the numbers of errors and warnings; numbers of 0 are left out."""
    words = {"ar": ar.HEADING, "he": he.HEADING, "en": en.HEADING}[language]
    counts = [text.format(count) for text, count in zip(words, (errors, warnings), strict=True) if count]
    return _SHOWN[language][1].join(counts)


def more(count: int, language: str) -> str:
    """A line for `count` more findings that are not shown."""
    return {"ar": ar.MORE, "he": he.MORE, "en": en.MORE}[language].format(count)


def mended(language: str) -> str:
    """The note at a region that naba corrected."""
    return {"ar": ar.MENDED, "he": he.MENDED, "en": en.MENDED}[language]


def isolated(words: str) -> str:
    """The words between direction isolates (FSI, PDI), so that their script does not reorder the line."""
    return f"\u2068{words}\u2069"


def _filled(template: str, values: Mapping[str, Value], language: str, ontology: Ontology | None) -> str:
    return template.format(**{name: _shown(value, language, ontology) for name, value in values.items()})


def _shown(value: Value, language: str, ontology: Ontology | None) -> str:
    quotes, comma = _SHOWN[language]
    if isinstance(value, Quoted):
        return quotes.format(isolated(value.words)) if ontology else repr(value.words)
    if isinstance(value, Name):
        return quotes.format(_title(value, language, ontology)) if ontology else value.code
    if isinstance(value, tuple):
        return comma.join(_shown(name, language, ontology) for name in value)
    return str(value)


def _title(name: Name, language: str, ontology: Ontology) -> str:
    families: dict[Family, Mapping[str, Type]] = {
        "label": {**ontology.entities, **ontology.events},
        "role": ontology.roles,
        "attribute": ontology.attributes,
        "value": ontology.attributes[name.of].values if name.of in ontology.attributes else {},
        "link": ontology.links,
    }
    type_ = families[name.family].get(name.code)
    return type_.title[language] if type_ else name.code
