"""An annotator takes articles in a queue's order and works on suggestions; what became of those is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation.core.document import Span
from annotation.core.ontology import Ontology
from annotation.labelstudio.server.client import Client, row, rows
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.suggestions.suggest import suggest
from annotation.labelstudio.suggestions.usage import audit
from annotation.labelstudio.sync.push import push
from annotation.labelstudio.sync.task_order import TITLES, arrange
from annotation.selection.active_learning import Queued
from tests.browser.editor import Editor
from tests.builders import build
from tests.studio.support import tasks

ARTICLE = build(
    "[Arrest:trigger נעצר] ב[Place>Arrest:GPE רימון] הבוקר [Person>Arrest:Person סמיר נג'אר] ליד [Facility הגשר], "
    "ו[Die:trigger נהרג] שם [Victim>Die:Quantity שומר אחד].",
    language="he",
)
ARTICLES = [replace(ARTICLE, id=f"article-{number}") for number in range(3)]


@pytest.fixture
def project(client: Client, title: str, ontology: Ontology, tmp_path: Path) -> int:
    """Three articles with the same suggestion, the last first in the queue."""
    bare = [article.bare() for article in ARTICLES]
    report = push(client, bare, project=title, ontology=ontology, workspace=tmp_path, ui_language="he")
    suggest(client, ARTICLES, project=title, workspace=tmp_path, model_version="naba-test")
    order = [Queued(rank, ARTICLES[n].id, "he", 0.1, 1.0) for rank, n in enumerate((2, 0), start=1)]
    arrange(client, order, project=title, workspace=tmp_path)
    return report.project_id


def at_work(page: Page, task: int) -> None:
    """Wait until the editor has the task."""
    page.wait_for_function("task => window.Htx?.task?.id === task", arg=task)
    page.wait_for_function("() => window.Htx?.annotationStore?.selected?.names?.get('text')?.isReady === true")


def span(label: str) -> Span:
    return next(span for span in ARTICLE.spans() if span.label == label)


def test_the_tab_gives_the_articles_in_order_and_suggestions_kept_edited_and_deleted_are_counted(
    page: Page, studio: Server, client: Client, title: str, project: int, ontology: Ontology, tmp_path: Path
) -> None:
    numbers = tasks(client, title)
    (tab, _) = rows(client.get("api/dm/views/", project=project))
    assert row(tab["data"])["title"] == TITLES["he"]
    page.goto(f"{studio.url}/projects/{project}/data?tab={tab['id']}")
    expect(page.get_by_text("01/00001")).to_be_visible()
    page.get_by_label("Toggle open").last.click()
    page.get_by_text("Label Tasks As Displayed").click()
    at_work(page, numbers["article-2"])
    page.get_by_role("button", name="Close modal").click()  # the instructions, which come first
    expect(page.get_by_role("button", name="Close modal")).not_to_be_visible()
    work(Editor(page, studio.url, ARTICLE.text), ontology)
    page.get_by_test_id("bottombar-submit-button").click()
    at_work(page, numbers["article-0"])
    found = audit(client, project=title, workspace=tmp_path)
    fates = found.versions["naba-test"].fates()
    assert {key: dict(fate.counts) for key, fate in fates.items() if key[1]} == {
        ("trigger", "Arrest"): {"accepted": 1},
        ("trigger", "Die"): {"accepted": 1},
        ("entity", "GPE"): {"type": 1},
        ("entity", "Facility"): {"deleted": 1},
        ("entity", "Quantity"): {"boundaries": 1},
        ("entity", "Person"): {"accepted": 1},
        ("role", "Person"): {"accepted": 1},
        ("entity", "Weapon"): {"added": 1},
        ("role", "Place"): {"accepted": 1},
        ("role", "Victim"): {"deleted": 1},
    }


def work(editor: Editor, ontology: Ontology) -> None:
    """Another label, a mark taken away, one made anew with other ends, and one that was not suggested."""
    keys = {label: ontology.entities[label].hotkey or "" for label in ("Location", "Quantity", "Weapon")}
    page, quantity = editor.page, span("Quantity")
    editor.select(span("GPE"))
    page.keyboard.press(keys["Location"])
    page.keyboard.press("Escape")
    for label in ("Facility", "Quantity"):
        editor.select(span(label))
        page.keyboard.press("Backspace")
        expect(page.locator(".lsf-detailed-region")).to_have_count(0)
    editor.mark(Span(quantity.start, quantity.start + 4, "Quantity"), keys["Quantity"])
    there = ARTICLE.text.index("שם")
    editor.mark(Span(there, there + 2, "Weapon"), keys["Weapon"])
