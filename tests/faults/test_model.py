"""A project's life, drawn at random: pushes, annotators at work, pulls, suggestions, migrations, undos, and kills.

After each step no text is another one, no annotation is lost or another one, and each article is there once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import to_result
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.labeling_config import relation_titles
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.server.client import id_of, row, rows
from annotation.labelstudio.server.paging import pages
from annotation.storage.documents_file import read_documents, write_documents
from tests.faults.process import Ended, Order, naba
from tests.faults.stage import ARTICLES, bare_stage, following, version
from tests.faults.trial import Trials

RENAMED = {"GPE": "Town", "Arrest": "Detention"}
BACK = {new: old for old, new in RENAMED.items()}
FIELDS = ("id", "data", "annotations", "predictions", "result", "model_version")
MACHINES = st.sampled_from(["one", "two"])
KILLS = st.one_of(st.none(), st.integers(0, 60))

Mark = tuple[int, int, str]


class Life(RuleBasedStateMachine):
    """One project on the real server, and what must be in it."""

    trials: Trials
    ontology: Ontology

    def __init__(self) -> None:
        super().__init__()
        self.stage = bare_stage(self.trials.client, self.trials.place().folder)
        self.client, self.title = self.stage.client, self.stage.title
        Path(self.stage.file("new.yaml")).write_text(following(self.ontology).source, encoding="utf-8")
        write_documents(self.stage.file("predicted.jsonl"), [version(article, 2) for article in ARTICLES])
        self.pushed: set[str] = set()
        self.marks: dict[int, tuple[str, Counter[Mark]]] = {}

    def naba(self, machine: str, kill_at: int | None, *words: str) -> Ended:
        """Run a command on one of two machines; it succeeds, is killed, or says that a migration is half done."""
        options = ("--project", self.title, "--workspace", self.stage.file(machine))
        ended = naba(Order((*words, *options), self.stage.folder, self.client.url, self.client.token, kill_at))
        half_way = ended.code == 2 and "half-way" in ended.err
        assert ended.code == 0 or ended.killed or half_way, ended.err
        return ended

    def project(self) -> Project | None:
        """The project, half-way or not; None before the first push."""
        found = [title for title, _ in self.stage.projects()]
        return find_project(self.client, self.title, migrating=True) if found else None

    def tasks(self) -> list[Row]:
        """All tasks with everything on them."""
        number = dict(self.stage.projects()).get(self.title)
        return (
            [] if number is None else [t for page in pages(self.client, number, FIELDS, everything=True) for t in page]
        )

    @rule(count=st.integers(1, len(ARTICLES)), machine=MACHINES, kill_at=KILLS)
    def push(self, count: int, machine: str, kill_at: int | None) -> None:
        """Some of the articles are pushed."""
        write_documents(self.stage.file("some.jsonl"), ARTICLES[-count:])
        project = self.project()
        is_new = project is not None and project.ontology.hash != self.ontology.hash
        ontology = self.stage.file("new.yaml") if is_new else "conflict"
        if self.naba(machine, kill_at, "push", self.stage.file("some.jsonl"), "--ontology", ontology).code == 0:
            self.pushed |= {article.id for article in ARTICLES[-count:]}

    @precondition(lambda self: self.pushed)
    @rule(data=st.data(), events=st.integers(1, 3))
    def annotate(self, data: st.DataObject, events: int) -> None:
        """An annotator hands in an article."""
        id = data.draw(st.sampled_from(sorted(self.pushed)))
        [task] = [id_of(task) for task in self.tasks() if row(task["data"])["id"] == id]
        made = self.client.create(f"api/tasks/{task}/annotations/", {"result": self.shown(id, events), "lead_time": 1})
        self.marks[id_of(made)] = id, canonical(self.shown(id, events))

    @precondition(lambda self: self.marks)
    @rule(data=st.data(), events=st.integers(1, 3))
    def edit(self, data: st.DataObject, events: int) -> None:
        """An annotator changes what was handed in."""
        number = data.draw(st.sampled_from(sorted(self.marks)))
        id = self.marks[number][0]
        self.client.change(f"api/annotations/{number}/", {"result": self.shown(id, events)})
        self.marks[number] = id, canonical(self.shown(id, events))

    @precondition(lambda self: self.marks)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """An annotator takes back what was handed in."""
        number = data.draw(st.sampled_from(sorted(self.marks)))
        self.client.delete(f"api/annotations/{number}/")
        del self.marks[number]

    @precondition(lambda self: self.pushed)
    @rule(machine=MACHINES, kill_at=KILLS)
    def pull(self, machine: str, kill_at: int | None) -> None:
        """What is pulled is what was handed in."""
        out = self.stage.file(f"{machine}.jsonl")
        if self.naba(machine, kill_at, "pull", "--out", out).code == 0:
            found = Counter(
                (document.id, frozenset((s.start, s.end, BACK.get(s.label, s.label)) for s in document.spans()))
                for document in read_documents(out)
            )
            handed_in = ((id, frozenset(mark for mark in marks if mark[1])) for id, marks in self.marks.values())
            assert found == Counter(handed_in)

    @precondition(lambda self: self.pushed)
    @rule(machine=MACHINES, kill_at=KILLS)
    def suggest(self, machine: str, kill_at: int | None) -> None:
        """Suggestions come, each once."""
        if self.naba(machine, kill_at, "suggest", self.stage.file("predicted.jsonl")).code == 0:
            assert all(len(cast(list[Any], task["predictions"])) <= 1 for task in self.tasks())

    @precondition(lambda self: self.pushed)
    @rule(kill_at=KILLS)
    def migrate(self, kill_at: int | None) -> None:
        """The first machine takes the project to the next ontology, or goes on with that."""
        if self.naba("one", kill_at, "migrate", "--to", self.stage.file("new.yaml")).code == 0:
            assert not self.labels() & RENAMED.keys()

    @precondition(lambda self: self.undo_file() is not None)
    @rule(kill_at=KILLS)
    def undo(self, kill_at: int | None) -> None:
        """The first machine takes the project back."""
        if self.naba("one", kill_at, "migrate", "--undo", str(self.undo_file())).code == 0:
            assert not self.labels() & BACK.keys()

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        """The texts, the articles and the annotations are what they must be."""
        tasks = self.tasks()
        texts = Counter((str(row(task["data"])["id"]), str(row(task["data"])["text"])) for task in tasks)
        assert set(texts) <= {(article.id, article.text) for article in ARTICLES}
        assert all(count == 1 for count in texts.values()), "an article twice"
        assert self.pushed <= {id for id, _ in texts}
        found = {
            id_of(mark): (str(row(task["data"])["id"]), canonical(rows(mark["result"])))
            for task in tasks
            for mark in rows(task["annotations"])
        }
        assert found == self.marks

    def undo_file(self) -> Path | None:
        """What the last migration is undone with; None where the project is not migrated, not even half."""
        project = self.project() if self.pushed else None
        if project is None or project.ontology.hash == self.ontology.hash:
            return None
        files = Path(self.stage.file("one")).glob("projects/*/undo-*.jsonl")
        return max(files, key=lambda path: path.stat().st_mtime_ns, default=None)

    def shown(self, id: str, events: int) -> list[Row]:
        """What an annotator hands in who marks so many events, with the labels of the page."""
        project = self.project()
        assert project is not None
        [article] = [article for article in ARTICLES if article.id == id]
        titles = relation_titles(self.ontology, project.seal.ui_language)  # which a role keeps that is renamed
        result = to_result(version(article, events), titles=titles)
        names = {} if project.ontology.hash == self.ontology.hash else RENAMED
        return [relabelled(raw, names) for raw in result]

    def labels(self) -> set[str]:
        """All labels of annotations and suggestions."""
        results = [rows(one["result"]) for task in self.tasks() for kind in KINDS for one in rows(task[kind])]
        return {label for result in results for _, _, label in spans(result)}


KINDS = ("annotations", "predictions")


def relabelled(raw: Row, names: dict[str, str]) -> Row:
    """The row with other names for its labels."""
    value = raw.get("value")
    if not isinstance(value, dict) or "labels" not in value:
        return raw
    return {**raw, "value": {**value, "labels": [names.get(label, label) for label in value["labels"]]}}


def spans(result: Iterable[Row]) -> Iterable[Mark]:
    """The spans of a result, as they are labelled."""
    for raw in result:
        value = raw.get("value")
        if isinstance(value, dict) and "labels" in value:
            for label in value["labels"]:
                yield value["start"], value["end"], label


def canonical(result: Iterable[Row]) -> Counter[Mark]:
    """The spans of a result, labelled by the first ontology, and its arrows as a span of nothing."""
    result = list(result)
    arrows = Counter((0, 0, json.dumps(raw.get("labels"))) for raw in result if raw.get("type") == "relation")
    return Counter((start, end, BACK.get(label, label)) for start, end, label in spans(result)) + arrows


def test_a_life(trials: Trials, ontology: Ontology, long: bool, request: pytest.FixtureRequest) -> None:
    drawn = type("DrawnLife", (Life,), {"trials": trials, "ontology": ontology})
    how = settings(
        max_examples=40 if long else 1,
        stateful_step_count=25 if long else 8,
        derandomize=not long,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.normal,
    )
    if long:
        drawn = seed(request.config.getoption("--fault-seed"))(drawn)
    run_state_machine_as_test(drawn, settings=how)
