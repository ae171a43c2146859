"""Guidelines for annotators in Label Studio, as short HTML: how to work, the rules, and the ontology with examples."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from annotation.core import inline_markup
from annotation.core.document import Document, Span
from annotation.core.errors import OntologyError
from annotation.core.ontology import ARTICLE_LANGUAGES, LANGUAGES, Attribute, EventType, Ontology, Type
from annotation.labelstudio.project import page_wording as wording

RIGHT_TO_LEFT = frozenset({"ar", "he"})

# Label Studio removes style attributes but keeps classes, and a style sheet that contains neither `>` nor quotes.
# Raised like its other sup elements, a title would displace the coloured background from the words.
_STYLE = """
.naba h3 { margin: 18px 0 6px; font-size: 18px; font-weight: 700 }
.naba p { margin: 0; line-height: 1.7 }
.naba p.rule { margin-top: 10px }
.naba p.detail { padding-inline-start: 14px; font-size: 13px }
.naba .key { padding: 0 5px; border: 1px solid; border-radius: 3px; font-size: 11px }
.naba p.example { direction: rtl; text-align: right; padding-inline-start: 14px; font-size: 15px; line-height: 2 }
.naba mark { padding: 1px 3px; border-radius: 3px; color: inherit }
.naba mark sup { margin-inline-start: 4px; font-size: 10px; font-weight: 600; white-space: nowrap }
.naba mark sup { vertical-align: baseline; top: 0; line-height: 1 }
.naba .yes { color: #080; font-weight: 700 }
.naba .no { color: #c00; font-weight: 700 }
"""


def guidelines(ontology: Ontology, *, ui_language: str = "en") -> str:
    """HTML for the project's instructions. Examples are in the annotators' language; in Arabic and Hebrew for any
    other.

    Raises OntologyError when an example is not valid markup of `annotation.core.inline_markup`.
    """
    direction = "rtl" if ui_language in RIGHT_TO_LEFT else "ltr"
    headings = wording.HEADINGS[ui_language]
    how = [f"<p><b>{escape(what)}</b> {escape(text)}</p>" for what, text in wording.HOW[ui_language]]
    parts = [f'<div class="naba" dir="{direction}">', f"<style>{_STYLE}{_colours(ontology)}</style>"]
    parts += [f"<h3>{escape(headings[0])}</h3>", *how]
    groups = (ontology.rules, ontology.events, ontology.entities, ontology.roles, ontology.attributes, ontology.links)
    for heading, types in zip(headings[1:], groups, strict=True):
        if types:
            parts.append(f"<h3>{escape(heading)}</h3>")
        for type_ in types.values():
            parts += [_definition(type_, ontology, ui_language), *_details(type_, ontology, ui_language)]
            parts += _examples(type_, ontology, ui_language)
    return "\n".join([*parts, "</div>"]) + "\n"


def _definition(type_: Type, ontology: Ontology, ui_language: str) -> str:
    """The title, on the colour of its label, with its hotkey and definition."""
    title = f"<b>{escape(type_.title[ui_language])}</b>"
    if type_.name in ontology.labels and type_ in (*ontology.events.values(), *ontology.entities.values()):
        title = f'<mark class="{_class(type_.name, ontology)}">{title}</mark>'
    key = f' <span class="key">{escape(type_.hotkey)}</span>' if type_.hotkey else ""
    return f'<p class="rule">{title}{key} {escape(type_.definition.get(ui_language, ""))}</p>'


def _details(type_: Type, ontology: Ontology, ui_language: str) -> Iterator[str]:
    """The roles of an event with what may fill them, or the values of an attribute."""
    rows: list[tuple[str, str]] = []
    if isinstance(type_, EventType):
        for role in type_.roles.values():
            fillers = (name for name in ontology.labels if name in role.fillers)
            comma = "، " if ui_language == "ar" else ", "
            titles = comma.join(_type(name, ontology).title[ui_language] for name in fillers)
            named = ontology.roles[role.name].title[ui_language] if role.name in ontology.roles else role.name
            rows.append((named, titles))
    if isinstance(type_, Attribute):
        for value in type_.values.values():
            text = value.definition.get(ui_language, "")
            default = f" ({wording.DEFAULT[ui_language]})" if value.name == type_.default else ""
            rows.append((value.title[ui_language] + default, text))
    for title, text in rows:
        yield f'<p class="detail"><b>{escape(title)}</b>: {escape(text)}</p>'


def _colours(ontology: Ontology) -> str:
    """A CSS rule for the class of each label."""
    types = (*ontology.entities.values(), *ontology.events.values())
    return "".join(
        f".naba .{_class(type_.name, ontology)} {{ background: color-mix(in srgb, {type_.color} 33%, transparent) }}\n"
        for type_ in types
    )


def _class(label: str, ontology: Ontology) -> str:
    """The CSS class of a label, whatever its script; `label` where the ontology does not have it."""
    return f"label-{ontology.labels.index(label)}" if label in ontology.labels else "label"


def _examples(type_: Type, ontology: Ontology, ui_language: str) -> Iterator[str]:
    """The examples of the type, then the counter-examples."""
    languages = [ui_language] if ui_language in ARTICLE_LANGUAGES else list(ARTICLE_LANGUAGES)
    for sign, kind, phrases in (("✓", "yes", type_.example), ("✗", "no", type_.counter_example)):
        for language in languages:
            if language in phrases:
                marked = _marked(type_, phrases[language], ontology, ui_language)
                yield f'<p class="example" dir="rtl"><span class="{kind}">{sign}</span> {marked}</p>'


def _marked(type_: Type, example: str, ontology: Ontology, ui_language: str) -> str:
    """The example with each span on its colour, followed by its title and the roles it fills."""
    try:
        document = inline_markup.parse(example)
    except ValueError as error:
        raise OntologyError(path=ontology.name, faults=[f"{type_.name}: example {example!r}: {error}"]) from error
    pieces: list[str] = []
    for position in range(len(document.text) + 1):
        for span in sorted(
            (span for span in document.spans() if span.end == position), key=lambda span: (-span.start, span.end)
        ):
            pieces.append(f"<sup>{escape(_title(span, document, ontology, ui_language))}</sup></mark>")
        for span in sorted((span for span in document.spans() if span.start == position), key=lambda span: -span.end):
            pieces.append(f'<mark class="{_class(span.label, ontology)}">')
        pieces.append(escape(document.text[position : position + 1]))
    return "".join(pieces)


def _title(span: Span, document: Document, ontology: Ontology, ui_language: str) -> str:
    """The title of a span's label, followed by the titles of the roles it fills."""
    roles = {
        argument.role
        for event in document.events
        for argument in event.arguments
        if argument.filler == span and argument.role in ontology.roles
    }
    types = (_type(span.label, ontology), *(ontology.roles[role] for role in sorted(roles)))
    return " · ".join(type_.title[ui_language] for type_ in types)


def _type(label: str, ontology: Ontology) -> Type:
    """The type of a label; examples may use labels that the ontology does not have."""
    types: dict[str, Type] = {**ontology.entities, **ontology.events}
    return types.get(label) or Type(label, dict.fromkeys(LANGUAGES, label))
