"""The labelling page is well-formed, says everything the ontology says, and is the same every time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.errors import OntologyError
from annotation.core.ontology import LANGUAGES, Ontology
from annotation.labelstudio.project.labeling_config import labelling_config, relation_titles
from tests.builders import conflict

ONTOLOGY = conflict()
every_language = pytest.mark.parametrize("ui_language", LANGUAGES)


def page(ontology: Ontology = ONTOLOGY, ui_language: str = "he") -> ElementTree.Element:
    return ElementTree.fromstring(labelling_config(ontology, ui_language=ui_language))


def labels(root: ElementTree.Element, name: str) -> list[tuple[str | None, str | None]]:
    control = root.find(f".//Labels[@name='{name}']")
    assert control is not None
    assert control.get("toName") == "text"
    return [(label.get("alias"), label.get("value")) for label in control]


def above(root: ElementTree.Element, tag: str) -> Iterator[list[ElementTree.Element]]:
    """The elements from the root down to each element of that tag."""

    def walk(path: list[ElementTree.Element]) -> Iterator[list[ElementTree.Element]]:
        if path[-1].tag == tag:
            yield path
        for child in path[-1]:
            yield from walk([*path, child])

    yield from walk([root])


@every_language
def test_labels_show_titles_and_store_codes(ui_language: str) -> None:
    root = page(ui_language=ui_language)
    assert labels(root, "trigger") == [(e.name, e.title[ui_language]) for e in ONTOLOGY.events.values()]
    assert labels(root, "entity") == [(e.name, e.title[ui_language]) for e in ONTOLOGY.entities.values()]


def test_labels_carry_colour_hotkey_and_hint() -> None:
    strike = page().find(".//Label[@alias='Strike']")
    kind = ONTOLOGY.events["Strike"]
    assert strike is not None
    assert strike.get("background") == kind.color
    assert strike.get("hotkey") == kind.hotkey
    assert strike.get("hint") == kind.definition["he"]


@every_language
def test_relations_are_offered_by_title_links_first_then_the_roles_most_events_have(ui_language: str) -> None:
    shown = [relation.get("value") for relation in page(ui_language=ui_language).iter("Relation")]
    titles = relation_titles(ONTOLOGY, ui_language)
    assert shown == list(titles.values())
    assert set(titles) == {*ONTOLOGY.roles, *ONTOLOGY.links}
    assert len(set(shown)) == len(shown)
    assert set(list(titles)[:3]) == {"SameAs", "Time", "Place"}


@every_language
def test_findings_are_read_in_the_language_of_the_page_and_cannot_be_marked(ui_language: str) -> None:
    (*_, view, panel), *_ = above(page(ui_language=ui_language), "Text")
    assert (panel.get("value"), panel.get("selectionEnabled")) == (" $[findings]", "false")
    assert ("rtl" in str(view.get("style"))) == (ui_language != "en")


def test_text_runs_right_to_left_and_is_selected_character_by_character() -> None:
    *_, (*views, text) = above(page(ui_language="en"), "Text")
    assert views[0].get("style") == "direction: rtl; text-align: right"
    assert (text.get("name"), text.get("value"), text.get("granularity")) == ("text", "$text", "symbol")


@every_language
def test_attributes_appear_only_for_a_chosen_trigger(ui_language: str) -> None:
    *found, article = above(page(ui_language=ui_language), "Choices")
    assert (article[-1].get("name"), article[-1].get("perRegion")) == ("no_events", None)
    assert [path[-1].get("name") for path in found] == list(ONTOLOGY.attributes)
    for *views, choices in found:
        assert any(v.get("visibleWhen") == "region-selected" and v.get("whenTagName") == "trigger" for v in views)
        assert (choices.get("perRegion"), choices.get("choice")) == ("true", "single")
        values = ONTOLOGY.attributes[str(choices.get("name"))].values
        assert [choice.get("alias") for choice in choices] == list(values)
        assert [choice.get("value") for choice in choices] == [v.title[ui_language] for v in values.values()]


@every_language
def test_the_page_is_the_same_every_time(ui_language: str) -> None:
    again = Ontology.parse(ONTOLOGY.source)
    assert labelling_config(again, ui_language=ui_language) == labelling_config(ONTOLOGY, ui_language=ui_language)


@given(title=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_title_makes_well_formed_xml(title: str) -> None:
    strike = replace(ONTOLOGY.events["Strike"], title={"he": title})
    root = page(replace(ONTOLOGY, events={**ONTOLOGY.events, "Strike": strike}))
    assert ("Strike", title) in labels(root, "trigger")


@pytest.mark.parametrize(
    "name", ["text", "trigger", "entity", "findings", "note_to_lead", "no_events", "article_heading"]
)
def test_an_attribute_may_not_be_called_like_a_part_of_the_page(name: str) -> None:
    ontology = replace(ONTOLOGY, attributes={name: ONTOLOGY.attributes["realis"]})
    with pytest.raises(OntologyError, match=f"attributes.{name}: the labelling page uses this name itself"):
        labelling_config(ontology)


def test_an_ontology_without_attributes_and_links_has_a_page_too() -> None:
    root = page(replace(ONTOLOGY, attributes={}, links={}))
    assert [control.get("name") for control in root.iter("Choices")] == ["no_events"]
    assert "SameAs" not in relation_titles(replace(ONTOLOGY, links={}), "en")


@every_language
def test_the_script_for_roles_reads_what_each_event_takes_and_how_that_is_called(ui_language: str) -> None:
    relations = page(ui_language=ui_language).find(".//Relations")
    assert relations is not None
    takes = json.loads(str(relations.get("takes")))
    for name, event in ONTOLOGY.events.items():
        assert {role: set(fillers) for role, fillers in takes["events"][name].items()} == {
            role.name: set(role.fillers) for role in event.roles.values()
        }
    assert takes["titles"] == relation_titles(ONTOLOGY, ui_language)
    assert takes["links"] == list(ONTOLOGY.links)
