"""`naba watch` on the real server, with trainings so small that they take seconds."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from annotation.core.errors import NabaError, ProjectError, SnapshotError, UsageError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import to_result, to_task_data
from annotation.labelstudio.project.accounts import ensure_annotator
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.project.task_index import meta
from annotation.labelstudio.project.tasks_in_use import tasks_in_use
from annotation.labelstudio.server.client import Client, Patience, row, rows
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.push import push
from tests.benchmarks.bench_loop import LOOP, PEOPLE, Office
from tests.faults.proxy import Answer, Exchange, proxied
from tests.learnt import learn
from tests.run.small import TINY, documents, naba
from tests.studio.support import tasks
from training.commands.watch import run as running
from training.commands.watch.bound_process import run_bound
from training.commands.watch.journal import Journal
from training.commands.watch.plan import COMPARE, FINDINGS, OUTPUT, ROUND
from training.commands.watch.run import WatchTask, watch
from training.commands.watch.steps import RunCommand
from training.config.watching import WatchConfig

ARTICLES = documents(20, seed=3)
FIRST = ARTICLES[:14]
SETTINGS = WatchConfig(interval=0.1, every=14, training=(*TINY, "fit.epochs=2"), device="cpu", threads=1, most=4)
FIELDS = ("id", "data", "predictions", "model_version", "result")


def in_this_process(folder: Path, ran: list[str]) -> RunCommand:
    """Runs the commands of the loop in this process, which saves their imports."""

    def run(words: Sequence[str], log: Path) -> None:
        ran.append(words[0])
        ended = naba(*words, cwd=folder)
        if ended.code:
            raise NabaError(ended.err)

    return run


class KilledError(BaseException):
    """Stands for SIGKILL: nothing catches it."""


@pytest.fixture
def project(client: Client, title: str, ontology: Ontology, studio: Server) -> str:
    """All articles, the first of them handed in."""
    push(client, [], project=title, ontology=ontology, workspace=studio.workspace, ui_language="he")
    target = find_project(client, title)
    made = [
        {
            "data": to_task_data(article),
            "meta": meta(article.id, article.text_sha256),
            "annotations": [{"result": to_result(article, titles=target.titles)}] if article in FIRST else [],
        }
        for article in ARTICLES
    ]
    client.create(f"api/projects/{target.id}/import", json.dumps(made).encode())
    return title


def task(studio: Server, project: str, **more: object) -> WatchTask:
    return WatchTask(project, studio.workspace, SETTINGS, once=True, **more)  # type: ignore[arg-type]


def home(client: Client, studio: Server, project: str) -> Path:
    place = find_project(client, project, workspace=studio.workspace).home
    assert place is not None
    return place / "watch"


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


def kill_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let the process die at this entry of the journal: before it is written, or after."""
    append, left = Journal._append, [number]

    def dying(journal: Journal, line: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            if number % 2:
                append(journal, line)
            raise KilledError
        append(journal, line)

    monkeypatch.setattr(Journal, "_append", dying)


def test_the_loop_goes_round_leaves_tasks_in_use_alone_and_ends_the_same_after_kills(
    client: Client, studio: Server, project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, numbers = home(client, studio, project), tasks(client, project)
    locked, drafted = lock(client, project, "rana@naba.example"), numbers[ARTICLES[-1].id]
    draft(client, drafted)
    in_use = {locked, drafted}
    assert tasks_in_use(client, find_project(client, project).id, workspace=studio.workspace) == in_use
    updated = {n: row(client.get(f"api/tasks/{n}/"))["updated_at"] for n in in_use}

    before, ran = state(client, project), list[str]()
    run = in_this_process(tmp_path, ran)
    watch(task(studio, project, dry_run=True), run)
    assert not place.exists()
    assert (state(client, project), ran) == (before, [])

    chance, killed = random.Random(5), 0
    for _ in range(3):
        with monkeypatch.context() as patch:
            kill_at(patch, chance.randrange(4))
            with contextlib.suppress(KilledError):
                killed += 1
                watch(task(studio, project), run)
                killed -= 1
    assert killed >= 2
    watch(task(studio, project), run)
    entries = Journal(place / "journal.jsonl").entries
    assert {e.step for e in entries if e.state == "done"} == {FINDINGS, *ROUND, *OUTPUT}
    [used] = [e for e in entries if e.step == COMPARE and e.state == "done"]
    assert used.facts["used"] is True
    first = state(client, project)

    after = {n: row(client.get(f"api/tasks/{n}/")) for n in in_use}
    assert {n: found["updated_at"] for n, found in after.items()} == updated
    assert not any(rows(found["predictions"]) for found in after.values())
    assert sum("naba" in str(entry) for entry in first) == len(ARTICLES) - len(FIRST) - len(in_use)

    shutil.rmtree(place)
    watch(task(studio, project), run)
    assert state(client, project) == first, "a run without kills ends otherwise"

    ran.clear()
    watch(task(studio, project), run)
    client.delete(f"api/drafts/{rows(client.get(f'api/tasks/{drafted}/drafts'))[0]['id']}/")
    watch(task(studio, project), run)
    assert ran == []
    assert len(rows(row(client.get(f"api/tasks/{drafted}/"))["predictions"])) == 1
    assert not rows(row(client.get(f"api/tasks/{locked}/"))["predictions"])

    numbers_of_rounds = [path.name for path in (place / "rounds").iterdir()]
    assert len(numbers_of_rounds) == 1
    in_the_way(place, numbers_of_rounds[0])
    with pytest.raises(SnapshotError, match="exists and is no snapshot"):
        watch(task(studio, project), run)
    assert Journal(place / "journal.jsonl").entries[-1].state == "failed"


def test_a_model_that_is_worse_is_not_used_and_the_earlier_one_stays(
    client: Client, studio: Server, project: str, ontology: Ontology, tmp_path: Path
) -> None:
    beside = tmp_path / "beside the model.txt"
    beside.write_text("mine", encoding="utf-8")
    model, ran = str(learn(FIRST, ontology, tmp_path / "model")), list[str]()
    run = in_this_process(tmp_path, ran)
    earlier = replace(SETTINGS, model=model, warm=False, findings=False, every=100)
    watch(replace(task(studio, project), settings=earlier), run)
    shown, version = state(client, project), find_project(client, project).model_version
    assert sum(version in str(entry) for entry in shown) == len(ARTICLES) - len(FIRST)

    ran.clear()
    worse = replace(earlier, every=14, training=(*TINY, "fit.epochs=1"))
    watch(replace(task(studio, project), settings=worse), run)
    entries = Journal(home(client, studio, project) / "journal.jsonl").entries
    (compared,) = [entry for entry in entries if entry.step == COMPARE and entry.state == "done"]
    assert compared.facts["used"] is False
    assert compared.facts["against"] == model
    assert compared.why.startswith(("worse beyond chance", "lower, on too few articles to test"))
    assert entries[-1] == compared, "nothing is predicted, suggested or put in order after it"
    assert ran == ["train", "predict", "predict"], "both predicted dev"
    assert (state(client, project), find_project(client, project).model_version) == (shown, version)

    ran.clear()
    watch(replace(task(studio, project), settings=worse), run)
    assert ran == [], "the same gold is not tried again"
    assert sorted(path.name for path in tmp_path.iterdir()) == [beside.name, "model"]


def test_who_is_missing_for_days_no_longer_holds_up_the_loop(
    studio: Server, project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for days, gold in ((None, 0), (1, 0), (0, len(FIRST))):
        settings = replace(SETTINGS, annotators=2, missing_after=days)
        watch(replace(task(studio, project, dry_run=True), settings=settings))
        assert f"{gold} gold articles" in capsys.readouterr().out


def in_the_way(place: Path, round_: str) -> None:
    """The round is to begin again, and a folder that is no snapshot is where its snapshot goes."""
    (place / "journal.jsonl").unlink()
    snapshot = place / "rounds" / round_ / "snapshot"
    shutil.rmtree(snapshot)
    snapshot.mkdir()
    (snapshot / "notes.txt").write_text("mine", encoding="utf-8")


def test_a_server_that_is_slow_gone_and_back_is_waited_for(
    client: Client, studio: Server, project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = iter([hang_up, refuse, slow, None])
    monkeypatch.setattr(Patience.__init__, "__defaults__", (0.1, 0.1, 0.02, 0.02))
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.token)
    with proxied(studio.url) as proxy:
        monkeypatch.setenv("LABEL_STUDIO_URL", proxy.url)

        def next_script(seconds: float) -> None:
            try:
                proxy._script = next(scripts)
            except StopIteration:
                raise KeyboardInterrupt from None

        monkeypatch.setattr(running, "sleep", next_script)
        settings = replace(SETTINGS, every=100)
        watch(WatchTask(project, studio.workspace, settings), in_this_process(tmp_path, []))
    told = [e for e in Journal(home(client, studio, project) / "journal.jsonl").entries if e.step == running.SERVER]
    assert [e.state for e in told] == ["gone", "gone", "back"]


def hang_up(exchange: Exchange) -> bool:
    exchange.hang_up()
    return True


def refuse(exchange: Exchange) -> bool:
    exchange.reply(Answer(502, b""))
    return True


def slow(exchange: Exchange) -> bool:
    exchange.reply(exchange.forward(), pause=0.01)
    return True


def test_what_is_wrong_from_the_start_is_one_line(client: Client, studio: Server, project: str) -> None:
    with pytest.raises(ProjectError, match="has no project 'nowhere'"):
        watch(task(studio, "nowhere"))
    with pytest.raises(UsageError, match="where people decide"):
        watch(task(studio, f"{project}: adjudication"))
    with pytest.raises(UsageError, match="gates=none"):
        watch(replace(task(studio, project), settings=replace(SETTINGS, gates="none")))
    place = home(client, studio, project)
    place.mkdir(parents=True)
    (place / "watch.pid").write_text("4711", encoding="utf-8")
    with FileLock(place / "watch.lock"), pytest.raises(UsageError, match="watched already, by process 4711"):
        watch(task(studio, project))


def test_a_training_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)  # a command that reads it never ends by itself
    command = [sys.executable, "-m", "training.commands.watch.bound_process", "check", str(pipe)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 137


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(NabaError, match="no-such-file") as failed:
        run_bound(["check", "no-such-file.jsonl"], tmp_path / "check.log")
    assert failed.value.exit_code == 2


@pytest.mark.parametrize("way", [LOOP])
def test_a_short_day_of_labelling(way: str, client: Client, studio: Server, title: str, tmp_path: Path) -> None:
    """The benchmark's day, of few articles: everything is handed in, and the loop trains on it."""
    ran: list[str] = []
    settings = replace(SETTINGS, every=6)
    people = [ensure_annotator(client, email) for email in PEOPLE]
    office = Office(client, studio.workspace, people, settings, in_this_process(tmp_path, ran))
    day = office.day(way, ARTICLES[:8], title=title, seed=1, rate=0.0)
    assert day.wrong == 0
    assert len(day.by_article) == 8
    assert (day.rounds, day.used) == ((1, 1) if way == LOOP else (0, 0))
    assert ran == (["train", "predict"] if way == LOOP else [])
