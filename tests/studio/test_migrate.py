from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from annotation.commands.projects import migrate as migrate_command
from annotation.core.document import Document
from annotation.core.errors import ProjectError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import to_result
from annotation.labelstudio.migration.migrate import SETTINGS, migrate
from annotation.labelstudio.migration.relabel import Relabelling
from annotation.labelstudio.migration.results import ResultKey, digest, everything
from annotation.labelstudio.migration.undo import undo
from annotation.labelstudio.project.accounts import ensure_annotator, submit
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.migration.documents import migrated
from annotation.migration.mapping import Migration
from annotation.storage.documents_file import read_documents
from tests.builders import build
from tests.migrating import evolved
from tests.studio.support import hand_in, tasks

HEBREW = (
    "[certainty=reported,Strike:trigger תקיפה] פגעה ב[Target>Strike:Facility מחסן הדגים] "
    "ב[Place>Strike:GPE כפר רימון].\n"
    "ב[Raid:trigger פשיטה] על [Target>Raid:Facility הטחנה] [polarity=negative,Die:trigger נהרגו] "
    "[Victim>Die:Quantity שני שומרים]."
)
ARABIC = (
    "[realis=planned,Injure:trigger [Die:trigger سقط]] [Victim>Die,Victim>Injure:Person نادر الحلبي] "
    "في [Place>Die:Location الوادي].\nنفذت [Agent>Arrest:Organization الشرطة] [Arrest:trigger حملة] من "
    "[Instrument>Strike:Vehicle طائرة] و[Strike:trigger قصف] آخر."
)


class Stored(NamedTuple):
    """Everything marked in a project, whose it is, and its settings."""

    marks: dict[ResultKey, tuple[int, str, str, int | None]]
    settings: dict[str, object]


def stored(client: Client, title: str) -> Stored:
    target = find_project(client, title, migrating=True)
    found = [m for page in everything(client, target.id, client.members()) for marks in page for m in marks]
    settings = client.get(f"api/projects/{target.id}/")
    return Stored(
        {m.key: (m.task, m.by, digest(m.rows), m.annotation) for m in found},
        {key: settings[key] for key in SETTINGS},  # type: ignore[index]
    )


def pulled(client: Client, title: str, folder: Path) -> list[tuple[str | None, Document]]:
    pull(client, project=title, out=folder / "docs.jsonl", workspace=folder)
    return [(d.provenance and d.provenance.annotator, d) for d in read_documents(folder / "docs.jsonl")]


@contextmanager
def killed(after: int) -> Iterator[None]:
    """Whoever changes something on the server for the `after`th time dies before."""
    change, left = Client.change, after

    def once_too_often(self: Client, *args: object, **kwargs: object) -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return change(self, *args, **kwargs)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "change", once_too_often)
        yield


@pytest.fixture
def new(ontology: Ontology) -> Ontology:
    return evolved(ontology)


@pytest.fixture
def project(client: Client, title: str, ontology: Ontology, tmp_path: Path) -> str:
    """Two annotators' work, a suggestion, and two drafts nobody submitted, one of them on an annotation."""
    documents = [build(HEBREW, id="he"), build(ARABIC, id="ar", language="ar")]
    bare = [document.bare() for document in documents]
    push(client, bare, project=title, ontology=ontology, ui_language="ar", annotators=2, workspace=tmp_path)
    people = [ensure_annotator(client, f"{name}@example.org") for name in ("layla", "karim")]
    for person in people:
        submit(person, project=title, documents=documents)
    rows = to_result(documents[0], titles=find_project(client, title).titles)
    task = tasks(client, title)["he"]
    annotation = next(number for kind, number in stored(client, title).marks if kind == "annotation")
    client.create("api/predictions/", {"task": task, "model_version": "m1", "result": rows})
    people[0].create(f"api/tasks/{task}/drafts", {"result": rows[:3], "lead_time": 1})
    people[1].create(f"api/tasks/{task}/annotations/{annotation}/drafts", {"result": rows, "lead_time": 1})
    return title


def test_the_pull_gives_the_migrated_documents_and_undo_everything_as_it_was(
    client: Client, project: str, ontology: Ontology, new: Ontology, tmp_path: Path
) -> None:
    before, documents = stored(client, project), pulled(client, project, tmp_path)
    migration = Migration.between(ontology, new)
    report = migrate(client, project=project, to=new, workspace=tmp_path)
    assert {k: (*v[:2], v[3]) for k, v in stored(client, project).marks.items()} == {
        k: (*v[:2], v[3]) for k, v in before.marks.items()
    }
    assert pulled(client, project, tmp_path) == [(by, migrated(d, migration).document) for by, d in documents]
    assert find_project(client, project).ontology == new
    assert "Shelling" in str(client.get(f"api/projects/{find_project(client, project).id}/")["expert_instruction"])  # type: ignore[index]
    assert report.undo is not None
    undone = undo(client, project=project, file=report.undo, workspace=tmp_path)
    assert (len(undone.restored), undone.since) == (7, {})
    assert stored(client, project) == before
    assert pulled(client, project, tmp_path) == documents
    with pytest.raises(ProjectError, match="was undone already"):
        undo(client, project=project, file=report.undo, workspace=tmp_path)


def test_a_dry_run_counts_and_changes_nothing(
    client: Client,
    project: str,
    new: Ontology,
    tmp_path: Path,
    studio: Server,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = stored(client, project)
    report = migrate(client, project=project, to=new, workspace=tmp_path, dry_run=True)
    assert stored(client, project) == before
    assert not list(tmp_path.rglob("undo-*"))
    told = {str(row[0]): row[1:] for row in report.table()}
    assert told["entities.Facility becomes Site"] == (1, 2, 2, 1, "10 marks")
    assert told["events.Strike is split into Airstrike or Shelling"] == (2, 4, 1, 1, "6 marks, 6 to decide")
    assert told["entities.Vehicle is removed"] == (1, 2, 0, 0, "2 marks, 2 dropped arrows")
    assert str(report) == "4 annotations, 2 drafts and 1 suggestions of 2 articles"
    (tmp_path / "new.yaml").write_text(new.source, encoding="utf-8")
    migrate_command(project=project, to=str(tmp_path / "new.yaml"), dry_run=True, workspace=studio.workspace)
    assert "4 annotations, 2 drafts and 1 suggestions of 2 articles would be migrated" in capsys.readouterr().out


@pytest.mark.parametrize("after", [0, 3, 10])
def test_killed_anywhere_it_goes_on(client: Client, project: str, new: Ontology, tmp_path: Path, after: int) -> None:
    before = stored(client, project)
    with killed(after), pytest.raises(KeyboardInterrupt):
        migrate(client, project=project, to=new, workspace=tmp_path)
    if after:
        with pytest.raises(ProjectError, match=r"half-way to the ontology conflict 2\.0"):
            pull(client, project=project, out=tmp_path / "half.jsonl", workspace=tmp_path)
    report = migrate(client, project=project, to=new, workspace=tmp_path)
    expected = Relabelling(report.migration, "ar")
    target = find_project(client, project)
    found = [m for page in everything(client, target.id, client.members()) for marks in page for m in marks]
    assert not any(expected(m.rows, {str(r["id"]) for r in m.rows if "id" in r}).changed for m in found)  # type: ignore[operator,index]
    assert {m.key: m.annotation for m in found} == {key: mark[3] for key, mark in before.marks.items()}
    assert migrate(client, project=project, to=new, workspace=tmp_path).already
    assert report.undo is not None
    with killed(after), pytest.raises(KeyboardInterrupt):
        undo(client, project=project, file=report.undo, workspace=tmp_path)
    undo(client, project=project, file=report.undo, workspace=tmp_path)
    assert stored(client, project) == before


def test_what_people_changed_since_is_kept_named_and_carried_back(
    client: Client, project: str, ontology: Ontology, new: Ontology, tmp_path: Path
) -> None:
    report = migrate(client, project=project, to=new, workspace=tmp_path)
    assert report.undo is not None
    number = max(number for kind, number in stored(client, project).marks if kind == "annotation")
    row = {"id": "new", "type": "labels", "from_name": "entity", "to_name": "text"}
    mine = [{**row, "value": {"start": 0, "end": 4, "text": "", "labels": ["Site"]}}]
    client.change(f"api/annotations/{number}/", {"result": mine})
    undone = undo(client, project=project, file=report.undo, workspace=tmp_path)
    assert len(undone.restored) == 6
    [line] = undone.since.values()
    assert f"annotation {number} by karim@example.org: changed since, and kept" in line
    result = client.get(f"api/annotations/{number}/")["result"]  # type: ignore[index]
    assert [r["value"]["labels"] for r in result] == [["Facility"]]


def test_what_comes_late_from_an_open_page_is_taken_in_by_the_next_run(
    client: Client, project: str, new: Ontology, tmp_path: Path
) -> None:
    migrate(client, project=project, to=new, workspace=tmp_path)
    row = {"id": "late", "type": "labels", "from_name": "entity", "to_name": "text"}
    late = [{**row, "value": {"start": 0, "end": 4, "text": "", "labels": ["Facility"]}}]
    number = hand_in(client, tasks(client, project)["he"], late)
    report = migrate(client, project=project, to=new, workspace=tmp_path)
    result = client.get(f"api/annotations/{number}/")["result"]  # type: ignore[index]
    assert [r["value"]["labels"] for r in result] == [["Site"]]
    assert report.undo is not None
    assert len(undo(client, project=project, file=report.undo, workspace=tmp_path).restored) == 8


def test_articles_in_which_something_is_to_be_decided_have_a_tab_until_it_is(
    client: Client, project: str, new: Ontology, tmp_path: Path
) -> None:
    report = migrate(client, project=project, to=new, workspace=tmp_path)
    assert report.tally.waiting == set(tasks(client, project).values())
    target = find_project(client, project)
    everybody, view = client.get("api/dm/views/", project=target.id)  # type: ignore[misc]
    assert "filters" not in everybody["data"]
    listed = [t["id"] for page in pages(client, target.id, ("id",)) for t in page]
    assert sorted(report.tally.waiting) == sorted(listed)
    answer = client.get("api/tasks/", project=target.id, view=view["id"], include="id")
    assert {task["id"] for task in answer["tasks"]} == report.tally.waiting  # type: ignore[index]
    for marks in (m for page in everything(client, target.id, {}) for m in page):
        for marked in marks:
            if marked.kind == "annotation":
                client.change(f"api/annotations/{marked.id}/", {"result": []})
    assert client.get("api/tasks/", project=target.id, view=view["id"], include="id")["tasks"] == []  # type: ignore[index]
