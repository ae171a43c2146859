"""On a real server: findings come to the tasks and go, and what is mended is one annotator's one opinion still."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.checks.finding import Finding
from annotation.checks.run import check_file
from annotation.commands.check import check
from annotation.core.document import Document
from annotation.core.errors import StudioError, UsageError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import to_result
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.migration.migrate import migrate
from annotation.labelstudio.migration.undo import undo
from annotation.labelstudio.project import config_signature
from annotation.labelstudio.project.accounts import ensure_annotator
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.repair.apply import MendReport, mend_all
from annotation.labelstudio.repair.show_findings import ShowReport, show
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents, write_documents
from tests.builders import build
from tests.migrating import edited, renamed
from tests.studio.support import afresh, hand_in, tasks
from tests.studio.test_migrate import killed

WIDE = build("[Arrest:trigger נעצר] ב[Place>Arrest:GPE רמלה ][Person>Arrest:Person דוד כהן]", id="wide")
TRIM = build("[Arrest:trigger נעצר] ב[Place>Arrest:GPE רמלה] [Person>Arrest:Person דוד כהן]", id="wide")
GOOD = build("[Arrest:trigger נעצרה] ב[Place>Arrest:GPE לוד] [Person>Arrest:Person דנה לוי]", id="good")
PANEL = re.compile(r'<Text name="findings"[^>]*/>')
RINA, SAMIR = "rina@example.org", "samir@example.org"


def new_version(ontology: Ontology) -> Ontology:
    """The next version of the ontology, in which a GPE is called Town."""
    return edited(ontology, lambda row: renamed(row, "entities", "GPE", "Town"))


TOWN = build("[Arrest:trigger נעצר] ב[Place>Arrest:Town רמלה] [Person>Arrest:Person דוד כהן]", id="wide")


class Overtaken(Client):
    """A client that another machine overtakes: before or after an annotation is created, `act` is done."""

    def __init__(self, other: Client, act: Callable[[], object], *, before: bool) -> None:
        super().__init__(other.url, other.token)
        self.act, self.before = act, before

    def create(self, path: str, body: Mapping[str, object] | bytes, *, repeat: bool = False, **params: object) -> Row:
        if self.before:
            self.act()
        made = super().create(path, body, repeat=repeat, **params)
        if not self.before:
            self.act()
        return made


class Desk:
    """A project and the file its annotations are pulled into."""

    def __init__(self, client: Client, title: str, folder: Path) -> None:
        self.client, self.title, self.folder, self.out = client, title, folder, folder / "docs.jsonl"

    def mark(self, document: Document, by: str, twice: bool = False) -> int:
        rows = to_result(document, titles=find_project(self.client, self.title).titles)
        rows += [{**rows[0], "id": "twin"}] if twice else []
        return hand_in(ensure_annotator(self.client, by), tasks(self.client, self.title)[document.id], rows)

    def pull(self, ontology: Ontology) -> list[Finding]:
        pull(self.client, project=self.title, out=self.out, workspace=self.folder)
        return list(check_file(self.out, ontology))

    def pulled(self) -> list[Document]:
        return list(read_documents(self.out))

    def show(self, findings: list[Finding]) -> ShowReport:
        return show(self.client, findings, project=self.title, workspace=self.folder)

    def mend(self, findings: list[Finding]) -> MendReport:
        return mend_all(self.client, findings, project=self.title, workspace=self.folder)

    def rows_by_annotation(self) -> dict[int, list[Row]]:
        task = self.client.get(f"api/tasks/{tasks(self.client, self.title)['wide']}/")
        return {int(str(mark["id"])): mark["result"] for mark in task["annotations"]}  # type: ignore[index]

    def data(self) -> dict[str, Row]:
        project = find_project(self.client, self.title).id
        rows = [task["data"] for page in pages(self.client, project, ("id", "data")) for task in page]
        return {str(row["id"]): row for row in rows if isinstance(row, dict)}


@pytest.fixture
def desk(client: Client, title: str, ontology: Ontology, tmp_path: Path) -> Desk:
    push(client, [WIDE, GOOD], project=title, ontology=ontology, workspace=tmp_path, ui_language="he")
    return Desk(client, title, tmp_path)


def test_findings_come_to_the_task_and_go_when_they_are_mended(desk: Desk, ontology: Ontology) -> None:
    number = desk.mark(WIDE, RINA)
    desk.mark(GOOD, RINA)
    before = desk.data()
    found = desk.pull(ontology)
    assert [finding.kind for finding in found] == ["edge-space"]
    assert (desk.show(found).shown, desk.show(found).shown) == (1, 1)
    after = desk.data()
    assert "«רמלה »" in str(after["wide"]["findings"])
    assert {key: value for key, value in after["wide"].items() if key != "findings"} == {
        key: value for key, value in before["wide"].items() if key != "findings"
    }
    assert after["good"] == before["good"]

    texts = desk.out.read_bytes()
    assert desk.pull(ontology) == found
    assert (desk.out.read_bytes(), afresh(desk.client, desk.title, desk.folder)[1]) == (texts, texts)
    again = push(
        desk.client, [WIDE, GOOD], project=desk.title, ontology=ontology, workspace=desk.folder, ui_language="he"
    )
    assert (again.created, again.skipped, again.changed) == (0, 2, [])

    with pytest.raises(UsageError, match="pulled from it"):
        desk.show([replace(found[0], task=10**8)])
    assert desk.data() == after
    titles = find_project(desk.client, desk.title).titles
    desk.client.change(f"api/annotations/{number}/", {"result": to_result(TRIM, titles=titles)})
    report = desk.show(desk.pull(ontology))
    assert (report.shown, report.cleared) == (0, 1)
    assert desk.data()["wide"] == before["wide"]


def test_where_models_agree_against_an_annotator_is_shown_on_the_task(
    desk: Desk, studio: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.token)
    facility = build("[Arrest:trigger נעצרה] ב[Place>Arrest:Facility לוד] [Person>Arrest:Person דנה לוי]", id="good")
    desk.mark(facility, RINA)
    pull(desk.client, project=desk.title, out=desk.out, workspace=desk.folder)
    for seed in (1, 2):
        write_documents(desk.folder / "report" / f"predictions-seed-{seed}.jsonl", [GOOD])
    check(desk.out, project=desk.title, suspects=[desk.folder / "report"], workspace=desk.folder)
    assert "is marked as Facility; 2 models say GPE; look again" in capsys.readouterr().out
    panel = str(desk.data()["good"]["findings"])
    assert "2 מודלים סבורים שזה" in panel
    assert "בדקו שוב" in panel
    check(desk.out, project=desk.title, workspace=desk.folder)
    assert "findings" not in desk.data()["good"]


def test_what_is_mended_stands_for_the_annotation_it_was(desk: Desk, ontology: Ontology) -> None:
    number = desk.mark(WIDE, RINA, twice=True)
    desk.mark(GOOD, RINA)
    old = desk.client.get(f"api/annotations/{number}/")
    found = desk.pull(ontology)
    assert [finding.kind for finding in found] == ["edge-space", "twice"]
    report = desk.mend(found)
    assert (report.mended, report.before) == (1, 0)
    assert all(report.covers(finding) for finding in found)
    assert (desk.mend(found).mended, desk.mend(found).before) == (0, 1)
    assert desk.client.get(f"api/annotations/{number}/") == old

    assert desk.pull(ontology) == []
    good, mended = sorted(desk.pulled(), key=lambda document: document.id)
    assert mended == TRIM
    assert mended.provenance is not None
    assert (mended.provenance.mended_from, mended.provenance.annotator) == (number, RINA)
    assert good.provenance is not None
    assert good.provenance.mended_from is None
    assert desk.mend(desk.pull(ontology)).mended == 0
    assert afresh(desk.client, desk.title, desk.folder)[1] == desk.out.read_bytes()

    titles = find_project(desk.client, desk.title).titles
    further = build("[Arrest:trigger נעצר] ב[Place>Arrest:GPE רמלה ]דוד כהן", id="wide")
    desk.client.change(f"api/annotations/{number}/", {"result": to_result(further, titles=titles)})
    found = desk.pull(ontology)
    assert further in desk.pulled()
    assert TRIM not in desk.pulled()
    assert desk.mend(found).mended == 1
    desk.pull(ontology)
    assert [len(d.entities) for d in desk.pulled() if d.id == "wide"] == [1]


def test_an_annotation_or_a_task_that_is_deleted_meanwhile_does_not_stop_the_rest(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    documents = [WIDE, replace(WIDE, id="wide too"), replace(WIDE, id="wide last")]
    push(client, documents, project=title, ontology=ontology, workspace=tmp_path, ui_language="he")
    desk = Desk(client, title, tmp_path)
    number = desk.mark(documents[0], RINA)
    for document in documents[1:]:
        desk.mark(document, RINA)
    found, doomed = desk.pull(ontology), [f"annotations/{number}/", f"tasks/{tasks(client, title)['wide too']}/"]
    clumsy = Overtaken(client, lambda: doomed and client.delete(f"api/{doomed.pop(0)}"), before=True)
    report = mend_all(clumsy, found, project=title, workspace=tmp_path)
    assert (report.deleted, report.mended) == (2, 1)
    desk.pull(ontology)
    assert [document.id for document in desk.pulled()] == ["wide last"]


def test_a_task_waits_until_all_its_annotators_are_done(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    push(client, [WIDE], project=title, ontology=ontology, workspace=tmp_path, ui_language="he", annotators=2)
    desk = Desk(client, title, tmp_path)
    desk.mark(WIDE, RINA)
    found = desk.pull(ontology)
    assert (desk.show(found).held_back, desk.mend(found).held_back) == (1, 1)
    assert "findings" not in desk.data()["wide"]
    desk.mark(TRIM, SAMIR)
    found = desk.pull(ontology)
    assert (desk.show(found).shown, desk.mend(found).mended) == (1, 1)
    desk.pull(ontology)
    assert [(d.provenance.annotator, d) for d in desk.pulled() if d.provenance] == [(SAMIR, TRIM), (RINA, TRIM)]


def test_a_project_of_an_older_naba_is_given_the_panel(
    client: Client, title: str, ontology: Ontology, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = config_signature.labelling_config
    with monkeypatch.context() as older:
        older.setattr(config_signature, "labelling_config", lambda *a, **k: PANEL.sub("", now(*a, **k)))
        push(client, [WIDE, GOOD], project=title, ontology=ontology, workspace=tmp_path)
        desk = Desk(client, title, tmp_path)
        desk.mark(WIDE, RINA)
        assert not PANEL.search(str(client.get(f"api/projects/{find_project(client, title).id}/")))
    assert not find_project(client, title).seal.current
    assert desk.show(desk.pull(ontology)).shown == 1
    assert find_project(client, title).seal.current
    assert desk.data()["wide"]["findings"]
    assert "findings" not in desk.data()["good"]
    more = build("[GPE רמלה]", id="more")
    assert push(client, [more], project=title, ontology=ontology, workspace=tmp_path).created == 1


@pytest.mark.parametrize("before", [True, False])
def test_a_migration_that_is_done_meanwhile_leaves_no_copy_with_old_labels(
    desk: Desk, ontology: Ontology, tmp_path: Path, before: bool
) -> None:
    desk.mark(WIDE, RINA)
    found, new, real = desk.pull(ontology), new_version(ontology), desk.client
    other = tmp_path / "other machine"
    desk.client = Overtaken(real, lambda: migrate(real, project=desk.title, to=new, workspace=other), before=before)
    with pytest.raises(StudioError, match=r"migrated at the same time; when that is done, pull again"):
        desk.mend(found)
    desk.client = real
    labels = {label for rows in desk.rows_by_annotation().values() for r in rows for label in labels_of(r)}
    assert labels == {"Arrest", "Town", "Person"}
    report = desk.mend(desk.pull(new))
    assert report.mended == before
    desk.pull(new)
    assert (desk.pulled(), len(desk.rows_by_annotation())) == ([TOWN], 2)


def test_a_migration_under_way_takes_the_copies_along(desk: Desk, ontology: Ontology, tmp_path: Path) -> None:
    desk.mark(WIDE, RINA)
    found, new, real = desk.pull(ontology), new_version(ontology), desk.client
    other = tmp_path / "other machine"

    def begin() -> None:
        with killed(1), pytest.raises(KeyboardInterrupt):
            migrate(real, project=desk.title, to=new, workspace=other)

    desk.client = Overtaken(real, begin, before=True)
    with pytest.raises(StudioError, match="migrated at the same time"):
        desk.mend(found)
    desk.client = real
    migrate(real, project=desk.title, to=new, workspace=other)
    assert desk.pull(new) == []
    assert (desk.pulled(), len(desk.rows_by_annotation())) == ([TOWN], 2)


def test_the_later_of_an_annotation_and_its_mended_copy_stays_the_later_one_in_a_migration(
    desk: Desk, ontology: Ontology, tmp_path: Path
) -> None:
    number = desk.mark(WIDE, RINA)
    assert desk.mend(desk.pull(ontology)).mended == 1
    new = new_version(ontology)
    report = migrate(desk.client, project=desk.title, to=new, workspace=tmp_path)
    desk.pull(new)
    assert desk.pulled() == [TOWN]
    assert report.undo is not None
    undo(desk.client, project=desk.title, file=report.undo, workspace=tmp_path)
    desk.pull(ontology)
    assert desk.pulled() == [TRIM]

    further = build("[Arrest:trigger נעצר] ב[GPE רמלה] דוד כהן", id="wide")
    titles = find_project(desk.client, desk.title).titles
    desk.client.change(f"api/annotations/{number}/", {"result": to_result(further, titles=titles)})
    migrate(desk.client, project=desk.title, to=new, workspace=tmp_path)
    desk.pull(new)
    assert desk.pulled() == [build("[Arrest:trigger נעצר] ב[Town רמלה] דוד כהן", id="wide")]


def labels_of(row: Row) -> list[str]:
    value = row.get("value")
    return list(value.get("labels") or []) if isinstance(value, dict) else []


class Killed(KeyboardInterrupt):
    """The process ended there."""


@contextmanager
def killed_at(step: int, *, answered: bool) -> Iterator[Callable[[], int]]:
    """Whoever sends the request of this number dies, before it is sent or when it has been answered.

    Yields a function that says how many requests are left until then.
    """
    send, left = Client._once, step

    def last(self: Client, *args: object, **kwargs: object) -> object:
        nonlocal left
        left -= 1
        if left < 0 and not answered:
            raise Killed
        answer = send(self, *args, **kwargs)  # type: ignore[arg-type]
        if left < 0:
            raise Killed
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "_once", last)
        yield lambda: left


def test_killed_before_or_after_its_last_requests_the_same_command_mends_once(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    def prepared(name: str) -> tuple[Desk, list[Finding], int]:
        folder, title_here = tmp_path / name, f"{title} {name}"
        push(client, [WIDE], project=title_here, ontology=ontology, workspace=folder, ui_language="he")
        desk = Desk(client, title_here, folder)
        number = desk.mark(WIDE, RINA)
        return desk, desk.pull(ontology), number

    desk, found, _ = prepared("clean")
    with killed_at(1000, answered=False) as left:
        desk.mend(found)
    asked = 1000 - left()
    assert asked > 4
    for step, answered in ((asked - 2, False), (asked - 2, True)):  # the copy; the look after it is what comes next
        desk, found, number = prepared(f"{step} {answered}")
        before = desk.rows_by_annotation()[number]
        with pytest.raises(Killed), killed_at(step, answered=answered):
            desk.mend(found)
        desk.mend(desk.pull(ontology) or found)
        desk.pull(ontology)
        assert (desk.pulled(), len(desk.rows_by_annotation())) == ([TRIM], 2), (step, answered)
        assert desk.rows_by_annotation()[number] == before


@pytest.mark.parametrize("ends", [1, 99])
def test_a_copy_with_old_labels_that_a_kill_left_is_taken_by_the_next_migrate(
    desk: Desk, ontology: Ontology, tmp_path: Path, ends: int
) -> None:
    desk.mark(WIDE, RINA)
    found, new, real = desk.pull(ontology), new_version(ontology), desk.client
    other = tmp_path / "other machine"

    def migrated() -> None:
        with suppress(KeyboardInterrupt), killed(ends):
            migrate(real, project=desk.title, to=new, workspace=other)

    class Dying(Overtaken):
        def create(
            self, path: str, body: Mapping[str, object] | bytes, *, repeat: bool = False, **params: object
        ) -> Row:
            super().create(path, body, repeat=repeat, **params)
            raise Killed

    desk.client = Dying(real, migrated, before=True)
    with pytest.raises(Killed):
        desk.mend(found)
    desk.client = real
    migrate(real, project=desk.title, to=new, workspace=other)
    labels = {label for rows in desk.rows_by_annotation().values() for r in rows for label in labels_of(r)}
    assert labels == {"Arrest", "Town", "Person"}
    desk.mend(desk.pull(new))
    desk.pull(new)
    assert (desk.pulled(), len(desk.rows_by_annotation())) == ([TOWN], 2)
