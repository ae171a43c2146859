"""The second project: what is contested goes there once, and what is decided there comes back."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation.adjudication.voting import contested
from annotation.cli import app
from annotation.core.document import Document, Provenance
from annotation.core.errors import ProjectError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.project import TITLE_MAXIMUM, find_project
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.suggestions.suggest import suggest
from annotation.labelstudio.sync.adjudication_project import START, decisions, hand_over, title_of
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents, write_documents
from tests.builders import build
from tests.studio.support import annotate

RAID = "[Raid:trigger פשיטה] על [Target>Raid:Facility המחסן] ב[Place>Raid:GPE רמלה]"
NO_PLACE = RAID.replace("[Place>Raid:GPE רמלה]", "רמלה")
QUIET = "[Person סאלם] הגיע אתמול"


@pytest.fixture
def versions(client: Client, title: str, ontology: Ontology, tmp_path: Path) -> list[Document]:
    """Two contested articles and one that is not, pushed to a project and marked by two people."""
    found = [build(RAID, by="noa", id="torn"), build(NO_PLACE, by="dan", id="torn")]
    found += [build(NO_PLACE, by="noa", id="other"), build(RAID, by="dan", id="other")]
    found += [build(QUIET, by=name, id="same") for name in ("noa", "dan")]
    bare = [document.bare() for document in found[::2]]
    push(client, bare, project=title, ontology=ontology, ui_language="he", workspace=tmp_path)
    return found


def handed(client: Client, versions: list[Document], title: str, folder: Path) -> None:
    hand_over(client, contested(versions), project=title, workspace=folder)


def there(client: Client, title: str) -> dict[str, Row]:
    """The tasks of the second project, by article."""
    fields = ("id", "data", "predictions", "model_version", "result", "score")
    project = find_project(client, title_of(title)).id
    tasks = (task for page in pages(client, project, fields, everything=True) for task in page)
    return {str(task["data"]["id"]): task for task in tasks}  # type: ignore[index]


def suggestions(task: Row) -> Counter[str]:
    return Counter(str(p["model_version"]) for p in task["predictions"])  # type: ignore[attr-defined]


def test_contested_articles_go_there_with_everybodys_version_and_one_to_start_from(
    client: Client, versions: list[Document], title: str, tmp_path: Path
) -> None:
    handed(client, versions, title, tmp_path)
    tasks = there(client, title)
    assert set(tasks) == {"torn", "other"}
    assert suggestions(tasks["torn"]) == {"naba noa": 1, "naba dan": 1, f"naba {START}": 1}
    assert find_project(client, title_of(title)).model_version == f"naba {START}"
    (start,) = [p for p in tasks["torn"]["predictions"] if p["model_version"] == f"naba {START}"]  # type: ignore[attr-defined]
    assert [row["value"]["text"] for row in start["result"] if "meta" in row] == ["רמלה"]
    heading, words, who = str(tasks["torn"]["data"][schemas.FINDINGS]).split("\n")  # type: ignore[index]
    assert "1" in heading
    assert words.endswith("ב[רמלה]")
    assert "noa" in who


def test_after_dying_half_way_nothing_is_made_twice_and_what_changed_meanwhile_is_replaced(
    client: Client, versions: list[Document], title: str, ontology: Ontology, tmp_path: Path
) -> None:
    second = title_of(title)
    push(client, [versions[0].bare()], project=second, ontology=ontology, ui_language="he", workspace=tmp_path)
    suggest(client, versions[:1], project=second, workspace=tmp_path, model_version="noa", keep=True)
    handed(client, versions, title, tmp_path)
    once = there(client, title)
    versions[1] = build(NO_PLACE.replace("Facility", "Location"), by="dan", id="torn")
    handed(client, versions, title, tmp_path)
    again = there(client, title)
    assert again["other"] == once["other"]
    for tasks in (once, again):
        assert all(suggestions(task).total() == 3 for task in tasks.values())
    told = [str(tasks["torn"]["data"][schemas.FINDINGS]) for tasks in (once, again)]  # type: ignore[index]
    assert [said.count("\n") for said in told] == [2, 4]


def test_what_is_submitted_is_gold_and_the_rest_waits(
    client: Client,
    studio: Server,
    versions: list[Document],
    title: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.token)
    documents, gold = tmp_path / "docs.jsonl", tmp_path / "gold.jsonl"
    write_documents(documents, versions)
    command = ["adjudicate", str(documents), "--project", title, "--out", str(gold), "--workspace", str(tmp_path)]

    def run(*more: str) -> dict[str, Document]:
        told = CliRunner().invoke(app, [*command, "--json", *more], catch_exceptions=False)
        assert told.exit_code == 0, told.output
        result = json.loads(told.stdout)
        assert result["waiting"] == ([id for id in ("torn", "other") if id not in ids(gold)])
        return {document.id: document for document in read_documents(gold)}

    assert set(run()) == {"same"}
    number = annotate(client, title_of(title), build(NO_PLACE, id="torn"))
    found = run()
    assert set(found) == {"same", "torn"}
    assert found["torn"] == replace(versions[1], provenance=None)
    assert found["torn"].provenance is not None
    assert (found["torn"].provenance.annotation, found["torn"].provenance.annotator) == (number, studio.username)
    assert set(run("--policy", "majority")) == {"same", "torn", "other"}


def ids(path: Path) -> set[str]:
    return {document.id for document in read_documents(path)}


def test_who_changed_something_after_it_was_decided_is_named(
    client: Client, versions: list[Document], title: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    handed(client, versions, title, tmp_path)
    annotate(client, title_of(title), build(RAID, id="torn"))
    assert decisions(client, contested(versions), project=title, workspace=tmp_path).outdated == ()
    later = Provenance(annotator="dan", updated_at="2999-01-01T00:00:00Z")
    versions[1] = replace(versions[1], provenance=later)
    found = decisions(client, contested(versions), project=title, workspace=tmp_path)
    assert (list(found.documents), found.outdated) == (["torn"], ("torn",))
    assert "article torn: dan changed it" in caplog.text


def test_without_a_project_nothing_is_made_and_without_a_second_one_nothing_is_decided(
    client: Client, versions: list[Document], title: str, tmp_path: Path
) -> None:
    with pytest.raises(ProjectError):
        handed(client, versions, f"no {title}", tmp_path)
    with pytest.raises(ProjectError):
        decisions(client, contested(versions), project=f"no {title}", workspace=tmp_path)
    assert decisions(client, contested(versions), project=title, workspace=tmp_path).documents == {}


def test_long_titles_are_cut_and_stay_apart() -> None:
    one, two = "a" * 49, "a" * 48 + "b"
    assert {len(title_of(one)), len(title_of(two))} == {TITLE_MAXIMUM}
    assert title_of(one) != title_of(two)
    assert title_of("Sample") == "Sample: adjudication"
