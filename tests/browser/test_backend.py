"""An annotator opens articles without suggestions, and a backend answers: from the list, and in the stream."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation.core.document import Document
from annotation.core.ontology import Ontology
from annotation.labelstudio.live.connection import Connection
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.sync.push import push
from tests.browser.editor import Editor
from tests.builders import build
from tests.live_backend import PASSWORD, Reader, serving
from tests.studio.support import tasks

ARABIC = build("[Arrest:trigger اعتقلت] الشرطة [Person>Arrest:Person رامي الحلو] ب[Place>Arrest:GPE حمص].", id="ar-1")
HEBREW = build("[Arrest:trigger נעצר] ב[Place>Arrest:GPE רימון] [Person>Arrest:Person סמיר נג'אר] אתמול.", id="he-1")
_READY = "task => window.Htx?.task?.id === task && window.Htx.annotationStore.selected?.names?.get('text')?.isReady"


@pytest.fixture
def project(client: Client, title: str, ontology: Ontology, tmp_path: Path) -> Iterator[int]:
    bare = [document.bare() for document in (ARABIC, HEBREW)]
    report = push(client, bare, project=title, ontology=ontology, workspace=tmp_path, ui_language="ar")
    model = Reader([ARABIC, HEBREW])
    with serving(lambda: model) as url:
        Connection(client, title, url=url, password=PASSWORD, workspace=tmp_path).show("naba reader-1")
        yield report.project_id


def has_marks(page: Page, document: Document) -> None:
    expect(page.locator(".lsf-richtext__container .htx-highlight")).to_have_count(len(list(document.spans())))


def test_an_article_opened_from_the_list_has_the_models_marks(
    page: Page, studio: Server, client: Client, title: str, project: int
) -> None:
    editor = Editor(page, studio.url, ARABIC.text)
    editor.open(project, tasks(client, title)[ARABIC.id])
    has_marks(page, ARABIC)


def test_so_has_each_article_of_the_stream(
    page: Page, studio: Server, client: Client, title: str, project: int
) -> None:
    numbers = tasks(client, title)
    page.goto(f"{studio.url}/projects/{project}/data?labeling=1")
    instructions = page.locator(".lsf-modal-ls_visible")
    expect(instructions).to_be_visible(timeout=30_000)
    page.keyboard.press("Escape")
    expect(instructions).to_have_count(0)
    for document in (ARABIC, HEBREW):
        page.wait_for_function(_READY, arg=numbers[document.id])
        has_marks(page, document)
        page.get_by_test_id("bottombar-submit-button").click()
