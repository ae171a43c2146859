from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.commands.projects import progress as progress_command
from annotation.core.document import Provenance, Source
from annotation.core.errors import ProjectError, UsageError
from annotation.core.ontology import Ontology
from annotation.labelstudio.project.accounts import ensure_annotator, submit
from annotation.labelstudio.project.progress import Annotator, Pace, progress
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.sync.push import push
from annotation.labelstudio.sync.push_to_teams import push_to_teams
from tests.builders import build
from tests.generated import articles
from tests.studio.support import ids, tasks

WELL = "[Arrest:trigger נעצר] [Person>Arrest:Person רון שקד] ב[Place>Arrest:GPE כפר רימון]."
BADLY = "[Arrest:trigger נעצר] [Place>Arrest:Person רון שקד ]ב[GPE כפר רימון]."


def test_what_each_annotator_did(
    client: Client, title: str, ontology: Ontology, tmp_path: Path, studio: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    well = [build(f"{WELL} {number}", id=f"a{number}") for number in range(4)]
    badly = build(f"{BADLY} 0", id="a0")
    push(client, [d.bare() for d in well], project=title, ontology=ontology, annotators=2, workspace=tmp_path)
    noa, dan = (ensure_annotator(client, f"{name}@example.org") for name in ("noa", "dan"))
    submit(noa, project=title, documents=[replace(d, provenance=Provenance(lead_time=60.0)) for d in well[:2]])
    submit(dan, project=title, documents=[badly])
    there = tasks(client, title)
    dan.create(f"api/tasks/{there['a2']}/annotations/", {"result": [], "was_cancelled": True})
    noa.create(f"api/tasks/{there['a3']}/drafts", {"result": [], "lead_time": 1})
    client.create("api/predictions/", {"task": there["a2"], "model_version": "m1", "result": []})
    found = progress(client, project=title)
    assert (found.articles, found.waiting, found.done_once, found.fully_done) == (4, 2, 1, 1)
    assert (found.with_suggestions, found.with_drafts, found.wanted) == (1, 1, 2)
    first, second = found.annotators["noa@example.org"], found.annotators["dan@example.org"]
    assert (first.done, first.shared, first.skipped, first.drafts, first.marks, first.errors) == (2, 1, 0, 1, 6, 0)
    assert (second.done, second.shared, second.skipped, second.drafts, second.marks) == (1, 1, 1, 0, 3)
    assert second.errors == 2, "a space at an edge, and a Person that is no Place"
    assert first.pace().median_lead_time == 60
    assert first.pace().articles_an_hour == 60
    progress_command(project=[title], workspace=studio.workspace, as_json=True)
    [told] = json.loads(capsys.readouterr().out)["projects"]
    assert told["annotators"]["noa@example.org"]["marks_an_article"] == 3
    progress_command(project=[title], workspace=studio.workspace)
    assert "4 articles, 2 waiting, 1 done once, 1 fully done (2 each); 1 with suggest" in capsys.readouterr().out


def test_a_page_of_the_notes_to_the_lead(
    client: Client, title: str, ontology: Ontology, tmp_path: Path, studio: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    source = Source(name="a.html", title="מעצר בכפר <רימון>")
    documents = [replace(build(f"{WELL} {number}", id=f"a{number}"), source=source) for number in range(2)]
    push(client, [d.bare() for d in documents], project=title, ontology=ontology, ui_language="he", workspace=tmp_path)
    noted = [
        replace(document, provenance=Provenance(note=note))
        for document, note in zip(documents, ("האם שקד הוא <אדם>?\nלא ברור.", "هل يُعدّ هذا اعتقالًا؟"), strict=True)
    ]
    submit(ensure_annotator(client, "noa@example.org"), project=title, documents=noted)
    out = tmp_path / "pages" / "notes.html"
    progress_command(project=[title], notes=out, workspace=studio.workspace)
    assert f"2 notes in {out}" in capsys.readouterr().out
    page = out.read_text(encoding="utf-8")
    assert '<html lang="he" dir="rtl">' in page
    assert "האם שקד הוא &lt;אדם&gt;?\nלא ברור." in page
    assert page.index("هل يُعدّ هذا اعتقالًا؟") < page.index("האם שקד"), "the newest first"
    assert page.count("מעצר בכפר &lt;רימון&gt;") == 2
    assert f"/data?task={tasks(client, title)['a0']}" in page
    progress_command(project=[title], notes=out, ui_language="ar", workspace=studio.workspace)
    assert "ملاحظات إلى مدير المشروع" in out.read_text(encoding="utf-8")


def test_pauses_do_not_count() -> None:
    who = Annotator()
    who.times.extend([0, 600, 1200, 90000, 90600])
    assert who.pace() == Pace(None, None, 6.0)
    assert Annotator().pace() == Pace(None, None, None)


def test_teams_keep_what_they_have_and_share_what_was_asked_for(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    def to_teams(count: int) -> dict[str, int]:
        made = list(articles(count, characters=300))
        reports = push_to_teams(
            client, made, project=title, teams=("a", "b"), shared=2, ontology=ontology, workspace=tmp_path
        )
        return {team: report.created for team, report in reports.items()}

    assert to_teams(8) == {"a": 5, "b": 5}
    before = {team: ids(client, f"{title} {team}") for team in "ab"}
    assert to_teams(12) == {"a": 2, "b": 2}
    after = {team: ids(client, f"{title} {team}") for team in "ab"}
    assert all(before[team] <= after[team] for team in "ab")
    assert len(after["a"] & after["b"]) == 2


def test_teams_must_be_named_so_that_projects_can_be(client: Client, ontology: Ontology, tmp_path: Path) -> None:
    for teams, message in ((["a"], "two teams or more"), (["a", "a"], "each once"), (["a", "b" * 50], "too long")):
        with pytest.raises(UsageError, match=message):
            push_to_teams(client, [], project="some", teams=teams, ontology=ontology, workspace=tmp_path)
    with pytest.raises(ProjectError):
        progress(client, project="no such project")
