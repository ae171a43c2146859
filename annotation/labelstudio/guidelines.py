"""The guidelines annotators read inside Label Studio: the ontology as short HTML with marked examples."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from annotation import markup
from annotation.document import Document, Span
from annotation.errors import OntologyError
from annotation.ontology import ARTICLE_LANGUAGES, LANGUAGES, Ontology, Type

RIGHT_TO_LEFT = frozenset({"ar", "he"})

_HEADINGS = {
    "ar": ("الأحداث", "الكيانات", "الأدوار", "صفات الحدث", "الروابط"),
    "he": ("אירועים", "ישויות", "תפקידים", "מאפייני האירוע", "קישורים"),
    "en": ("Events", "Entities", "Roles", "What is said of an event", "Links"),
}


def guidelines(ontology: Ontology, *, ui_language: str = "en") -> str:
    """HTML for the project's instructions. Examples are in the annotators' language, or in both where it is neither.

    Raises OntologyError when an example is not in the markup of `annotation.markup`.
    """
    direction = "rtl" if ui_language in RIGHT_TO_LEFT else "ltr"
    groups = (ontology.events, ontology.entities, ontology.roles, ontology.attributes, ontology.links)
    parts = [f'<div dir="{direction}" style="line-height: 1.7">']
    for heading, types in zip(_HEADINGS[ui_language], groups, strict=True):
        parts.append(f"<h3>{escape(heading)}</h3>")
        for type_ in types.values():
            parts += _entry(type_, ontology, ui_language)
    return "\n".join([*parts, "</div>"]) + "\n"


def _entry(type_: Type, ontology: Ontology, ui_language: str) -> Iterator[str]:
    definition = escape(type_.definition.get(ui_language, ""))
    yield f"<p>{_chip(type_, ui_language)} {definition}</p>"
    languages = [ui_language] if ui_language in ARTICLE_LANGUAGES else list(ARTICLE_LANGUAGES)
    for sign, phrases in (("✓", type_.example), ("✗", type_.counter_example)):
        for language in languages:
            if language in phrases:
                yield f'<p dir="rtl">{sign} {_marked(type_, phrases[language], ontology, ui_language)}</p>'


def _chip(type_: Type, ui_language: str) -> str:
    title = escape(type_.title[ui_language])
    return f'<b style="border-inline-start: 4px solid {escape(type_.color)}; padding: 0 6px">{title}</b>'


def _marked(type_: Type, example: str, ontology: Ontology, ui_language: str) -> str:
    """The example with each span on its colour, followed by its title and the roles it fills."""
    try:
        document = markup.parse(example)
    except ValueError as error:
        raise OntologyError(path=ontology.name, faults=[f"{type_.name}: example {example!r}: {error}"]) from error
    pieces: list[str] = []
    for position in range(len(document.text) + 1):
        for span in sorted((s for s in document.spans() if s.end == position), key=lambda s: (-s.start, s.end)):
            pieces.append(f"<sup>{escape(_title(span, document, ontology, ui_language))}</sup></span>")
        for span in sorted((s for s in document.spans() if s.start == position), key=lambda s: -s.end):
            pieces.append(f'<span style="background: {escape(_type(span.label, ontology).color)}55">')
        pieces.append(escape(document.text[position : position + 1]))
    return "".join(pieces)


def _title(span: Span, document: Document, ontology: Ontology, ui_language: str) -> str:
    roles = {
        a.role for event in document.events for a in event.arguments if a.filler == span and a.role in ontology.roles
    }
    types = (_type(span.label, ontology), *(ontology.roles[role] for role in sorted(roles)))
    return " · ".join(type_.title[ui_language] for type_ in types)


def _type(label: str, ontology: Ontology) -> Type:
    """The type of a label; an example may use one that the ontology does not have."""
    types: dict[str, Type] = {**ontology.entities, **ontology.events}
    return types.get(label) or Type(label, dict.fromkeys(LANGUAGES, label))
