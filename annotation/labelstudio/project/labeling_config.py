"""The labelling configuration: the ontology as Label Studio's XML, in the annotators' language."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from xml.etree import ElementTree

from annotation.core.errors import OntologyError
from annotation.core.ontology import Attribute, Ontology, Phrases, Type
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.project import page_wording as wording
from annotation.labelstudio.project.guidelines import RIGHT_TO_LEFT
from annotation.labelstudio.project.guidelines import guidelines as guidelines
from annotation.labelstudio.project.page_style import STYLE

_PAGE = "direction: rtl; text-align: right"


def labelling_config(ontology: Ontology, *, ui_language: str = "en") -> str:
    """The labelling configuration as XML; the same ontology and language give the same string.

    Raises OntologyError when an attribute has the name of a control of the page.
    """
    if reserved := set(schemas.CONTROLS) & set(ontology.attributes):
        faults = [f"attributes.{name}: the labelling page uses this name itself; choose another" for name in reserved]
        raise OntologyError(path=ontology.name, faults=sorted(faults))
    page = ElementTree.Element("View", style=_PAGE)
    ElementTree.SubElement(page, "Style").text = STYLE
    panel = ElementTree.SubElement(page, "View", className="naba-panel", style=_direction(ui_language))
    _labels(panel, schemas.TRIGGER, ontology.events.values(), ui_language)
    _labels(panel, schemas.ENTITY, ontology.entities.values(), ui_language)
    warning = ElementTree.SubElement(panel, "View", className="naba-both")
    ElementTree.SubElement(warning, "Header", value=wording.ONE_LABEL[ui_language], size="6")
    warning = ElementTree.SubElement(panel, "View", className="naba-no-role")
    ElementTree.SubElement(warning, "Header", value=wording.NO_ROLE[ui_language], size="6")
    findings = ElementTree.SubElement(page, "View", className="naba-findings", style=_direction(ui_language))
    _shown(findings, schemas.FINDINGS)
    _heading(page)
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
    _about_article(page, ui_language)
    # Label Studio ignores `takes`, which is for `naba_roles.js`.
    takes = json.dumps(_takes(ontology, ui_language), ensure_ascii=False, separators=(",", ":"))
    relations = ElementTree.SubElement(page, "Relations", takes=takes)
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


def _takes(ontology: Ontology, ui_language: str) -> dict[str, object]:
    """What each event and link takes, for the script that offers roles: by event and role, the codes of the fillers."""
    events = {
        name: {
            role.name: [label for label in ontology.labels if label in role.fillers] for role in event.roles.values()
        }
        for name, event in ontology.events.items()
    }
    titles = relation_titles(ontology, ui_language)
    return {"events": events, "links": list(ontology.links), "titles": titles, "words": wording.ROLES[ui_language]}


def _shown(parent: ElementTree.Element, key: str) -> None:
    """A text that is read, not marked: what a task's data hold under the key.

    The server refuses tasks that lack a key the page uses. It does not recognize the key behind a space, while the
    browser still reads it, as `undefined` where a task lacks it. The style sheet hides a text of a single line.
    """
    attributes = {"name": key, "value": f" $[{key}]", "selectionEnabled": "false"}
    ElementTree.SubElement(parent, "Text", attributes)


def _heading(page: ElementTree.Element) -> None:
    """The article's title, date and source, and a link to it."""
    group = ElementTree.SubElement(page, "View", className="naba-heading")
    _shown(group, schemas.HEADING)
    link = ElementTree.SubElement(group, "View", className="naba-link")
    ElementTree.SubElement(link, "Markdown", value=f" $[{schemas.LINK}]")


def _about_article(page: ElementTree.Element, ui_language: str) -> None:
    """What an annotator says of the whole article: that it tells of no event, and a note to the lead."""
    group = ElementTree.SubElement(page, "View", className="naba-article", style=_direction(ui_language))
    choices = ElementTree.SubElement(
        group, "Choices", name=schemas.NO_EVENTS, toName=schemas.TEXT, choice="multiple", showInline="true"
    )
    ElementTree.SubElement(choices, "Choice", value=wording.NO_EVENTS[ui_language], alias=schemas.NO_EVENTS)
    placeholder = wording.NOTE[ui_language]
    note = {"name": schemas.NOTE, "toName": schemas.TEXT, "placeholder": placeholder, "rows": "2", "editable": "true"}
    ElementTree.SubElement(group, "TextArea", {**note, "maxSubmissions": "1", "showSubmitButton": "false"})


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
