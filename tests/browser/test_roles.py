"""Arrows cost a click and a digit: what the script on the embedded server adds to the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation.core.document import Span
from annotation.core.ontology import Ontology
from annotation.labelstudio.project.labeling_config import relation_titles
from annotation.labelstudio.server.client import Client, rows
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.page_script import PATH
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents
from tests.browser.editor import Editor
from tests.builders import build
from tests.studio.support import tasks

ARTICLES = {
    "he": build(
        "\U0001f4e2 [Time>Strike:Time אמש] [Attacker>Strike:Vehicle מטוס] [Strike:trigger תקף] "
        "[Target>Strike:Facility מחסן] ב[Place>Strike:GPE ראמה], ו[Die:trigger נהרגו] "
        "[Victim>Die:Quantity שני שומרים].",
        id="he",
        language="he",
    ),
    "ar": build(
        "\U0001f4e2 [Time>Strike:Time أمس] [Strike:trigger قصفت] [Attacker>Strike:Vehicle طائرة] "
        "[Target>Strike:Facility مستودعا] في [Place>Strike:GPE الرامة]، و[Die:trigger قُتل] "
        "[Victim>Die:Quantity حارسان].",
        id="ar",
        language="ar",
    ),
}
both_languages = pytest.mark.parametrize("language", ARTICLES)


@pytest.fixture
def editor(
    page: Page, studio: Server, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> Editor:
    """An article whose spans are marked."""
    article = ARTICLES[language]
    report = push(client, [article.bare()], project=title, ontology=ontology, ui_language=language, workspace=tmp_path)
    editor = Editor(page, studio.url, article.text)
    editor.open(report.project_id, tasks(client, title)[article.id])
    for span in article.spans():
        editor.mark(span, str((ontology.events.get(span.label) or ontology.entities[span.label]).hotkey))
    return editor


def span(language: str, label: str) -> Span:
    return next(span for span in ARTICLES[language].spans() if span.label == label)


@both_languages
def test_roles_of_an_event_are_drawn_in_a_row_and_are_in_the_draft_at_once(
    editor: Editor, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> None:
    article, titles = ARTICLES[language], relation_titles(ontology, language)
    strike, die = (event.trigger for event in article.events)
    editor.select(strike)
    editor.page.keyboard.press("Alt+r")
    editor.choose(span(language, "GPE"))
    offered = editor.roles.locator("button").all_inner_texts()
    assert [text.split("\n")[-1].strip("0123456789 ") for text in offered[:-1]] == [
        titles[role] for role in ("Attacker", "Target", "Place")
    ]
    editor.page.keyboard.press("Digit3")
    editor.page.keyboard.press("Escape")
    editor.draw(
        strike, [(span(language, "Time"), None), (span(language, "Vehicle"), 1), (span(language, "Facility"), 1)]
    )
    with editor.page.expect_response(lambda r: "/drafts" in r.url and r.request.method in ("POST", "PATCH")):
        editor.draw(die, [(span(language, "Quantity"), None)])
    draft = rows(client.get(f"api/tasks/{tasks(client, title)[article.id]}/drafts"))[0]
    saved = [row for row in draft["result"] if row["type"] == "relation"]  # type: ignore[attr-defined]
    assert len(saved) == 5
    editor.submit()
    pull(client, project=title, out=tmp_path / "out.jsonl", workspace=tmp_path)
    assert list(read_documents(tmp_path / "out.jsonl")) == [article]


@pytest.mark.parametrize("language", ["he"])
def test_an_arrow_that_is_given_up_goes_and_one_without_a_role_is_told(editor: Editor, language: str) -> None:
    strike, place = ARTICLES[language].events[0].trigger, span(language, "GPE")
    told = editor.page.locator(".naba-no-role")
    editor.select(strike)
    editor.page.keyboard.press("Alt+r")
    editor.choose(place)
    expect(editor.arcs).to_have_count(1)
    expect(told).to_be_hidden()  # while it is asked for
    editor.page.keyboard.press("Escape")
    expect(editor.arcs).to_have_count(0)
    expect(told).to_be_hidden()
    editor.page.keyboard.press("Escape")
    editor.draw(strike, [(place, 3)])
    expect(told).to_be_hidden()
    editor.select(strike)
    editor.page.keyboard.press("Alt+r")
    editor.choose(span(language, "Facility"))
    expect(editor.roles).to_be_visible()
    editor.page.get_by_label("TextArea Input").click()
    editor.page.keyboard.type("12")
    expect(editor.roles).to_have_count(0)
    expect(told).to_be_visible()
    expect(editor.page.get_by_label("TextArea Input")).to_have_value("12")


@pytest.mark.parametrize("language", ["he"])
def test_a_key_for_a_label_ends_the_arrows_and_changes_no_mark(editor: Editor, language: str) -> None:
    before = [row["value"] for row in editor.result() if row["type"] == "labels"]
    editor.select(ARTICLES[language].events[0].trigger)
    editor.page.keyboard.press("Alt+r")
    editor.choose(span(language, "Time"))
    expect(editor.roles).to_be_visible()
    editor.page.keyboard.press("w")
    expect(editor.roles).to_have_count(0)
    assert [row["value"] for row in editor.result() if row["type"] == "labels"] == before


def test_the_script_is_in_label_studios_pages_alone(page: Page, studio: Server, client: Client) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{studio.url}/projects/")
    page.wait_for_load_state("networkidle")
    assert sum(PATH in url for url in asked) == 1
    assert client.get("health") == {"status": "UP"}
