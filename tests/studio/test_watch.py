"""`naba watch` on the real server, with trainings so small that they take seconds."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from annotation.core.document import Document
from annotation.core.errors import NabaError
from annotation.core.ontology import Ontology
from annotation.labelstudio.project.accounts import ensure_annotator, submit
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.project.tasks_in_use import tasks_in_use
from annotation.labelstudio.server.client import Client, row, rows
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.push import push
from tests.run.small import TINY, documents, naba
from tests.studio.support import tasks
from training.commands.watch.journal import Journal
from training.commands.watch.run import WatchTask, watch
from training.config.watching import WatchConfig

ARTICLES = documents(26, seed=3)
FIRST, MORE = ARTICLES[:16], ARTICLES[16:20]
SETTINGS = WatchConfig(
    interval=0.1, every=4, training=(*TINY, "fit.epochs=3"), device="cpu", threads=1, most=4, mix=0.5
)
FIELDS = ("id", "data", "predictions", "model_version", "result")


@dataclass
class Commands:
    """Runs the commands of the loop in this process, which saves their imports, and dies before one of them."""

    folder: Path
    die_at: int | None = None
    ran: list[str] = field(default_factory=list)

    def __call__(self, words: Sequence[str], log: Path) -> None:
        if len(self.ran) == self.die_at:
            raise KilledError
        self.ran.append(words[0])
        ended = naba(*words, cwd=self.folder)
        if ended.code:
            raise NabaError(ended.err)


class KilledError(BaseException):
    """Stands for SIGKILL: nothing catches it."""


@pytest.fixture
def project(client: Client, title: str, ontology: Ontology, studio: Server) -> str:
    bare = [article.bare() for article in ARTICLES]
    push(client, bare, project=title, ontology=ontology, workspace=studio.workspace, ui_language="he")
    return title


def hand_in(client: Client, project: str, articles: Sequence[Document]) -> None:
    submit(client, project=project, documents=articles)


def task(studio: Server, project: str, **more: object) -> WatchTask:
    return WatchTask(project, studio.workspace, SETTINGS, once=True, **more)  # type: ignore[arg-type]


def home(client: Client, studio: Server, project: str) -> Path:
    place = find_project(client, project, workspace=studio.workspace).home
    assert place is not None
    return place / "watch"


def steps(journal: Path) -> list[tuple[str, str]]:
    return [(entry.step, entry.state) for entry in Journal(journal / "journal.jsonl").entries]


def state(client: Client, project: str) -> list[object]:
    """Versions and results of the suggestions, and the place in the list, of every task; ids of regions are hashes."""
    found = (t for page in pages(client, find_project(client, project).id, FIELDS, everything=True) for t in page)
    return [
        [row(t["data"])["id"], row(t["data"]).get("queue"), json.dumps(t["predictions"], sort_keys=True)]
        for t in ([{**t, "predictions": [_without_id(p) for p in rows(t["predictions"])]} for t in found])
    ]


def _without_id(prediction: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in prediction.items() if name != "id"}


def lock(client: Client, project: str, email: str) -> int:
    """Somebody chooses "Label All Tasks": the number of the task that they get, and that is locked."""
    theirs = ensure_annotator(client, email)
    return int(str(row(theirs.get(f"api/projects/{find_project(client, project).id}/next"))["id"]))


def draft(client: Client, task: int) -> None:
    body = {"result": [], "lead_time": 1.0, "draft_id": 0}
    client.create(f"api/tasks/{task}/drafts", body)


def test_the_loop_goes_round_leaves_tasks_in_use_alone_and_ends_the_same_after_kills(
    client: Client, studio: Server, project: str, ontology: Ontology, tmp_path: Path
) -> None:
    hand_in(client, project, FIRST)
    place, numbers = home(client, studio, project), tasks(client, project)
    locked, drafted = lock(client, project, "rana@naba.example"), numbers[ARTICLES[25].id]
    draft(client, drafted)
    assert locked != drafted
    target = find_project(client, project)
    assert tasks_in_use(client, target.id, workspace=studio.workspace) == {locked, drafted}
    updated = {n: row(client.get(f"api/tasks/{n}/"))["updated_at"] for n in (locked, drafted)}

    before = state(client, project)
    watch(task(studio, project, dry_run=True), Commands(tmp_path))
    assert not place.exists()
    assert state(client, project) == before

    chance = random.Random(5)
    died = 0
    for die_at in sorted(chance.sample(range(2), 2)):  # the training, the predictions
        with pytest.raises(KilledError):
            watch(task(studio, project), Commands(tmp_path, die_at=0))
        died += die_at == 0
    commands = Commands(tmp_path)
    watch(task(studio, project), commands)
    assert commands.ran == ["train", "predict"]
    ended = [step for step, how in steps(place) if how == "done"]
    assert ended == ["findings", "snapshot", "train", "compare", "predict", "suggest", "queue"]
    [used] = [e for e in Journal(place / "journal.jsonl").entries if e.step == "compare" and e.state == "done"]
    assert used.facts["used"] is True

    after = {n: row(client.get(f"api/tasks/{n}/")) for n in (locked, drafted)}
    assert {n: found["updated_at"] for n, found in after.items()} == updated
    assert all(not rows(found["predictions"]) for found in after.values())
    shown = [json.loads(str(entry[2])) for entry in state(client, project)]  # type: ignore[index]
    assert sum(map(bool, shown)) == len(ARTICLES) - len(FIRST) - 2

    idle = Commands(tmp_path)
    watch(task(studio, project), idle)
    assert idle.ran == []

    ensure_annotator(client, "rana@naba.example").create(f"api/tasks/{locked}/annotations/", {"result": []})
    draft_number = rows(client.get(f"api/tasks/{drafted}/drafts"))[0]["id"]
    client.delete(f"api/drafts/{draft_number}/")
    watch(task(studio, project), idle)
    assert idle.ran == []
    assert len(rows(row(client.get(f"api/tasks/{drafted}/"))["predictions"])) == 1
