from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.document import Document, Provenance
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.accounts import ensure_annotator, submit
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.suggestions.suggest import suggest
from annotation.labelstudio.suggestions.usage import audit
from annotation.labelstudio.sync.push import push
from tests.generated import articles, marked
from tests.studio.support import hand_in

ARTICLES = list(articles(3, characters=400))


def predicted(by: str) -> list[Document]:
    return [replace(marked(a, events=2, score=0.5), provenance=Provenance(model_version=by)) for a in ARTICLES]


@pytest.fixture
def project(client: Client, title: str, ontology: Ontology, tmp_path: Path) -> str:
    push(client, ARTICLES, project=title, ontology=ontology, workspace=tmp_path, annotators=2)
    suggest(client, predicted("m1"), project=title, workspace=tmp_path)
    return title


def predictions(client: Client, title: str) -> list[Row]:
    fields = ("id", "predictions", "result", "task")
    found = pages(client, find_project(client, title).id, fields, everything=True)
    return [prediction for page in found for task in page for prediction in task["predictions"]]  # type: ignore[attr-defined]


def work(client: Client, title: str) -> None:
    """The first suggestion is taken over as it is, the second without its first region, the third not at all."""
    first, second, _ = predictions(client, title)
    rows: list[Row] = second["result"]  # type: ignore[assignment]
    gone = rows[0]["id"]
    less = [row for row in rows if gone not in (row.get("id"), row.get("from_id"), row.get("to_id"))]
    hand_in(client, int(str(first["task"])), first["result"], parent_prediction=first["id"])  # type: ignore[arg-type]
    hand_in(client, int(str(second["task"])), less, parent_prediction=second["id"])


def counts(client: Client, title: str, workspace: Path, version: str = "naba m1") -> dict[str, int]:
    fates = audit(client, project=title, workspace=workspace).versions[version].fates()
    person = fates["entity", ""].counts
    return {name: person.get(name, 0) for name in ("accepted", "deleted", "added")}


def test_each_mark_of_a_suggestion_is_followed_to_the_annotation(client: Client, project: str, tmp_path: Path) -> None:
    work(client, project)
    third = int(str(predictions(client, project)[2]["task"]))
    hand_in(client, third, [])
    found = audit(client, project=project, workspace=tmp_path)
    assert list(found.versions) == ["naba m1"]
    assert (found.versions["naba m1"].annotations, found.unaided.annotations) == (2, 1)
    assert found.versions["naba m1"].lead_times == [4.2, 4.2]
    assert counts(client, project, tmp_path) == {"accepted": 7, "deleted": 1, "added": 0}
    roles = found.versions["naba m1"].fates()["role", ""].counts
    assert (roles["accepted"], roles["deleted"]) == (7, 1)


def test_what_people_worked_with_is_remembered_when_another_model_takes_its_place(
    client: Client, project: str, tmp_path: Path
) -> None:
    work(client, project)
    before = audit(client, project=project, workspace=tmp_path).as_dict()
    report = suggest(client, predicted("m2"), project=project, workspace=tmp_path)
    assert report.removed == 3
    assert audit(client, project=project, workspace=tmp_path).as_dict() == before
    suggest(client, predicted("m3"), project=project, workspace=tmp_path)
    assert audit(client, project=project, workspace=tmp_path).as_dict() == before


def test_pairs_are_told_apart_by_who_began_from_a_suggestion(client: Client, project: str, tmp_path: Path) -> None:
    other = ensure_annotator(client, "dana@naba.example")
    work(client, project)
    submit(other, project=project, documents=[marked(article, events=1) for article in ARTICLES[1:]])
    first = predictions(client, project)[0]
    other_hand = {"result": first["result"], "parent_prediction": first["id"]}
    other.create(f"api/tasks/{first['task']}/annotations/", other_hand)
    found = audit(client, project=project, workspace=tmp_path)
    assert {name: len(compared) for name, compared in found.pairs.items()} == {"none": 0, "one": 1, "both": 1}
    both = found.agreement()["both"]
    assert both.scores["exact"]["Arg-C+"].f1 == 1.0
    assert not both.enough(both.scores["exact"]["Arg-C+"])
