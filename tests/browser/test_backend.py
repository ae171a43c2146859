"""An annotator opens articles without suggestions, and a backend answers: from the list, in the stream, and about a
trigger that is selected.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from annotation.core.document import Document
from annotation.core.ontology import Ontology
from annotation.labelstudio.live import backend
from annotation.labelstudio.live.connection import Connection
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.suggestions.model_versions import shown_version
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents
from tests.browser.editor import Editor
from tests.builders import build
from tests.learnt import learn
from tests.live_backend import PASSWORD, Reader, serving
from tests.studio.support import tasks
from training.config.trained import PredictConfig
from training.inference.loading import load_predictor
from training.serving.live_model import LiveModel

ARABIC = build(
    "[Arrest:trigger اعتقلت] الشرطة [Person>Arrest:Person رامي الحلو] ب[Place>Arrest:GPE حمص].",
    id="ar-1",
    language="ar",
)
HEBREW = build(
    "[Arrest:trigger נעצר] ב[Place>Arrest:GPE רימון] [Person>Arrest:Person סמיר נג'אר] אתמול.", id="he-1", language="he"
)
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
    expect(instructions).to_be_visible()
    page.keyboard.press("Escape")
    expect(instructions).to_have_count(0)
    for document in (ARABIC, HEBREW):
        page.wait_for_function(_READY, arg=numbers[document.id])
        has_marks(page, document)
        page.get_by_test_id("bottombar-submit-button").click()


@pytest.fixture(scope="module")
def learnt(ontology: Ontology, tmp_path_factory: pytest.TempPathFactory) -> LiveModel:
    """A real model, loaded as `naba backend` loads it."""
    folder = learn([ARABIC, HEBREW], ontology, tmp_path_factory.mktemp("learnt"))
    settings = PredictConfig(model=str(folder), input="-", output="-", threads=1)
    return LiveModel(folder, lambda: load_predictor(settings))


@pytest.fixture(params=["ar", "he"])
def article(request: pytest.FixtureRequest) -> Document:
    return {"ar": ARABIC, "he": HEBREW}[request.param]


class HalfDone(Editor):
    """The page of an article that an annotator has begun."""

    def __init__(self, page: Page, url: str, text: str, project: int, task: int) -> None:
        super().__init__(page, url, text)
        self.project, self.task = project, task

    @property
    def proposals(self) -> Locator:
        """The arguments that the model proposes."""
        return self.page.locator("#naba-arguments button:has(b)")


@pytest.fixture
def half_done(
    page: Page, studio: Server, client: Client, title: str, ontology: Ontology, tmp_path: Path, article: Document
) -> HalfDone:
    language = article.language
    report = push(client, [article.bare()], project=title, ontology=ontology, workspace=tmp_path, ui_language=language)
    task = tasks(client, title)[article.id]
    client.create(f"api/tasks/{task}/annotations/", {"result": []})  # else it opens with all of the suggestion
    return HalfDone(page, studio.url, article.text, report.project_id, task)


def half_marked(editor: HalfDone, article: Document, ontology: Ontology) -> None:
    """Open the article, mark its trigger and a person, and select the trigger."""
    (event,), person = article.events, next(span for span in article.entities if span.label == "Person")
    editor.open(editor.project, editor.task)
    editor.mark(event.trigger, str(ontology.events[event.type].hotkey))
    editor.mark(person, str(ontology.entities["Person"].hotkey))
    editor.select(event.trigger)


def test_a_selected_trigger_is_offered_its_arguments_and_one_key_takes_them(
    half_done: HalfDone,
    client: Client,
    title: str,
    tmp_path: Path,
    ontology: Ontology,
    learnt: LiveModel,
    article: Document,
) -> None:
    editor, page = half_done, half_done.page
    with serving(learnt.current) as url:
        version = shown_version(learnt.model.version)
        Connection(client, title, url=url, password=PASSWORD, workspace=tmp_path).show(version)
        half_marked(editor, article, ontology)
        expect(editor.proposals).to_have_count(len(article.events[0].arguments))
        before = editor.result()
        page.keyboard.press("Enter")
        expect(editor.arcs).to_have_count(2)
        expect(editor.proposals).to_have_count(0)
        origins = {row["id"]: row["origin"] for row in editor.result() if row["type"] == "labels"}
        assert sorted(origins.values()) == ["manual", "manual", "prediction"]
        page.keyboard.press("Control+z")
        expect(editor.arcs).to_have_count(0)
        assert editor.result() == before
        editor.page.keyboard.press("Escape")
        editor.select(article.events[0].trigger)
        expect(editor.proposals).to_have_count(2)
        page.keyboard.press("Alt+2")
        expect(editor.arcs).to_have_count(1)
        expect(editor.proposals).to_have_count(1)
        page.keyboard.press("Enter")
        expect(editor.arcs).to_have_count(2)
        with page.expect_response(lambda r: r.request.method == "PATCH" and "/annotations" in r.url):
            page.get_by_test_id("bottombar-update-button").click()
    pull(client, project=title, out=tmp_path / "out.jsonl", workspace=tmp_path)
    assert list(read_documents(tmp_path / "out.jsonl")) == [article]


@pytest.mark.parametrize("article", ["he"], indirect=True)
def test_nothing_is_offered_or_said_where_the_backend_is_slow_or_gone(
    half_done: HalfDone,
    client: Client,
    title: str,
    tmp_path: Path,
    ontology: Ontology,
    article: Document,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backend, "SECONDS", 0.2)
    editor, page, model = half_done, half_done.page, Reader([article])
    asked = lambda answer: "interactive-annotating" in answer.url  # noqa: E731
    with serving(lambda: model) as url:
        Connection(client, title, url=url, password=PASSWORD, workspace=tmp_path).show("naba reader-1")
        model.go_on.clear()
        with page.expect_response(asked) as answer:
            half_marked(editor, article, ontology)
        assert answer.value.json()["data"]["result"] == []
        model.go_on.set()
        page.keyboard.press("Escape")
        expect(page.locator(".lsf-detailed-region")).to_have_count(0)
    with page.expect_response(asked) as answer:
        editor.select(article.events[0].trigger)
    assert answer.value.json()["errors"]
    expect(editor.proposals).to_have_count(0)
    expect(page.locator(".lsf-detailed-region")).to_be_visible()
    page.keyboard.press("Escape")  # which is Label Studio's again
    expect(page.locator(".lsf-detailed-region")).to_have_count(0)
