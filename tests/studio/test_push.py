from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from annotation.core.document import Document
from annotation.core.errors import ProjectError, StudioDownError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import from_task_data, to_result, to_task_data
from annotation.labelstudio.project import config_signature
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.project.task_index import SendingRecord, alone, holdings, meta
from annotation.labelstudio.server import embedded
from annotation.labelstudio.server.client import Client, Patience
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import count_tasks, pages
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import PushReport, push
from annotation.labelstudio.sync.task_order import waiting
from annotation.storage.documents_file import read_documents
from tests.generated import articles, marked
from tests.studio.support import annotate, ids, tasks


def pushed(
    client: Client, documents: Iterable[Document], title: str, ontology: Ontology, workspace: Path, **options: object
) -> PushReport:
    return push(client, documents, project=title, ontology=ontology, workspace=workspace, **options)  # type: ignore[arg-type]


def test_every_article_becomes_a_task_that_says_exactly_what_it_was(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    odd = Document(
        id="odd", text="  ב\u200fחיפה \u00a0 👨‍👩‍👧 عَلِيّ\r\nx\t\u2028 \ufeff<b>&amp;</b> $undefined$\n", language="he"
    )
    documents = [odd, Document(id="empty", text=""), Document(id="مقال/1 \"'", text="نص"), *articles(5)]
    report = pushed(client, documents, title, ontology, tmp_path)
    assert (report.created, report.skipped) == (8, 0)
    project = find_project(client, title)
    back = [from_task_data(t["data"]) for page in pages(client, project.id, ("id", "data")) for t in page]  # type: ignore[arg-type]
    assert back == documents
    assert project.ontology.hash == ontology.hash


def test_pushing_twice_adds_only_what_is_new(
    client: Client, title: str, ontology: Ontology, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    three, five = list(articles(3)), list(articles(5))
    pushed(client, [*three, three[0]], title, ontology, tmp_path, annotators=2)
    changed = replace(five[0], text=five[0].text + "עוד")
    report = pushed(client, [changed, *five], title, ontology, tmp_path)
    assert (report.created, report.skipped, report.changed) == (2, 3, ["made-0"])
    assert ids(client, title) == Counter(article.id for article in five)
    assert [r.message for r in caplog.records if "another text" in r.message and "made-0" in r.message]
    assert find_project(client, title).annotators == 2, "a later push that says nothing of it leaves it"


def test_texts_that_no_server_could_show_again_are_left_out_and_named(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    bad = [Document(id="half", text="a\ud800b"), Document(id="nul", text="a\0b"), Document(id="fine", text="a\\u0000b")]
    report = pushed(client, [*bad, *articles(1)], title, ontology, tmp_path)
    assert report.refused == ["half", "nul"]
    assert ids(client, title) == Counter({"fine": 1, "made-0": 1})


@pytest.mark.parametrize("chunk", [9, 60])
def test_killed_anywhere_and_run_again_there_is_one_task_an_article(
    studio: Server, client: Client, title: str, ontology: Ontology, tmp_path: Path, chunk: int
) -> None:
    total = 120
    command = [sys.executable, "-m", "tests.studio.pushing", studio.url, studio.token, str(tmp_path), title]
    for target in (1, 40):
        process = subprocess.Popen([*command, str(total), str(chunk)])
        while process.poll() is None and _there(client, title) < target:
            time.sleep(0.005)
        process.kill()
        process.wait()
    report = pushed(client, articles(total, characters=400), title, ontology, tmp_path)
    assert report.created + report.skipped == total
    assert ids(client, title) == Counter(article.id for article in articles(total, characters=400))


def _there(client: Client, title: str) -> int:
    try:
        return count_tasks(client, find_project(client, title).id)
    except ProjectError:
        return 0


def test_what_a_dead_process_sent_may_still_arrive(
    studio: Server, client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    """Its last chunk is noted and under way; the server takes the end of it in only after the next push has begun."""
    documents = list(articles(10, characters=400))
    pushed(client, [], title, ontology, tmp_path)
    project = find_project(client, title, workspace=tmp_path)
    made = [{"data": to_task_data(d), "meta": meta(d.id, d.text_sha256)} for d in documents]
    body = json.dumps(made).encode()
    SendingRecord(Path(project.home or tmp_path) / "push.json").write([d.id for d in documents], 0)
    with closing(HTTPConnection("127.0.0.1", studio.port)) as connection:
        connection.putrequest("POST", f"/api/projects/{project.id}/import")
        for name, value in (("Authorization", f"Token {studio.token}"), ("Content-Type", "application/json")):
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:-1])
        end = threading.Timer(2, connection.send, [body[-1:]])
        end.start()
        report = pushed(client, documents, title, ontology, tmp_path)
        end.join()
        assert connection.getresponse().status == 201
    assert (report.created, report.skipped) == (0, 10)
    assert _listed(client, project.id) == [document.id for document in documents]


def _listed(client: Client, project: int) -> list[str]:
    """The article of each task, without the care `holdings` takes."""
    return [str(t["data"]["id"]) for page in pages(client, project, ("id", "data")) for t in page]  # type: ignore[index]


def test_a_server_killed_in_the_middle_and_started_again_loses_and_doubles_nothing(
    fragile: Server, title: str, ontology: Ontology
) -> None:
    client = Client(fragile.url, fragile.token)
    pushed(client, articles(1), title, ontology, fragile.workspace)
    reports: list[PushReport] = []
    documents = list(articles(300))
    job = threading.Thread(
        target=lambda: reports.append(pushed(client, documents, title, ontology, fragile.workspace, chunk_tasks=10))
    )
    job.start()
    watcher = Client(fragile.url, fragile.token)
    while count_tasks(watcher, find_project(watcher, title).id) < 60:
        time.sleep(0.005)
    psutil.Process(fragile.pid).kill()
    again = embedded.start(fragile.workspace)
    job.join(timeout=120)
    assert again.port == fragile.port
    assert reports, "the push went on"
    assert ids(watcher, title) == Counter(article.id for article in documents)


def test_a_server_that_stays_away_is_said_with_how_far_it_got(fragile: Server, title: str, ontology: Ontology) -> None:
    client = Client(fragile.url, fragile.token, patience=Patience(after_answer=1))
    documents = list(articles(60))

    def then_gone() -> Iterable[Document]:
        yield from documents[:40]
        psutil.Process(fragile.pid).kill()
        yield from documents[40:]

    with pytest.raises(StudioDownError, match=r"naba serve.*; (10|20|30) articles are there; run the same command"):
        pushed(client, then_gone(), title, ontology, fragile.workspace, chunk_tasks=10)
    again = embedded.start(fragile.workspace)
    pushed(Client(again.url, again.token), documents, title, ontology, fragile.workspace)
    assert ids(Client(again.url, again.token), title) == Counter(article.id for article in documents)


def test_two_pushes_of_the_same_articles_at_once(
    client: Client, title: str, ontology: Ontology, tmp_path: Path, studio: Server
) -> None:
    documents = list(articles(40))
    jobs = [
        threading.Thread(
            target=pushed,
            args=(Client(studio.url, studio.token), documents, title, ontology, tmp_path),
            kwargs={"chunk_tasks": 5},
        )
        for _ in range(2)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert ids(client, title) == Counter(article.id for article in documents)


def test_a_second_command_says_that_it_waits(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def second() -> None:
        with alone(tmp_path, "p"):
            order.append("second")

    order: list[str] = []
    with alone(tmp_path, "p"):
        job = threading.Thread(target=second)
        job.start()
        while "waiting" not in caplog.text:
            time.sleep(0.01)
        order.append("first")
    job.join()
    assert order == ["first", "second"]


def test_what_an_import_thought_lost_left_twice_is_removed_unless_somebody_worked_on_it(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    first, second = articles(2)
    pushed(client, [first, second], title, ontology, tmp_path)
    project = find_project(client, title).id
    copies = [t for page in pages(client, project, ("id", "data", "meta")) for t in page]
    body = json.dumps([{"data": t["data"], "meta": t["meta"]} for t in copies]).encode()
    client.create(f"api/projects/{project}/import", body)
    worked_on = max(tasks(client, title).values())
    client.create(f"api/tasks/{worked_on}/annotations/", {"result": []})
    held = holdings(client, project)
    assert ids(client, title) == Counter({first.id: 1, second.id: 1})
    assert held.articles[second.id].task == worked_on


def test_tasks_that_came_without_our_mark_are_known_by_their_data(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    pushed(client, [], title, ontology, tmp_path)
    project = find_project(client, title).id
    first = next(iter(articles(1)))
    client.create(f"api/projects/{project}/import", [{"data": {"id": first.id, "text": first.text}}])  # type: ignore[arg-type]
    report = pushed(client, [first], title, ontology, tmp_path)
    assert report.created == 0


def test_a_title_taken_by_a_stranger(client: Client, title: str, ontology: Ontology, tmp_path: Path) -> None:
    client.create("api/projects/", {"title": title})
    with pytest.raises(ProjectError, match="naba did not make; choose another title"):
        pushed(client, articles(1), title, ontology, tmp_path)


def test_an_interface_edited_by_hand_is_named_even_when_the_seal_is_lost(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    pushed(client, articles(1), title, ontology, tmp_path)
    project = find_project(client, title).id
    config = str(client.get(f"api/projects/{project}/")["label_config"])  # type: ignore[index]
    edited = config.replace("</Labels>", '<Label value="Other" alias="Rumour"/></Labels>', 1)
    for version in (edited, edited[: edited.index("<!-- naba")]):
        client.change(f"api/projects/{project}/", {"label_config": version})
        with pytest.raises(ProjectError, match=r"edited by hand \(Label 'Rumour' was added\); undo"):
            pushed(client, articles(2), title, ontology, tmp_path)
    client.change(f"api/projects/{project}/", {"label_config": config})
    assert pushed(client, articles(2), title, ontology, tmp_path).created == 1


def test_an_interface_of_an_earlier_naba_is_brought_up_to_date(
    client: Client, title: str, ontology: Ontology, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = config_signature.labelling_config
    with monkeypatch.context() as earlier:
        earlier.setattr(
            config_signature, "labelling_config", lambda *a, **k: now(*a, **k).replace("naba-text", "naba-old")
        )
        pushed(client, articles(1), title, ontology, tmp_path)
        annotate(client, title, marked(next(iter(articles(1)))))
    assert not find_project(client, title).seal.current
    pushed(client, articles(2), title, ontology, tmp_path)
    assert find_project(client, title).seal.current


def test_another_ontology_or_language_needs_another_project(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    pushed(client, articles(1), title, ontology, tmp_path, ui_language="ar")
    other = Ontology.parse(re.sub(r"(?m)^version:.*$", 'version: "99"', ontology.source))
    with pytest.raises(ProjectError, match=f"conflict 99 .{other.hash}"):
        pushed(client, articles(1), title, other, tmp_path, ui_language="ar")
    with pytest.raises(ProjectError, match="--ui-language ar"):
        pushed(client, articles(1), title, ontology, tmp_path, ui_language="he")
    assert find_project(client, title).titles["Place"] == ontology.roles["Place"].title["ar"]


@pytest.mark.parametrize("bad", ["ab", "x" * 51])
def test_titles_the_server_would_refuse(client: Client, ontology: Ontology, tmp_path: Path, bad: str) -> None:
    with pytest.raises(ProjectError, match="3 to 50"):
        pushed(client, [], bad, ontology, tmp_path)


def test_work_under_way_survives_a_push(client: Client, title: str, ontology: Ontology, tmp_path: Path) -> None:
    first, second = articles(2)
    pushed(client, [first], title, ontology, tmp_path)
    annotate(client, title, first)
    pushed(client, [first, second], title, ontology, tmp_path)
    project = client.get(f"api/projects/{find_project(client, title).id}/")
    assert project["total_annotations_number"] == 1  # type: ignore[index]


def test_two_machines_that_push_at_once_make_one_project_with_each_article_once(
    studio: Server, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    documents = list(articles(12, characters=300))

    def machine(number: int) -> PushReport:
        own = Client(studio.url, studio.token)
        return push(own, documents, project=title, ontology=ontology, workspace=tmp_path / str(number), chunk_tasks=4)

    with ThreadPoolExecutor() as pool:
        assert len(list(pool.map(machine, range(3)))) == 3
    client = Client(studio.url, studio.token)
    assert ids(client, title) == Counter({document.id: 1 for document in documents})
    annotate(client, title, documents[0])  # a server that deletes two projects at once counts no annotation afterwards
    assert waiting(client, project=title, workspace=tmp_path / "0").done == {documents[0].id}


def test_copies_that_were_both_worked_on_are_both_kept_under_one_article(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    (document,) = (marked(article) for article in articles(1, characters=400))
    first = push(client, [document], project=title, ontology=ontology, workspace=tmp_path / "a")
    body = {"data": to_task_data(document), "meta": meta(document.id, document.text_sha256)}
    client.create(f"api/projects/{first.project_id}/import", json.dumps([body]).encode())
    rows = to_result(document, titles=find_project(client, title).titles)
    for page in pages(client, first.project_id, ["id"]):
        for task in page:
            client.create(f"api/tasks/{task['id']}/annotations/", {"result": rows})
    push(client, [document], project=title, ontology=ontology, workspace=tmp_path / "b")
    assert ids(client, title) == Counter({document.id: 2})
    report = pull(client, project=title, out=tmp_path / "d.jsonl", workspace=tmp_path / "b")
    assert [found.id for found in read_documents(tmp_path / "d.jsonl")] == [document.id] * 2
    assert report.documents == 2
