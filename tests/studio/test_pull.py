from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from annotation.commands.studio import push as push_command
from annotation.core.document import Document
from annotation.core.errors import ProjectError, StudioDownError, UsageError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import to_result
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.accounts import ensure_annotator, submit
from annotation.labelstudio.project.page_edits import PAGE
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server import embedded
from annotation.labelstudio.server.client import Client, Patience, row
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync import pull as pull_module
from annotation.labelstudio.sync.pull import OVERLAP, PullReport, pull
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents
from tests.generated import articles, marked
from tests.studio.support import afresh, annotate, hand_in, tasks

SIZE = 600


@pytest.fixture
def documents() -> list[Document]:
    return [marked(article) for article in articles(4, characters=600)]


@pytest.fixture
def project(client: Client, title: str, ontology: Ontology, documents: list[Document], tmp_path: Path) -> str:
    push(client, documents, project=title, ontology=ontology, workspace=tmp_path, annotators=2, ui_language="he")
    return title


def quarantine(out: Path) -> list[Row]:
    with out.with_name("docs.quarantine.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_what_annotators_mark_arrives_under_their_names(
    client: Client, project: str, documents: list[Document], tmp_path: Path
) -> None:
    for email in ("rina@example.org", "samir@example.org"):
        report = submit(ensure_annotator(client, email), project=project, documents=documents[:2])
        assert (report.created, report.skipped) == (2, 0)
    again = submit(ensure_annotator(client, "rina@example.org"), project=project, documents=documents[:3])
    assert (again.created, again.skipped) == (1, 2)
    out = tmp_path / "docs.jsonl"
    report = pull(client, project=project, out=out, workspace=tmp_path)
    assert (report.documents, report.quarantined, report.tasks) == (5, 0, 4)
    found = list(read_documents(out))
    assert found == [documents[0], documents[0], documents[1], documents[1], documents[2]]
    provenance = [d.provenance for d in found if d.provenance]
    emails = ["rina@example.org", "samir@example.org"]
    assert [p.annotator for p in provenance] == [*emails, *emails, "rina@example.org"]
    assert [(p.task, p.annotation) for p in provenance] == sorted((p.task, p.annotation) for p in provenance)
    assert all(p.updated_at and len(p.regions) == len(set(d.spans())) for p, d in zip(provenance, found, strict=True))


@pytest.mark.parametrize("many", [1, 200])
def test_a_second_pull_is_what_a_fresh_one_would_be(
    client: Client,
    project: str,
    documents: list[Document],
    tmp_path: Path,
    ontology: Ontology,
    many: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pull_module, "_MANY", many)
    out = tmp_path / "docs.jsonl"
    numbers = [annotate(client, project, document) for document in documents]
    assert pull(client, project=project, out=out, workspace=tmp_path).documents == 4
    _forget_the_overlap(out)
    assert pull(client, project=project, out=out, workspace=tmp_path).changed <= 1

    titles = find_project(client, project).titles
    edited = replace(marked(documents[0].bare(), events=1), provenance=None)
    client.change(f"api/annotations/{numbers[0]}/", {"result": to_result(edited, titles=titles)})
    client.delete(f"api/annotations/{numbers[1]}/")
    client.delete(f"api/tasks/{tasks(client, project)[documents[2].id]}/")
    client.change(f"api/annotations/{numbers[3]}/", {"was_cancelled": True})
    later = marked(next(iter(articles(1, characters=600, prefix="later"))))
    push(client, [later], project=project, ontology=ontology, workspace=tmp_path, ui_language="he")
    annotate(client, project, later)

    report = pull(client, project=project, out=out, workspace=tmp_path)
    assert (report.documents, report.deleted, report.skipped, report.tasks) == (2, 1, 1, 4)
    assert list(read_documents(out)) == [edited, later]
    fresh, lines, set_aside = afresh(client, project, tmp_path)
    assert out.read_bytes() == lines
    assert out.with_name("docs.quarantine.jsonl").read_bytes() == set_aside
    assert (fresh.documents, fresh.skipped, fresh.tasks) == (report.documents, report.skipped, report.tasks)


def test_right_after_an_import_only_what_changed_is_read_again(
    client: Client, project: str, documents: list[Document], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_module, "_MANY", 3)
    out = tmp_path / "docs.jsonl"
    numbers = [annotate(client, project, document) for document in documents]
    assert pull(client, project=project, out=out, workspace=tmp_path).changed == 4
    first = out.read_bytes()
    for _ in range(2):
        assert pull(client, project=project, out=out, workspace=tmp_path).changed == 0
        assert out.read_bytes() == first
    client.delete(f"api/annotations/{numbers[1]}/")
    assert pull(client, project=project, out=out, workspace=tmp_path).changed == 1
    assert out.read_bytes() == afresh(client, project, tmp_path)[1]
    for document in documents[1:]:
        annotate(client, project, document)
    assert pull(client, project=project, out=out, workspace=tmp_path).changed == 4  # of so many, no choice is made
    assert out.read_bytes() == afresh(client, project, tmp_path)[1]


def _forget_the_overlap(out: Path) -> None:
    """As if the last pull were long enough ago that nothing is read twice for safety."""
    state = out.with_name("docs.state.json")
    kept = json.loads(state.read_text())
    kept["watermark"] = (datetime.fromisoformat(kept["watermark"]) + OVERLAP).isoformat()
    state.write_text(json.dumps(kept))


def test_a_changed_file_is_written_anew(
    client: Client, project: str, documents: list[Document], tmp_path: Path
) -> None:
    out = tmp_path / "docs.jsonl"
    annotate(client, project, documents[0])
    pull(client, project=project, out=out, workspace=tmp_path)
    whole = out.read_bytes()
    for damage in (lambda: out.write_bytes(whole[:-10]), out.unlink, out.with_name("docs.quarantine.jsonl").unlink):
        damage()
        pull(client, project=project, out=out, workspace=tmp_path)
        assert out.read_bytes() == whole


def test_what_cannot_be_read_is_set_aside_with_its_reason_and_the_rest_arrives(
    client: Client, project: str, documents: list[Document], tmp_path: Path
) -> None:
    first, second, third, _ = documents
    titles, places = find_project(client, project).titles, tasks(client, project)
    good = to_result(first, titles=titles)
    region = {**good[0], "id": "bad"}

    def spanning(start: int, end: int, label: str = "Person") -> Row:
        return {**region, "value": {"start": start, "end": end, "text": "?", "labels": [label]}}

    bad = {
        "leaves": spanning(10, 100_000),
        "reversed": spanning(9, 5),
        "unknown": spanning(5, 9, "Rumour"),
        "dangling": {"type": "relation", "from_id": "nobody", "to_id": "else", "direction": "right", "labels": []},
        "no shape": {"type": "labels", "id": "x", "value": None},
    }
    hand_in(client, places[first.id], [*good, *bad.values()])
    twice = to_result(second, titles=titles)
    hand_in(client, places[second.id], [*twice, {**twice[0], "value": twice[1]["value"]}])
    annotate(client, project, third)
    data = next(
        t["data"]
        for page in pages(client, find_project(client, project).id, ("id", "data"))
        for t in page
        if t["id"] == places[third.id]
    )
    client.change(f"api/tasks/{places[third.id]}/", {"data": {**data, "text": "נכתב מחדש"}})  # type: ignore[dict-item]

    out = tmp_path / "docs.jsonl"
    report = pull(client, project=project, out=out, workspace=tmp_path)
    found = {document.id: document for document in read_documents(out)}
    assert found[first.id] == first
    assert second.id in found
    assert third.id not in found
    rows = quarantine(out)
    assert report.quarantined == len(rows)
    assert len([row for row in rows if row["task"] == places[first.id]]) == len(bad)
    assert {row["task"] for row in rows} == {places[d.id] for d in (first, second, third)}
    assert all(str(row["reason"]).startswith(f"task {row['task']}") and "\n" not in str(row["reason"]) for row in rows)
    assert [row["region"] for row in rows if row["task"] == places[third.id]] == [None]
    assert any("edited" in str(row["reason"]) for row in rows)
    assert all(row["raw"] is not None for row in rows)


def test_no_project_to_pull_from(client: Client, title: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="naba push"):
        pull(client, project=title, out=tmp_path / "docs.jsonl", workspace=tmp_path)
    assert not (tmp_path / "docs.jsonl").exists()


def test_another_machine_can_pull(client: Client, project: str, documents: list[Document], tmp_path: Path) -> None:
    annotate(client, project, documents[0])
    elsewhere = tmp_path / "elsewhere"
    report = pull(client, project=project, out=elsewhere / "docs.jsonl.gz", workspace=elsewhere)
    assert report.documents == 1
    assert list(read_documents(elsewhere / "docs.jsonl.gz")) == [documents[0]]


@pytest.fixture
def filled(fragile: Server, title: str, ontology: Ontology) -> Server:
    client = Client(fragile.url, fragile.token)
    push(client, articles(SIZE, characters=4000), project=title, ontology=ontology, workspace=fragile.workspace)
    annotate(client, title, marked(next(iter(articles(1, characters=4000)))))
    return fragile


def test_a_server_killed_in_the_middle_and_started_again(filled: Server, title: str, tmp_path: Path) -> None:
    out = tmp_path / "docs.jsonl"
    reports: list[PullReport] = []

    def job() -> None:
        client = Client(filled.url, filled.token)
        reports.append(pull(client, project=title, out=out, workspace=filled.workspace))

    thread = threading.Thread(target=job)
    thread.start()
    time.sleep(0.4)
    process = psutil.Process(filled.pid)
    process.kill()
    process.wait()
    again = embedded.start(filled.workspace)
    thread.join(120)
    assert [(r.documents, r.tasks) for r in reports] == [(1, SIZE)]
    _, lines, _ = afresh(Client(again.url, again.token), title, filled.workspace)
    assert out.read_bytes() == lines


def test_a_server_that_stays_away_leaves_the_file_as_it_was(filled: Server, title: str, tmp_path: Path) -> None:
    client = Client(filled.url, filled.token, patience=Patience(after_answer=0.5))
    out = tmp_path / "docs.jsonl"
    pull(client, project=title, out=out, workspace=filled.workspace)
    whole = out.read_bytes()
    threading.Timer(0.4, psutil.Process(filled.pid).kill).start()

    def again_and_again() -> None:
        while True:
            pull(client, project=title, out=out, workspace=filled.workspace, full=True)

    with pytest.raises(StudioDownError):
        again_and_again()
    assert out.read_bytes() == whole


def test_regions_whose_quote_contradicts_their_offsets_are_set_aside_or_moved_when_told(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    text = "نزل سليم في حلب، أمس. وقيل إن دمشق هادئة\nحلب"
    article = Document("a", text, "ar")
    push(client, [article], project=title, ontology=ontology, workspace=tmp_path)
    wrong = {"one": (13, 16, "حلب"), "sign": (15, 16, "حلب"), "part": (30, 31, "دمشق"), "whole": (0, len(text), "دمشق")}
    right = {"exact": (30, 34, "دمشق"), "blanks": (34, 41, " هادئة\\n")}
    rows: list[Row] = [
        {
            "id": id,
            "type": "labels",
            "from_name": "entity",
            "to_name": "text",
            "value": {"start": start, "end": end, "text": quote, "labels": ["GPE"]},
        }
        for id, (start, end, quote) in {**wrong, **right}.items()
    ]
    hand_in(client, tasks(client, title)["a"], rows)
    out = tmp_path / "docs.jsonl"
    assert pull(client, project=title, out=out, workspace=tmp_path).quarantined == len(wrong)
    assert {row["region"] for row in quarantine(out)} == set(wrong)
    assert all("(they stand at [" in str(row["reason"]) for row in quarantine(out))
    report = pull(client, project=title, out=out, workspace=tmp_path, repair=True)
    (document,) = read_documents(out)
    assert (report.quarantined, len(report.moved)) == (0, len(wrong))
    assert {span.quote(text) for span in document.entities} == {"حلب", "دمشق", " هادئة\n"}
    assert "region sign ('حلب'): stood at [15:16] and was moved to [12:15]" in " ".join(report.moved)


def test_what_a_members_hand_changed_is_named_and_the_page_comes_back(
    client: Client,
    project: str,
    documents: list[Document],
    tmp_path: Path,
    studio: Server,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, workspace = tmp_path / "docs.jsonl", studio.workspace
    rina = ensure_annotator(client, "rina@example.org")
    submit(rina, project=project, documents=documents[:1])
    assert pull(client, project=project, out=out, workspace=workspace).by_hand == []
    numbers, found = tasks(client, project), find_project(client, project)
    path = f"api/projects/{found.id}/"
    made = row(client.get(path))
    task = row(rina.get(f"api/tasks/{numbers[documents[1].id]}/"))
    rina.change(f"api/tasks/{task['id']}/", {"data": {**row(task["data"]), "text": "נוסח אחר"}})
    rina.delete(f"api/tasks/{numbers[documents[0].id]}/")
    config = str(made["label_config"]).replace("</Labels>", '<Label value="Other" alias="Rumour"/></Labels>', 1)
    rina.change(path, {"label_config": config, "expert_instruction": "<p>סמנו מה שתרצו</p>"})

    told = pull(client, project=project, out=out, workspace=workspace).by_hand
    assert len(told) == 4
    assert "labelling configuration: Label 'Rumour' was added" in told[0]
    assert "guidelines: their words differ" in told[1]
    assert f"article {documents[1].id}: its text was edited by hand (last change of the task: 20" in told[2]
    assert f"article {documents[0].id} with 1 annotations (rina@example.org), was deleted" in told[3]
    again = pull(client, project=project, out=out, workspace=workspace).by_hand
    assert again == told[:3], "what is still so is said again"

    push_command(project, restore_page=True, workspace=workspace)
    said = capsys.readouterr().out
    saved = json.loads(Path(said.partition("what was there is in ")[2].partition(", and who")[0]).read_text("utf-8"))
    assert (saved["label_config"], saved["expert_instruction"]) == (config, "<p>סמנו מה שתרצו</p>")
    now = row(client.get(path))
    assert [now[name] for name in PAGE] == [made[name] for name in PAGE]
    push_command(project, restore_page=True, workspace=workspace)
    assert "is as naba made it" in capsys.readouterr().out
    assert len(pull(client, project=project, out=out, workspace=workspace).by_hand) == 1
    with pytest.raises(UsageError, match="say what to push"):
        push_command(project, workspace=workspace)
