"""The labelling configuration: the ontology as Label Studio's XML, in the annotators' language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from xml.etree import ElementTree

from annotation.core.errors import OntologyError
from annotation.core.ontology import Attribute, Ontology, Phrases, Type
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.project.guidelines import RIGHT_TO_LEFT
from annotation.labelstudio.project.guidelines import guidelines as guidelines

_PAGE = "direction: rtl; text-align: right"
# Label Studio removes `>` from a style sheet, quotes are best avoided, and only !important overrides some of its rules.
# The tall lines leave room for the arcs, which the editor draws 18 pixels above a span with z-index 100. The text gets
# a higher z-index, and the arcs are paler except for the one under the pointer.
_STYLE = """
.naba-panel { position: sticky; top: 0; z-index: 200; padding: 2px 0; background: var(--color-neutral-background) }
.naba-panel .lsf-labels { margin: 4px 0; gap: 4px }
.naba-panel .lsf-label { margin: 0; padding: 0 6px; border: 0; font-size: 13px }
.naba-panel .lsf-label { border-inline-start: 4px solid var(--color) }
.naba-panel .lsf-label__hotkey { margin: 0; margin-inline-start: 6px; font-size: 11px }
.naba-panel .lsf-label_selected { background: var(--background); color: inherit; outline: 2px solid; font-weight: 700 }
.naba-panel .lsf-label_selected .lsf-label__hotkey { color: inherit }
.naba-both { display: none; padding: 0 6px; border: 2px solid #d00 }
.naba-panel:has(.naba-trigger .lsf-label_selected):has(.naba-entity .lsf-label_selected) .naba-both { display: block }
.naba-both h4 { margin: 0 !important; font-size: 14px; color: #d00 !important }
.naba-said { position: sticky; bottom: -12px; z-index: 200; background: var(--color-neutral-background) }
.naba-said { display: flex; flex-wrap: wrap; column-gap: 28px; padding: 4px 0 14px }
.naba-said { border-top: 1px solid var(--color-neutral-border) }
.naba-said .naba-attribute { display: flex; align-items: center; gap: 10px }
.naba-said h4, .naba-said .lsf-choices, .naba-said .lsf-choice__item { margin: 0 !important; font-size: 13px }
.naba-said .lsf-choices, .naba-said .lsf-choice { display: flex; align-items: center; line-height: 26px }
.naba-findings { max-height: 30vh; overflow-y: auto; resize: vertical; margin: 6px 0; padding: 4px 10px }
.naba-findings { background: var(--color-neutral-surface) }
.naba-findings { border: 1px solid var(--color-neutral-border); border-inline-start: 4px solid #d00 }
.naba-findings:not(:has(br)) { display: none }
.naba-findings .lsf-richtext__container { font-size: 14px; line-height: 6px; padding: 0 }
.naba-findings .lsf-richtext__line { text-align: start; line-height: 22px }
.naba-findings .lsf-richtext__line { width: 100%; padding: 0; min-height: 0 }
.naba-findings .lsf-richtext__line:nth-of-type(2n+1) { padding-inline-start: 22px; opacity: 0.8 }
.naba-findings .lsf-richtext__line:first-of-type { padding: 0; opacity: 1; font-weight: 700 }
.naba-text { position: relative; z-index: 101; padding-top: 20px }
.naba-text .lsf-richtext__container { font-size: 18px; line-height: 12px }
.naba-text .lsf-richtext__line { width: 100%; min-height: 0; padding: 0; line-height: 54px }
.naba-text .lsf-richtext__line { unicode-bidi: plaintext; text-align: start }
.naba-text .lsf-richtext__line { font-family: Segoe UI, Noto Naskh Arabic, Noto Sans Hebrew, Arial, sans-serif }
.naba-text .htx-highlight { border-bottom: 2px solid rgba(0, 0, 0, 0.3) !important }
.naba-text .htx-highlight::after { font-family: inherit !important; white-space: nowrap; unicode-bidi: isolate }
.lsf-labels-list div, .lsf-labels-list span { font-weight: 600; color: var(--color-neutral-content) !important }
.lsf-outliner-item__index, .lsf-detailed-region__index { text-shadow: 0 0 2px #000, 0 0 1px #000 }
[data-slot=command-list] { max-height: 75vh !important }
[data-slot=command-item] { min-height: 0 !important; padding-block: 0 !important; font-size: 14px }
.relations-overlay path[opacity="0.6"] { opacity: 0.4 }
.relations-overlay path[opacity="0.6"] ~ g { opacity: 0.7 }
.relations-overlay text { font-size: 10px !important }
.relations-overlay g:nth-of-type(2n) g { translate: 0 -5px }
"""
_ONE_LABEL = {
    "ar": "اختير تصنيفان معًا، ولكل مقطع تصنيف واحد: انقر أحدهما لإلغائه",
    "he": "נבחרו שתי תוויות, ולכל קטע תווית אחת: לחצו על אחת מהן כדי לבטל אותה",
    "en": "Two labels are chosen and a span has one: click one of them to drop it",
}


def labelling_config(ontology: Ontology, *, ui_language: str = "en") -> str:
    """The labelling configuration as XML; the same ontology and language give the same string.

    Raises OntologyError when an attribute has the name of a control of the page.
    """
    if reserved := {schemas.TEXT, schemas.TRIGGER, schemas.ENTITY, schemas.FINDINGS} & set(ontology.attributes):
        faults = [f"attributes.{name}: the labelling page uses this name itself; choose another" for name in reserved]
        raise OntologyError(path=ontology.name, faults=sorted(faults))
    page = ElementTree.Element("View", style=_PAGE)
    ElementTree.SubElement(page, "Style").text = _STYLE
    panel = ElementTree.SubElement(page, "View", className="naba-panel", style=_direction(ui_language))
    _labels(panel, schemas.TRIGGER, ontology.events.values(), ui_language)
    _labels(panel, schemas.ENTITY, ontology.entities.values(), ui_language)
    warning = ElementTree.SubElement(panel, "View", className="naba-both")
    ElementTree.SubElement(warning, "Header", value=_ONE_LABEL[ui_language], size="6")
    findings = ElementTree.SubElement(page, "View", className="naba-findings", style=_direction(ui_language))
    # The server refuses tasks that lack a key the page uses. It does not recognize the key behind a space, while the
    # browser still reads it, as empty where a task lacks it: most tasks have no findings.
    text_attributes = {"name": schemas.FINDINGS, "value": f" $[{schemas.FINDINGS}]", "selectionEnabled": "false"}
    ElementTree.SubElement(findings, "Text", text_attributes)
    text = ElementTree.SubElement(page, "View", className="naba-text")
    ElementTree.SubElement(text, "Text", name=schemas.TEXT, value="$text", granularity="symbol", showLabels="true")
    attribute_panel = ElementTree.SubElement(
        page,
        "View",
        className="naba-said",
        style=_direction(ui_language),
        visibleWhen="region-selected",
        whenTagName=schemas.TRIGGER,
    )
    for attribute in ontology.attributes.values():
        _choices(attribute_panel, attribute, ui_language)
    relations = ElementTree.SubElement(page, "Relations")
    for title in relation_titles(ontology, ui_language).values():
        ElementTree.SubElement(relations, "Relation", value=title)
    ElementTree.indent(page)
    return ElementTree.tostring(page, encoding="unicode") + "\n"


def relation_titles(ontology: Ontology, ui_language: str) -> dict[str, str]:
    """Code of each role and link -> the title shown and stored for it."""
    return {type_.name: phrase(type_.title, ui_language) for type_ in _arrows(ontology)}


def phrase(phrases: Phrases, ui_language: str) -> str:
    """The wording in the given language."""
    return phrases[ui_language]


def _arrows(ontology: Ontology) -> Iterable[Type]:
    """Links and roles in the order of display: links first, then roles from the most to the least frequent."""
    events_with = Counter(role for event in ontology.events.values() for role in event.roles)
    return (*ontology.links.values(), *sorted(ontology.roles.values(), key=lambda role: -events_with[role.name]))


def _direction(ui_language: str) -> str:
    return _PAGE if ui_language in RIGHT_TO_LEFT else "direction: ltr; text-align: left"


def _labels(parent: ElementTree.Element, name: str, types: Iterable[Type], ui_language: str) -> None:
    group = ElementTree.SubElement(parent, "View", className=f"naba-{name}")
    labels = ElementTree.SubElement(group, "Labels", name=name, toName=schemas.TEXT, showInline="true")
    for type_ in types:
        ElementTree.SubElement(labels, "Label", _named(type_, ui_language), background=type_.color)


def _choices(parent: ElementTree.Element, attribute: Attribute, ui_language: str) -> None:
    group = ElementTree.SubElement(parent, "View", className="naba-attribute")
    ElementTree.SubElement(group, "Header", value=phrase(attribute.title, ui_language), size="6")
    choices = ElementTree.SubElement(
        group,
        "Choices",
        name=attribute.name,
        toName=schemas.TEXT,
        perRegion="true",
        choice="single",
        showInline="true",
    )
    for value in attribute.values.values():
        ElementTree.SubElement(choices, "Choice", _named(value, ui_language))


def _named(type_: Type, ui_language: str) -> dict[str, str]:
    """The XML attributes of a label or choice: displayed value, stored alias, hotkey and hint."""
    row = {"value": phrase(type_.title, ui_language), "alias": type_.name}
    if type_.hotkey:
        row["hotkey"] = type_.hotkey
    if type_.definition:
        row["hint"] = phrase(type_.definition, ui_language)
    return row
