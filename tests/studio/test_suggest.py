from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.document import Argument, Document, Event, Provenance, Span
from annotation.core.errors import ProjectError, UsageError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.suggestions.suggest import confidence, suggest
from annotation.labelstudio.sync.push import push
from tests.generated import articles, marked
from tests.studio.support import tasks


def predicted(by: str, score: float = 0.5, count: int = 3) -> list[Document]:
    """What a model might say of the articles, less sure of each next one."""
    found = [marked(a, events=2, score=score - i / 10) for i, a in enumerate(articles(count, characters=600))]
    return [replace(document, provenance=Provenance(model_version=by)) for document in found]


@pytest.fixture
def project(client: Client, title: str, ontology: Ontology, tmp_path: Path) -> str:
    push(client, articles(3, characters=600), project=title, ontology=ontology, workspace=tmp_path, ui_language="ar")
    return title


def shown(client: Client, title: str) -> list[Row]:
    fields = ("id", "predictions", "model_version", "score", "result", "task")
    found = pages(client, find_project(client, title).id, fields, everything=True)
    return [p for page in found for task in page for p in task["predictions"]]  # type: ignore[attr-defined]


def versions(client: Client, title: str) -> Counter[str]:
    return Counter(str(prediction["model_version"]) for prediction in shown(client, title))


def test_suggestions_are_shown_the_least_sure_first(client: Client, project: str, tmp_path: Path) -> None:
    report = suggest(client, predicted("m1"), project=project, workspace=tmp_path)
    assert (report.created, report.model_version, report.missing) == (3, "naba m1", [])
    settings = client.get(f"api/projects/{find_project(client, project).id}/")
    assert isinstance(settings, dict)
    assert settings["model_version"] == "naba m1"
    assert settings["sampling"] == "Uncertainty sampling"
    least = client.get(f"api/projects/{find_project(client, project).id}/next")
    assert least["id"] == tasks(client, project)["made-2"]  # type: ignore[index]


def test_they_replace_their_predecessors_and_only_those(client: Client, project: str, tmp_path: Path) -> None:
    suggest(client, predicted("m1"), project=project, workspace=tmp_path)
    task = tasks(client, project)["made-0"]
    client.create("api/predictions/", {"task": task, "model_version": "somebody's", "result": []})
    report = suggest(client, predicted("m2"), project=project, workspace=tmp_path)
    assert (report.created, report.removed) == (3, 3)
    assert versions(client, project) == {"naba m2": 3, "somebody's": 1}
    suggest(client, predicted("m3"), project=project, workspace=tmp_path, keep=True)
    assert versions(client, project) == {"naba m2": 3, "naba m3": 3, "somebody's": 1}
    assert find_project(client, project).model_version == "naba m3"


def test_suggesting_again_changes_nothing_and_something_else_only_that(
    client: Client, project: str, tmp_path: Path
) -> None:
    suggest(client, predicted("m1"), project=project, workspace=tmp_path)
    before = {p["id"] for p in shown(client, project)}
    again = suggest(client, predicted("m1"), project=project, workspace=tmp_path)
    assert (again.created, again.unchanged, again.removed) == (0, 3, 0)
    assert {p["id"] for p in shown(client, project)} == before
    better = [predicted("m1", score=0.9)[0], *predicted("m1")[1:]]
    third = suggest(client, better, project=project, workspace=tmp_path)
    assert (third.created, third.unchanged, third.removed) == (1, 2, 1)
    assert versions(client, project) == {"naba m1": 3}


def test_the_same_suggestion_that_arrived_twice_is_one_again(client: Client, project: str, tmp_path: Path) -> None:
    suggest(client, predicted("m1"), project=project, workspace=tmp_path)
    doubled = [{k: p[k] for k in ("task", "model_version", "score", "result")} for p in shown(client, project)]
    for row in doubled:
        client.create("api/predictions/", row)
    assert versions(client, project) == {"naba m1": 6}
    suggest(client, predicted("m1"), project=project, workspace=tmp_path)
    assert versions(client, project) == {"naba m1": 3}


def test_what_does_not_fit_the_project_is_counted_and_named(
    client: Client, project: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = predicted("m1")
    stranger = replace(first, id="stranger")
    shifted = replace(second, text=second.text + " ")
    rumour = Span(0, 4, "Rumour")
    unknown = replace(third, entities=(rumour,), events=(), links=())
    report = suggest(client, [first, stranger, shifted, unknown], project=project, workspace=tmp_path)
    assert (report.created, report.missing) == (1, ["stranger", second.id])
    assert len(report.refused) == 1
    assert report.refused[0].startswith(f"{third.id}: ")
    assert "Rumour" in report.refused[0]
    assert all(id in caplog.text for id in ("stranger", second.id, third.id))
    assert versions(client, project) == {"naba m1": 1}


def test_one_model_at_a_time(client: Client, project: str, title: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one model's predictions at a time"):
        suggest(client, [predicted("m1")[0], predicted("m2")[1]], project=project, workspace=tmp_path)
    with pytest.raises(ProjectError):
        suggest(client, predicted("m1"), project=f"no {title}", workspace=tmp_path)
    assert suggest(client, [], project=project, workspace=tmp_path).created == 0


def test_confidence_is_the_mean_of_all_scores() -> None:
    trigger, person = Span(0, 2, "Arrest", 0.9), Span(3, 5, "Person", 0.6)
    event = Event(trigger, (Argument("Person", person, 0.3),))
    assert confidence(Document(id="x", text="ab cde", entities=(person,), events=(event,))) == 0.6
    assert confidence(Document(id="x", text="")) == 1.0


def test_machines_that_suggest_at_once_leave_each_suggestion_once(
    client: Client, project: str, studio: Server, tmp_path: Path
) -> None:
    def machine(number: int) -> None:
        own = Client(studio.url, studio.token)
        suggest(own, predicted("m1"), project=project, workspace=tmp_path / str(number))

    with ThreadPoolExecutor() as pool:
        assert len(list(pool.map(machine, range(3)))) == 3
    assert versions(client, project) == {"naba m1": 3}
    assert len({prediction["task"] for prediction in shown(client, project)}) == 3
