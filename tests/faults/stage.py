"""A project with everything in it that a command may meet, and what of it is compared afterwards."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias, cast
from uuid import uuid4

from annotation.core.document import Document, Provenance, Span
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import to_result, to_task_data
from annotation.labelstudio.migration.migrate import migrate
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.project.task_index import meta
from annotation.labelstudio.server.client import Client, id_of, row, rows
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.adjudication_project import title_of
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import write_documents
from tests.generated import articles, marked
from tests.migrating import edited, renamed

PEOPLE = ("layla@example.org", "karim@example.org")
ARTICLES = list(articles(3, characters=160))
TEAMS = ("north", "south")
SETTINGS = (
    *("label_config", "expert_instruction", "show_instruction", "description", "maximum_annotations"),
    *("model_version", "sampling", "show_collab_predictions"),
)
FIELDS = (
    *("id", "data", "meta", "annotations", "predictions", "result", "completed_by", "was_cancelled"),
    *("parent_annotation", "model_version", "score"),
)

State: TypeAlias = dict[str, Any]
"""What a project holds, without numbers and times, which differ from one server to the next."""


@dataclass(frozen=True)
class Stage:
    """A project of its own on the server, and a folder with the files that commands read and write."""

    client: Client
    title: str
    folder: Path

    @property
    def workspace(self) -> Path:
        """The workspace of the commands."""
        return self.folder / "workspace"

    def file(self, name: str) -> str:
        """The path of a file in the folder."""
        return str(self.folder / name)

    def state(self) -> State:
        """All projects of the stage, by the end of their title."""
        return {title.removeprefix(self.title): _state(self.client, number) for title, number in self.projects()}

    def projects(self) -> list[tuple[str, int]]:
        """Title and number of the projects of the stage."""
        titles = [self.title, title_of(self.title), *(f"{self.title} {team}" for team in TEAMS)]
        answer = row(self.client.get("api/projects/", title=self.title, page_size=100, include="id,title"))
        found = [(str(project["title"]), id_of(project)) for project in rows(answer["results"])]
        assert len({title for title, _ in found}) == len(found), f"two projects of a title: {found}"
        return [(title, number) for title, number in found if title in titles]

    def texts(self) -> Counter[tuple[str, str]]:
        """Each text in the first project with nobody, and with each annotator whose work is on it; mended copies not.

        The count is how often that is there.
        """
        found: Counter[tuple[str, str]] = Counter()
        for title, number in self.projects():
            for task in _tasks(self.client, number) if title == self.title else ():
                found[task["data"]["text"], ""] += 1
                found.update((task["data"]["text"], mark["by"]) for mark in task["annotations"] if not mark["mended"])
        return found


def bare_stage(client: Client, folder: Path) -> Stage:
    """A stage without a project: the articles are there to be pushed."""
    stage = Stage(client, f"stage {uuid4().hex[:12]}", folder)
    stage.workspace.mkdir(parents=True)
    write_documents(stage.file("articles.jsonl"), ARTICLES)
    return stage


def full_stage(client: Client, folder: Path, ontology: Ontology, people: list[int]) -> Stage:
    """A stage with every article in the project, two people's annotations on each, and a suggestion of an old model."""
    stage = bare_stage(client, folder)
    options = {"project": stage.title, "ontology": ontology, "workspace": stage.workspace}
    push(client, [], annotators=2, **options)  # type: ignore[arg-type]
    target = find_project(client, stage.title)
    made = [_task(document, target.titles, people) for document in ARTICLES]
    client.create(f"api/projects/{target.id}/import", json.dumps(made).encode())
    predicted = [
        replace(version(document, 1), provenance=Provenance(model_version="new", uncertainty=0.5))
        for document in ARTICLES
    ]
    write_documents(stage.file("predicted.jsonl"), predicted)
    Path(stage.file("new.yaml")).write_text(following(ontology).source, encoding="utf-8")
    return stage


def pulled(stage: Stage) -> Stage:
    """The stage after a pull into docs.jsonl."""
    pull(stage.client, project=stage.title, out=Path(stage.file("docs.jsonl")), workspace=stage.workspace)
    return stage


def migrated(stage: Stage, ontology: Ontology) -> Stage:
    """The stage after a migration, whose file to undo it is called undo.jsonl."""
    report = migrate(stage.client, project=stage.title, to=following(ontology), workspace=stage.workspace)
    assert report.undo is not None
    Path(stage.file("undo.jsonl")).symlink_to(report.undo)
    return stage


def edited_page(stage: Stage) -> Stage:
    """The stage after a member has put a label on the page and written other guidelines."""
    target = find_project(stage.client, stage.title)
    config = str(row(stage.client.get(f"api/projects/{target.id}/"))["label_config"])
    more = config.replace("</Labels>", '<Label value="Other" alias="Rumour"/></Labels>', 1)
    stage.client.change(f"api/projects/{target.id}/", {"label_config": more, "expert_instruction": "<p>short</p>"})
    return stage


def following(ontology: Ontology) -> Ontology:
    """The next version of an ontology: a type of each kind has another name, and nothing is lost."""

    def rename(tree: dict[str, Any]) -> None:
        renamed(tree, "entities", "GPE", "Town")
        renamed(tree, "events", "Arrest", "Detention")
        renamed(tree, "roles", "Place", "Where")

    return edited(ontology, rename)


def version(document: Document, events: int) -> Document:
    """The article as somebody marked it; with one event, a place is marked with the blank behind it."""
    done = marked(document, events=events, score=None)
    if events > 1:
        return done
    first = next(span for span in done.entities if span.label == "GPE")
    wide = Span(first.start, first.end + 1, first.label)
    event = done.events[0]
    arguments = tuple(replace(a, filler=wide) if a.filler == first else a for a in event.arguments)
    return replace(
        done,
        entities=tuple(wide if span == first else span for span in done.entities),
        events=(replace(event, arguments=arguments), *done.events[1:]),
    )


def _task(document: Document, titles: dict[str, str], people: list[int]) -> dict[str, object]:
    versions = [version(document, 1 + at) for at, _ in enumerate(people)]
    annotations = [
        {"result": to_result(done, titles=titles), "completed_by": person, "lead_time": 60.0}
        for done, person in zip(versions, people, strict=True)
    ]
    old = {"model_version": "naba old", "score": 0.5, "result": to_result(version(document, 2), titles=titles)}
    return {
        "data": to_task_data(document),
        "meta": meta(document.id, document.text_sha256),
        "annotations": annotations,
        "predictions": [old],
    }


def _tasks(client: Client, project: int) -> list[State]:
    members = client.members()
    return [_seen(task, members) for page in pages(client, project, FIELDS, everything=True) for task in page]


def _state(client: Client, project: int) -> State:
    raw = row(client.get(f"api/projects/{project}/"))
    views = (row(view["data"]) for view in rows(client.get("api/dm/views/", project=project)))
    tabs = [{key: view.get(key) for key in ("title", "filters", "ordering")} for view in views]
    return {
        "settings": {key: raw[key] for key in SETTINGS},
        "tasks": sorted(_tasks(client, project), key=_text),
        "tabs": sorted(tabs, key=_text),
    }


def _seen(task: dict[str, object], members: dict[int, str]) -> State:
    annotations = [
        {
            "by": members.get(cast(int, mark["completed_by"])),
            "rows": mark["result"],
            "skipped": mark["was_cancelled"],
            "mended": mark["parent_annotation"] is not None,
        }
        for mark in rows(task["annotations"])
    ]
    predictions = [
        {"by": mark["model_version"], "score": mark["score"], "rows": mark["result"]}
        for mark in rows(task["predictions"])
    ]
    return {
        "data": task["data"],
        "meta": task["meta"],
        "annotations": sorted(annotations, key=_text),
        "predictions": sorted(predictions, key=_text),
    }


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
