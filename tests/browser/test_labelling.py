"""What an annotator marks with the mouse is what arrives, character for character, in Hebrew and in Arabic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation.core.document import Document
from annotation.core.ontology import Ontology
from annotation.labelstudio.project.labeling_config import relation_titles
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.suggestions.suggest import suggest
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents
from tests.browser.editor import Editor
from tests.builders import build

# An emoji, CRLF, marks, a no-break space, doubled spaces and a bidi mark stand before and between the spans.
ARTICLES = {
    "he": build(
        "\U0001f4e2 עִדְכּוּן  מהשטח:\r\n"
        "\u200f[Attacker>Strike:Vehicle מטוס\u00a0קרב] [Strike,certainty=reported:trigger תקף] "
        "ב[Place>Strike:GPE ראמה], ו[Die:trigger נהרגו] [Victim>Die:Quantity שלושה בני אדם].\r\n"
        "Reuters: \U0001f1ee\U0001f1f1 [Facility מחסן] של [ArmedGroup חטיבת הנץ].",
        id="he",
        language="he",
    ),
    "ar": build(
        "\U0001f4e2 مُسْتَجِدّات  ميدانية:\r\n"
        "\u200f[Strike,certainty=reported:trigger قصفت] [Attacker>Strike:Vehicle طائرة\u00a0حربية] مواقع "
        "ب[Place>Strike:GPE الرامة]، و[Die:trigger قُتل] [Victim>Die:Quantity ثلاثة أشخاص].\r\n"
        "Reuters: \U0001f1f8\U0001f1fe [Facility مستودع] ل[ArmedGroup كتيبة الصقر].",
        id="ar",
        language="ar",
    ),
}
both_languages = pytest.mark.parametrize("language", ARTICLES)

_LEVEL = "part => getComputedStyle(part).zIndex"
Open = Callable[[Document, str], Editor]


@pytest.fixture
def opened(page: Page, studio: Server, client: Client, title: str, ontology: Ontology, tmp_path: Path) -> Open:
    """Push an article, with a suggestion where something is marked in it, and open its task."""

    def open(document: Document, language: str) -> Editor:
        report = push(
            client, [document.bare()], project=title, ontology=ontology, ui_language=language, workspace=tmp_path
        )
        if document.events:
            suggest(client, [document], project=title, workspace=tmp_path, model_version="naba-test")
        ((task,),) = pages(client, report.project_id, ["id"])
        editor = Editor(page, studio.url, document.text)
        editor.open(report.project_id, int(str(task["id"])))
        return editor

    return open


def pulled(client: Client, title: str, folder: Path) -> Document:
    """The one annotation of the project, with nothing quarantined."""
    report = pull(client, project=title, out=folder / "out.jsonl", workspace=folder)
    assert report.quarantined == 0
    (document,) = read_documents(folder / "out.jsonl")
    return document


@both_languages
def test_a_task_opens_right_to_left(opened: Open, language: str) -> None:
    article = ARTICLES[language]
    editor = opened(article.bare(), language)
    line = editor.page.locator(".naba-text .lsf-richtext__line").nth(2)
    assert line.evaluate("line => getComputedStyle(line).direction") == "rtl"
    assert line.evaluate("line => getComputedStyle(line).unicodeBidi") == "plaintext"
    first = article.text.index("\u200f") + 1
    whole = line.bounding_box()
    assert whole is not None
    assert whole["x"] + whole["width"] - editor.box(first)[1] < 5
    assert editor.box(first)[0] >= editor.box(first + 1)[1] - 1
    latin = article.text.index("Reuters")
    assert editor.box(latin)[0] < editor.box(latin + 1)[0] < whole["x"] + whole["width"] / 2


@both_languages
def test_what_is_marked_by_hand_arrives(
    opened: Open, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> None:
    article, titles = ARTICLES[language], relation_titles(ontology, language)
    editor = opened(article.bare(), language)
    for span in article.spans():
        type_ = ontology.events.get(span.label) or ontology.entities[span.label]
        assert type_.hotkey is not None
        editor.mark(span, type_.hotkey)
    expect(editor.page.locator(".naba-said .lsf-choices:visible")).to_have_count(0)
    for event in article.events:
        for name, value in event.attributes:
            editor.select(event.trigger)
            editor.say(ontology.attributes[name].values[value].title[language])
        for argument in event.arguments:
            editor.connect(event.trigger, argument.filler, titles[argument.role])
    expect(editor.arcs).to_have_count(sum(len(event.arguments) for event in article.events))
    editor.submit()
    assert pulled(client, title, tmp_path) == article


@both_languages
def test_a_suggestion_is_seen_with_its_arcs_and_taken_over_by_submit(
    opened: Open, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> None:
    article, titles = ARTICLES[language], relation_titles(ontology, language)
    editor = opened(article, language)
    arguments = [argument for event in article.events for argument in event.arguments]
    expect(editor.arcs).to_have_count(len(arguments))
    assert sorted(editor.arc_titles) == sorted(titles[argument.role] for argument in arguments)
    text, arcs = (int(editor.page.locator(part).evaluate(_LEVEL)) for part in (".naba-text", ".relations-overlay"))
    assert text > arcs
    expect(editor.regions).to_have_count(len(list(article.spans())))
    shown = {text.partition(":")[2] for text in editor.regions.evaluate_all("all => all.map(e => e.dataset.label)")}
    assert shown == {
        (ontology.events.get(s.label) or ontology.entities[s.label]).title[language] for s in article.spans()
    }
    editor.submit()
    assert pulled(client, title, tmp_path) == article


def test_labels_stay_in_sight_attributes_come_with_a_trigger_and_two_labels_are_warned_of(opened: Open) -> None:
    article = ARTICLES["he"]
    long = Document(id="long", text=article.text + "\n" + "שורה ארוכה מאוד של כתבה. " * 300)
    editor = opened(long, "he")
    panel, warning = editor.page.locator(".naba-panel"), editor.page.locator(".naba-both")
    top = panel.bounding_box()
    editor.box(len(long.text) - 1)
    expect(panel).to_be_in_viewport()
    assert top is not None
    assert editor.page.locator(".naba-text .lsf-richtext__line").first.bounding_box()["y"] < top["y"]  # type: ignore[index]
    for event in article.events:
        editor.mark(event.trigger, "q")
    editor.select(article.events[0].trigger)
    expect(editor.page.locator(".naba-said .lsf-choices:visible")).to_have_count(3)
    expect(warning).to_be_hidden()
    editor.page.keyboard.press("1")
    expect(warning).to_be_visible()
    editor.page.keyboard.press("1")
    expect(warning).to_be_hidden()


def test_the_guidelines_arrive_with_their_colours(opened: Open, ontology: Ontology) -> None:
    page = opened(ARTICLES["ar"].bare(), "ar").page
    page.get_by_role("button", name="Instructions").click()
    title = page.locator(".naba mark", has_text=ontology.events["Strike"].title["ar"]).first
    expect(title).to_be_visible()
    expect(title).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
    assert title.evaluate("mark => getComputedStyle(mark).direction") == "rtl"
