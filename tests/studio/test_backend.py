"""A project that asks a backend when somebody opens a task: shown, swapped, slow, and gone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from annotation.core.errors import StudioError
from annotation.core.ontology import Ontology
from annotation.labelstudio.live.connection import Connection
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server.client import Client, row, rows
from annotation.labelstudio.suggestions.suggest import suggest
from annotation.labelstudio.sync.push import push
from tests.live_backend import PASSWORD, Reader, serving
from tests.studio.support import tasks
from tests.studio.test_suggest import predicted


@pytest.fixture
def model() -> Reader:
    return Reader(predicted("reader"))


@pytest.fixture
def connection(client: Client, title: str, ontology: Ontology, model: Reader, tmp_path: Path) -> Iterator[Connection]:
    bare = [document.bare() for document in model.answers]
    push(client, bare, project=title, ontology=ontology, workspace=tmp_path, ui_language="he")
    with serving(lambda: model) as url:
        yield Connection(client, title, url=url, password=PASSWORD, workspace=tmp_path)


def opened(client: Client, title: str, task: int) -> list[str]:
    """The versions of the suggestions that an annotator who opens the task gets."""
    found = row(client.get(f"api/tasks/{task}/", project=find_project(client, title).id))
    return [str(row(prediction)["model_version"]) for prediction in rows(found["predictions"])]


def test_an_opened_task_has_suggestions_and_a_new_model_takes_over(
    client: Client, title: str, connection: Connection, model: Reader, tmp_path: Path
) -> None:
    numbers = tasks(client, title)
    assert connection.show("naba reader-1") == 0
    assert opened(client, title, numbers["made-0"]) == ["naba reader-1"]
    assert opened(client, title, numbers["made-0"]) == ["naba reader-1"]
    model.version = "reader-2"
    assert connection.show("naba reader-2") == 1
    assert opened(client, title, numbers["made-0"]) == ["naba reader-2"]
    project = find_project(client, title)
    assert project.model_version == "naba reader-2"
    assert len(rows(client.get("api/ml", project=project.id))) == 1
    assert rows(client.get("api/webhooks/", project=project.id)) == []


def test_suggestions_of_an_earlier_model_make_room(
    client: Client, title: str, connection: Connection, model: Reader, tmp_path: Path
) -> None:
    suggest(client, predicted("m0"), project=title, workspace=tmp_path)
    assert connection.show("naba reader-1") == 3
    assert [opened(client, title, task) for task in tasks(client, title).values()] == [["naba reader-1"]] * 3


def test_people_who_open_a_task_at_once_leave_one_suggestion(
    client: Client, title: str, connection: Connection, model: Reader
) -> None:
    connection.show("naba reader-1")
    task = tasks(client, title)["made-1"]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: opened(client, title, task), range(4)))
    assert opened(client, title, task) == ["naba reader-1"]


def test_a_task_opens_where_the_backend_is_gone(
    client: Client, title: str, ontology: Ontology, model: Reader, tmp_path: Path
) -> None:
    push(
        client,
        [document.bare() for document in model.answers],
        project=title,
        ontology=ontology,
        workspace=tmp_path,
        ui_language="he",
    )
    with serving(lambda: model) as url:
        Connection(client, title, url=url, password=PASSWORD, workspace=tmp_path).show("naba reader-1")
        first, second = list(tasks(client, title).values())[:2]
        assert opened(client, title, first) == ["naba reader-1"]
    assert opened(client, title, first) == ["naba reader-1"]
    assert opened(client, title, second) == []


def test_a_wrong_password_or_address_is_said(
    client: Client, title: str, connection: Connection, tmp_path: Path
) -> None:
    with pytest.raises(StudioError, match="password"):
        Connection(client, title, url=connection.url, password="wrong", workspace=tmp_path).show("naba x")
    with pytest.raises(StudioError, match="does not reach"):
        Connection(client, title, url="http://127.0.0.1:9", password="x", workspace=tmp_path).show("naba x")
