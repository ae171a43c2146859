"""The guidelines show every label with its rule, and every example with its marks."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from annotation.core.errors import OntologyError
from annotation.core.ontology import LANGUAGES
from annotation.labelstudio.project.guidelines import guidelines
from tests.builders import conflict

ONTOLOGY = conflict()


class Reader(HTMLParser):
    """Collects the text, and fails on tags that do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> str:
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader.text


@pytest.mark.parametrize("ui_language", LANGUAGES)
def test_every_label_is_there_with_its_rule(ui_language: str) -> None:
    text = read(guidelines(ONTOLOGY, ui_language=ui_language))
    for group in (ONTOLOGY.events, ONTOLOGY.entities, ONTOLOGY.attributes, ONTOLOGY.links):
        for type_ in group.values():
            assert type_.title[ui_language] in text
            assert type_.definition[ui_language] in text


@pytest.mark.parametrize(("ui_language", "shown"), [("ar", {"ar"}), ("he", {"he"}), ("en", {"ar", "he"})])
def test_examples_are_in_the_annotators_language_or_in_both(ui_language: str, shown: set[str]) -> None:
    html = guidelines(ONTOLOGY, ui_language=ui_language)
    for language in ("ar", "he"):
        (trigger,) = ONTOLOGY.events["Strike"].example[language].split("[Strike:trigger ")[1].split("]")[:1]
        assert (f">{trigger}<sup>" in html) == (language in shown)


def of_strike(example: str) -> str:
    """The guidelines of an ontology whose only event is a Strike with this example."""
    strike = replace(ONTOLOGY.events["Strike"], example={"he": example}, counter_example={})
    return guidelines(replace(ONTOLOGY, events={"Strike": strike}), ui_language="he")


def test_an_example_shows_each_span_on_its_colour_with_its_title_and_roles() -> None:
    gpe, strike, target = ONTOLOGY.entities["GPE"], ONTOLOGY.events["Strike"], ONTOLOGY.roles["Target"]
    html = of_strike("[Target>Strike:GPE א<[Strike:trigger ב]>ג] ד")
    outer, inner = f"label-{list(ONTOLOGY.entities).index('GPE')}", f"label-{len(ONTOLOGY.entities)}"
    assert f".naba .{outer} {{ background: color-mix(in srgb, {gpe.color} 33%, transparent) }}" in html
    assert (
        f'<mark class="{outer}">א&lt;<mark class="{inner}">ב<sup>{strike.title["he"]}</sup></mark>&gt;ג'
        f"<sup>{gpe.title['he']} · {target.title['he']}</sup></mark> ד"
    ) in html


def test_nothing_is_used_that_label_studio_takes_away() -> None:
    html = guidelines(ONTOLOGY, ui_language="he")
    sheet = html.partition("<style>")[2].partition("</style>")[0]
    assert not set(sheet) & set("<>&\"'")
    assert " style=" not in html


def test_an_example_with_a_label_of_another_ontology_shows_its_code() -> None:
    assert "<sup>Castle</sup>" in of_strike("[Strike:trigger תקף] את [Castle הטירה]")


def test_an_example_that_is_no_markup_is_named() -> None:
    with pytest.raises(OntologyError, match=r"conflict: Strike: example '\[open': .*line 1"):
        of_strike("[open")


@pytest.mark.parametrize("ui_language", LANGUAGES)
def test_the_page_runs_the_way_its_language_does(ui_language: str) -> None:
    html = guidelines(ONTOLOGY, ui_language=ui_language)
    assert html.startswith(f'<div class="naba" dir="{"ltr" if ui_language == "en" else "rtl"}"')


@pytest.mark.parametrize("ui_language", LANGUAGES)
def test_rules_values_roles_with_their_fillers_and_keys_are_read(ui_language: str) -> None:
    text = read(guidelines(ONTOLOGY, ui_language=ui_language))
    assert len(ONTOLOGY.rules) >= 6
    for rule in ONTOLOGY.rules.values():
        assert rule.title[ui_language] in text
        assert rule.definition[ui_language] in text
    for attribute in ONTOLOGY.attributes.values():
        assert all(value.definition[ui_language] in text for value in attribute.values.values())
    comma = "، " if ui_language == "ar" else ", "
    victims = [
        ONTOLOGY.entities[name].title[ui_language] for name in ("Person", "Organization", "ArmedGroup", "Quantity")
    ]
    assert f"{ONTOLOGY.roles['Victim'].title[ui_language]}: {comma.join(victims)}" in text
    assert all(f"{type_.title[ui_language]} {type_.hotkey}" in text for type_ in ONTOLOGY.events.values())
    assert "Alt+R" in text
    assert "Submit" in text
