from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from annotation.commands.queue import queue, suggested
from annotation.core.document import Document, Provenance
from annotation.core.errors import ProjectError
from annotation.core.ontology import Ontology
from annotation.labelstudio.project.accounts import ensure_annotator
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server.client import Client, row, rows
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.labelstudio.sync.task_order import TITLES, arrange, waiting
from annotation.selection.active_learning import Queued
from annotation.storage.documents_file import read_documents, write_documents
from tests.generated import articles, marked
from tests.studio.support import annotate, tasks

ARTICLES = list(articles(6, characters=300))
NAMES = [article.id for article in ARTICLES]


def ordered(*numbers: int) -> list[Queued]:
    return [Queued(rank, NAMES[n], "he", 0.1, 1.0) for rank, n in enumerate(numbers, start=1)]


@pytest.fixture
def project(client: Client, title: str, ontology: Ontology, tmp_path: Path) -> str:
    push(client, ARTICLES, project=title, ontology=ontology, workspace=tmp_path, ui_language="he")
    return title


def tabs(client: Client, project: str) -> dict[str, int]:
    views = rows(client.get("api/dm/views/", project=find_project(client, project).id))
    return {str(row(view["data"])["title"]): int(str(view["id"])) for view in views}


def following(client: Client, project: str, title: str) -> str | None:
    """What an annotator gets next who chooses to label the tasks of the tab as they are displayed."""
    number = find_project(client, project).id
    data = row(row(client.get(f"api/dm/views/{tabs(client, project)[title]}/"))["data"])
    body = {"filters": data["filters"], "ordering": data["ordering"], "project": number}
    try:
        task = client.create(f"api/dm/actions?id=next_task&project={number}", body)
    except ProjectError:
        return None
    return str(row(task["data"])["id"])


def stream(client: Client, project: str, title: str) -> list[str]:
    """What an annotator gets who submits one after the other."""
    got: list[str] = []
    numbers = tasks(client, project)
    while (id := following(client, project, title)) is not None and id not in got:
        got.append(id)
        client.create(f"api/tasks/{numbers[id]}/annotations/", {"result": []})
    return got


def places(client: Client, project: str) -> list[object]:
    found = [row(row(client.get(f"api/tasks/{task}/"))["data"]) for task in tasks(client, project).values()]
    return [data.get("queue") for data in found]


def test_annotators_get_the_articles_in_this_order_and_no_others(client: Client, project: str, tmp_path: Path) -> None:
    report = arrange(client, ordered(4, 1, 3), project=project, workspace=tmp_path)
    assert (report.placed, report.changed, report.cleared) == (3, 3, 0)
    assert list(tabs(client, project)) == [TITLES["he"], "Default"]
    assert stream(client, project, TITLES["he"]) == [NAMES[n] for n in (4, 1, 3)]


def test_another_order_takes_the_place_of_the_first_and_the_same_changes_nothing(
    client: Client, project: str, tmp_path: Path
) -> None:
    arrange(client, ordered(0, 1, 2), project=project, workspace=tmp_path)
    before = tabs(client, project)
    again = arrange(client, ordered(0, 1, 2), project=project, workspace=tmp_path)
    assert (again.changed, again.cleared) == (0, 0)
    other = arrange(client, ordered(2, 0), project=project, workspace=tmp_path)
    assert (other.placed, other.changed, other.cleared) == (2, 2, 1)
    assert tabs(client, project) == before
    assert places(client, project) == ["01/00002", "", "01/00001", None, None, None]


def test_the_tab_of_all_articles_is_made_by_the_next_run_where_one_was_killed_before_it(
    client: Client, project: str, tmp_path: Path
) -> None:
    arrange(client, ordered(3, 1), project=project, workspace=tmp_path)
    client.delete(f"api/dm/views/{tabs(client, project)['Default']}/")
    arrange(client, ordered(3, 1), project=project, workspace=tmp_path)
    assert list(tabs(client, project)) == [TITLES["he"], "Default"]


def test_people_who_label_at_the_same_time_get_a_list_each(client: Client, project: str, tmp_path: Path) -> None:
    report = arrange(client, ordered(5, 4, 3, 2), project=project, workspace=tmp_path, lists=2)
    one, two = (f"{TITLES['he']} {number}" for number in (1, 2))
    assert report.tabs == [one, two]
    assert stream(client, project, one) == [NAMES[5], NAMES[3]]
    assert stream(client, project, two) == [NAMES[4], NAMES[2]]
    arrange(client, ordered(0), project=project, workspace=tmp_path)
    assert list(tabs(client, project)) == ["Default", TITLES["he"]]


def test_two_people_with_one_list_would_get_the_same_article(client: Client, project: str, tmp_path: Path) -> None:
    """Why there can be more lists: should a server keep them apart one day, this fails."""
    arrange(client, ordered(5, 4), project=project, workspace=tmp_path)
    other = ensure_annotator(client, "dana@naba.example")
    assert following(client, project, TITLES["he"]) == following(other, project, TITLES["he"]) == NAMES[5]


def test_what_is_finished_or_not_there_is_known_before(client: Client, project: str, tmp_path: Path) -> None:
    annotate(client, project, marked(ARTICLES[2]))
    there = waiting(client, project=project, workspace=tmp_path)
    assert there.done == {NAMES[2]}
    assert there.has(ARTICLES[0])
    assert not there.has(replace(ARTICLES[0], text=ARTICLES[0].text + " "))
    assert not there.has(Document(id="elsewhere", text="x"))


def test_the_order_is_nothing_to_a_pull(client: Client, project: str, tmp_path: Path) -> None:
    arrange(client, ordered(0, 1), project=project, workspace=tmp_path)
    annotate(client, project, marked(ARTICLES[0]))
    assert pull(client, project=project, out=tmp_path / "out.jsonl", workspace=tmp_path).quarantined == 0
    assert list(read_documents(tmp_path / "out.jsonl")) == [marked(ARTICLES[0])]


def test_the_command_orders_what_is_left_and_leaves_out_what_is_not_there(
    client: Client, studio: Server, project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = Document(id="elsewhere", text="מאמר שאיש לא שלח", language="he")
    predicted = [
        replace(article, provenance=Provenance(uncertainty=number / 10))
        for number, article in enumerate([*ARTICLES, elsewhere])
    ]
    write_documents(tmp_path / "predicted.jsonl", predicted)
    annotate(client, project, marked(ARTICLES[5]))
    queue(tmp_path / "predicted.jsonl", project=project, mix=1.0, most=2, workspace=studio.workspace)
    assert stream(client, project, TITLES["he"]) == [NAMES[4], NAMES[3]]
    said = capsys.readouterr()
    assert "2 articles put in order (1 ar, 1 he)" in said.out
    assert "1 predicted articles are not in the project" in said.err
    suggested(project, workspace=studio.workspace)
    assert "none of the 3 annotations was made from a suggestion" in capsys.readouterr().out
