"""What the labelling page shows around the text, and what an annotator says of the whole article."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation.checks.run import check_file
from annotation.core.document import Document, Source, Span
from annotation.core.ontology import Ontology
from annotation.labelstudio.project import page_wording as wording
from annotation.labelstudio.project.labeling_config import relation_titles
from annotation.labelstudio.project.progress import progress
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents
from tests.browser.editor import Editor
from tests.builders import build
from tests.studio.support import tasks

TEXTS = {
    "he": ("\U0001f4e2 עדכון: [Place>Strike:GPE ראמה] [Strike:trigger הותקפה] שוב.", "רדיו <b>הגליל</b>"),
    "ar": ("\U0001f4e2 عاجل: [Strike:trigger قُصفت] [Place>Strike:GPE الرامة] مجددا.", "إذاعة <b>الجليل</b>"),
}
EVIL = 'https://news.example/1"><img src=x onerror=document.title=1>'
both_languages = pytest.mark.parametrize("language", TEXTS)


def article(language: str) -> Document:
    markup, name = TEXTS[language]
    source = Source(name, title="undefined", url=EVIL, published="2026-03-12T10:00:00")
    return replace(build(markup, id=language, language=language), source=source)


@pytest.fixture
def editor(
    page: Page, studio: Server, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> Editor:
    document = article(language).bare()
    push(client, [document], project=title, ontology=ontology, ui_language=language, workspace=tmp_path)
    editor = Editor(page, studio.url, document.text)
    report = push(client, [], project=title, ontology=ontology, ui_language=language, workspace=tmp_path)
    editor.open(report.project_id, tasks(client, title)[document.id])
    return editor


@both_languages
def test_title_date_source_and_link_stand_above_the_text(editor: Editor, language: str) -> None:
    heading = editor.page.locator(".naba-heading")
    expect(heading).to_contain_text("undefined")
    expect(heading).to_contain_text(f"2026-03-12 · {TEXTS[language][1]}")
    day = heading.locator(".lsf-richtext__line").last
    assert day.evaluate("line => getComputedStyle(line).textAlign") == "right"
    link = heading.get_by_role("link")
    assert str(link.get_attribute("href")).startswith("https://news.example/1%22%3E%3Cimg")
    assert heading.locator("img").count() == 0
    assert editor.page.title() != "1"
    box, text = heading.bounding_box(), editor.page.locator(".naba-text").bounding_box()
    assert box is not None
    assert text is not None
    assert box["y"] + box["height"] <= text["y"]


@pytest.mark.parametrize("language", ["he"])
def test_an_article_without_a_source_has_no_heading(
    editor: Editor, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> None:
    bare = replace(article(language).bare(), id="bare", source=None)
    report = push(client, [bare], project=title, ontology=ontology, ui_language=language, workspace=tmp_path)
    editor.open(report.project_id, tasks(client, title)["bare"])
    assert "undefined" not in editor.page.locator(".naba-panel").locator("xpath=..").inner_text()


@both_languages
def test_no_events_and_a_note_arrive_in_documents_and_progress(
    editor: Editor, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> None:
    page, out = editor.page, tmp_path / "out.jsonl"
    page.get_by_label("TextArea Input").fill("q 1 🙂\nשאלה؟")
    page.locator(f".naba-article input[name='{wording.NO_EVENTS[language]}']").click()
    editor.submit()
    pull(client, project=title, out=out, workspace=tmp_path)
    (document,) = read_documents(out)
    assert document.provenance is not None
    assert (document.provenance.note, document.provenance.no_events) == ("q 1 🙂\nשאלה؟", True)
    assert document == article(language).bare()
    assert list(check_file(out, ontology)) == []
    counted = progress(client, project=title)
    assert [(note.text, note.article) for note in counted.notes] == [("q 1 🙂\nשאלה؟", language)]
    assert [annotator.no_events for annotator in counted.annotators.values()] == [1]


@pytest.mark.parametrize("language", ["he"])
def test_keys_pressed_in_the_note_mark_nothing_and_an_empty_submission_is_found(
    editor: Editor, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> None:
    editor.page.get_by_label("TextArea Input").press_sequentially("q12")
    expect(editor.page.locator(".lsf-label_selected")).to_have_count(0)
    editor.page.get_by_label("TextArea Input").fill("")
    editor.submit()
    pull(client, project=title, out=tmp_path / "out.jsonl", workspace=tmp_path)
    assert [finding.kind for finding in check_file(tmp_path / "out.jsonl", ontology)] == ["unmarked"]


@both_languages
def test_an_end_is_mended_by_dragging_it(
    editor: Editor, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> None:
    (event,) = article(language).events
    wrong = Span(event.trigger.start, event.trigger.end + 4, event.type)
    editor.mark(wrong, str(ontology.events["Strike"].hotkey))
    editor.resize(wrong, event.trigger.end)
    editor.submit()
    report = pull(client, project=title, out=tmp_path / "out.jsonl", workspace=tmp_path)
    (document,) = read_documents(tmp_path / "out.jsonl")
    assert (document.triggers, report.quarantined) == ((event.trigger,), 0)


@both_languages
def test_the_list_of_roles_fits_the_window_wherever_it_opens(editor: Editor, ontology: Ontology, language: str) -> None:
    page, titles = editor.page, relation_titles(ontology, language)
    for span in article(language).spans():
        editor.mark(span, str((ontology.events.get(span.label) or ontology.entities[span.label]).hotkey))
    page.evaluate(
        "() => { const a = Htx.annotationStore.selected; a.relationStore.addRelation(a.regions[0], a.regions[1]) }"
    )
    editor.panel("Relations")
    arrow = page.locator(".lsf-relations__item").last
    arrow.hover()
    arrow.get_by_label("Show Relation Labels").click()
    for height in (900, 640):
        page.set_viewport_size({"width": 1280, "height": height})
        arrow.locator(".lsf-relation-meta button").click()
        box = page.locator("[data-slot=command-list]").bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
        first = page.get_by_test_id(f"select-option-{titles['SameAs']}")
        first.scroll_into_view_if_needed()
        expect(first).to_be_in_viewport()
        page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 900})


@both_languages
def test_hints_run_right_to_left(editor: Editor, ontology: Ontology, language: str) -> None:
    editor.page.locator(".naba-trigger .lsf-label").first.hover()
    hint = editor.page.get_by_text(ontology.events["Strike"].definition[language], exact=True).last
    expect(hint).to_be_visible()
    assert hint.evaluate("hint => getComputedStyle(hint).unicodeBidi") == "plaintext"
