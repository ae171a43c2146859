"""The labelling page: the ontology as Label Studio's XML, in the annotators' language."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from annotation.labelstudio import wire
from annotation.labelstudio.guidelines import RIGHT_TO_LEFT
from annotation.labelstudio.guidelines import guidelines as guidelines
from annotation.ontology import Attribute, Ontology, Phrases, Type

_PAGE = "direction: rtl; text-align: right"
_STYLE = """
.naba-panel { position: sticky; top: 0; z-index: 200; padding: 4px 0; background: var(--color-neutral-background) }
.naba-panel .lsf-labels { margin: 2px 0 }
.naba-said { position: sticky; bottom: 0; z-index: 200; background: var(--color-neutral-background) }
.naba-text .lsf-richtext__container { font: 20px/2.1 "Noto Naskh Arabic", "Noto Sans Hebrew", Arial, sans-serif }
.naba-text .lsf-richtext__line { width: 100%; padding: 0; unicode-bidi: plaintext; text-align: start }
"""


def labelling_config(ontology: Ontology, *, ui_language: str = "en") -> str:
    """The labelling configuration; the same ontology and language give the same string."""
    page = ElementTree.Element("View", style=_PAGE)
    ElementTree.SubElement(page, "Style").text = _STYLE
    panel = ElementTree.SubElement(page, "View", className="naba-panel", style=_direction(ui_language))
    _labels(panel, wire.TRIGGER, ontology.events.values(), ui_language)
    _labels(panel, wire.ENTITY, ontology.entities.values(), ui_language)
    text = ElementTree.SubElement(page, "View", className="naba-text")
    ElementTree.SubElement(text, "Text", name=wire.TEXT, value="$text", granularity="symbol")
    said = ElementTree.SubElement(
        page,
        "View",
        className="naba-said",
        style=_direction(ui_language),
        visibleWhen="region-selected",
        whenTagName=wire.TRIGGER,
    )
    for attribute in ontology.attributes.values():
        _choices(said, attribute, ui_language)
    relations = ElementTree.SubElement(page, "Relations")
    for title in relation_titles(ontology, ui_language).values():
        ElementTree.SubElement(relations, "Relation", value=title)
    ElementTree.indent(page)
    return ElementTree.tostring(page, encoding="unicode") + "\n"


def relation_titles(ontology: Ontology, ui_language: str) -> dict[str, str]:
    """What is shown, and stored, for the code of each role and link: code -> title."""
    return {type_.name: phrase(type_.title, ui_language) for type_ in _arrows(ontology)}


def phrase(phrases: Phrases, ui_language: str) -> str:
    """The wording in that language."""
    return phrases[ui_language]


def _arrows(ontology: Ontology) -> Iterable[Type]:
    return (*ontology.roles.values(), *ontology.links.values())


def _direction(ui_language: str) -> str:
    return _PAGE if ui_language in RIGHT_TO_LEFT else "direction: ltr; text-align: left"


def _labels(parent: ElementTree.Element, name: str, types: Iterable[Type], ui_language: str) -> None:
    labels = ElementTree.SubElement(parent, "Labels", name=name, toName=wire.TEXT, showInline="true")
    for type_ in types:
        ElementTree.SubElement(labels, "Label", _named(type_, ui_language), background=type_.color)


def _choices(parent: ElementTree.Element, attribute: Attribute, ui_language: str) -> None:
    ElementTree.SubElement(parent, "Header", value=phrase(attribute.title, ui_language), size="6")
    choices = ElementTree.SubElement(
        parent,
        "Choices",
        name=attribute.name,
        toName=wire.TEXT,
        perRegion="true",
        choice="single",
        showInline="true",
    )
    for value in attribute.values.values():
        ElementTree.SubElement(choices, "Choice", _named(value, ui_language))


def _named(type_: Type, ui_language: str) -> dict[str, str]:
    """What is shown, what is stored, and what helps to choose."""
    row = {"value": phrase(type_.title, ui_language), "alias": type_.name}
    if type_.hotkey:
        row["hotkey"] = type_.hotkey
    if type_.definition:
        row["hint"] = phrase(type_.definition, ui_language)
    return row
