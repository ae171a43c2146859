"""The work behind `naba watch`: look, do what is due, wait; one at a time on a project, and on through everything.

A round is pull, check, findings; then, with enough new gold articles, snapshot, training and comparison; and where the
new model is not worse, predictions, suggestions and the order of labelling. plan.py says what is due from the journal
alone, so a process that is killed at any point goes on where it was. A server that does not answer is waited for.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import sleep

from filelock import FileLock, Timeout

from annotation import terminal
from annotation.core.errors import NabaError, StudioAuthError, StudioError, UsageError
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server.connect import connect
from annotation.labelstudio.sync.adjudication_project import is_second
from annotation.storage.documents_file import read_documents
from annotation.storage.special_files import check_outside_sealed
from training.commands.watch.bound_process import run_bound
from training.commands.watch.journal import Journal
from training.commands.watch.plan import SNAPSHOT, Due, Rules, Seen, next_step, waiting
from training.commands.watch.project_look import Annotations, Look
from training.commands.watch.steps import LoopSteps, RunCommand
from training.config.watching import WatchConfig
from training.release.gates import load_gates

SERVER = "server"
_LONGEST_PAUSE = 60.0
"""Seconds between two looks for a server that is gone, or the interval where that is longer."""


@dataclass(frozen=True)
class WatchTask:
    """What to watch, and how. once: one look, and what is due. dry_run: only say what is due; nothing is written."""

    project: str
    workspace: Path
    settings: WatchConfig
    once: bool = False
    dry_run: bool = False


def watch(task: WatchTask, run: RunCommand = run_bound) -> None:
    """Watch until the process is told to end. Raises NabaError for what is wrong from the start, or with `once`."""
    if is_second(task.project):
        raise UsageError(f"{task.project!r} is where people decide; watch the project it belongs to")
    load_gates(task.settings.gates)
    model = task.settings.model
    if model and not (Path(model) / "config.json").is_file():
        raise UsageError(f"model={model}: holds no model; name the folder that naba train wrote, or leave it out")
    home = _home(task)
    if task.dry_run:
        with tempfile.TemporaryDirectory(prefix="naba-watch-") as scratch:
            watcher = Watcher(task, home, Path(scratch), Path(scratch), run)
            for text in watcher.dry():
                terminal.say(text)
        return
    with _alone(home, task.project):
        watcher = Watcher(task, home, home, task.workspace, run)
        try:
            watcher.once() if task.once else watcher.forever()
        except KeyboardInterrupt:
            terminal.say("stopped; the same command goes on from here")


def _home(task: WatchTask) -> Path:
    """The folder of the journal. Raises ProjectError when there is no such project."""
    project = find_project(connect(task.workspace), task.project, workspace=task.workspace)
    return (project.home or task.workspace) / "watch"


@contextmanager
def _alone(home: Path, project: str) -> Iterator[None]:
    """One at a time. Raises UsageError that names the process that watches already."""
    check_outside_sealed(home)
    home.mkdir(parents=True, exist_ok=True)
    lock, holder = FileLock(home / "watch.lock"), home / "watch.pid"
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        pid = holder.read_text(encoding="utf-8") if holder.is_file() else "?"
        raise UsageError(
            f"project {project!r} is watched already, by process {pid}; stop that one first, or leave it to it"
        ) from error
    try:
        holder.write_text(str(os.getpid()), encoding="utf-8")
        yield
    finally:
        lock.release()


class Watcher:
    """Watches one project. home: the journal's folder. pulls: where the pull goes. state: as in `Look`."""

    def __init__(self, task: WatchTask, home: Path, pulls: Path, state: Path, run: RunCommand) -> None:
        self.task, self.home = task, home
        self.journal = Journal(home / "journal.jsonl", writes=not task.dry_run)
        self.given_up: set[tuple[str, str]] = set()
        settings = task.settings
        self.rules = Rules(settings.every, settings.findings, settings.model, self.given_up)
        self.look = Look(task.project, settings, pulls, task.workspace, state)
        self.steps = LoopSteps(self.look, self.journal, self.rules, home, run)
        self._said = ""

    def dry(self) -> Iterator[str]:
        """What a look finds, and the first step that is due, in words."""
        due, _, seen = self._look()
        yield waiting(self.journal, seen, self.rules)
        yield f"due: {due.step} ({due.why}); nothing was done" if due else "nothing is due"

    def once(self) -> None:
        """One look, and all that is due. Raises NabaError where a step fails."""
        self._pass()

    def forever(self) -> None:
        """Look again and again; a server that is gone is waited for, once it has answered.

        A step that fails is tried again with more gold, or by the next run.
        """
        interval, answered, pause = self.task.settings.interval, False, self.task.settings.interval
        while True:
            try:
                self._pass()
                self._back()
                answered, pause = True, interval
            except StudioError as error:
                if not answered or isinstance(error, StudioAuthError):
                    raise
                self._gone(error)
                pause = min(2 * pause, max(_LONGEST_PAUSE, interval))
            except NabaError as error:
                self._warn(str(error))
            sleep(pause)

    def _pass(self) -> None:
        """Do what is due until a look finds nothing more. Between two looks a step is done once."""
        while True:
            due, annotations, seen = self._look()
            if due is None:
                self._say(waiting(self.journal, seen, self.rules))
                return
            done: set[tuple[str, str]] = set()
            while due and (due.step, due.id) not in done:
                self._do(due, annotations)
                done.add((due.step, due.id))
                seen = replace(seen, earlier=frozenset(self._earlier()))
                due = next_step(self.journal, seen, self.rules)

    def _look(self) -> tuple[Due | None, Annotations, Seen]:
        client = connect(self.task.workspace)
        annotations = self.look.annotations(client)
        seen = self.look.seen(client, annotations, self._earlier())
        return next_step(self.journal, seen, self.rules), annotations, seen

    def _earlier(self) -> Iterator[str]:
        """Ids of the gold articles of the latest round."""
        last = self.journal.last(SNAPSHOT)
        gold = self.steps.round_folder(last.id) / "gold.jsonl" if last else None
        if gold and gold.is_file():
            yield from (document.id for document in read_documents(gold))

    def _do(self, due: Due, annotations: Annotations) -> None:
        """Do a step, with a line in the journal before and after it."""
        self._say(f"{due.step}: {due.why}")
        facts = self.steps.prepare(due, annotations)
        last = self.journal.last(due.step, due.id)
        if last is None or last.state != "begun":
            self.journal.add(due.step, due.id, "begun", due.why, **facts)
        try:
            outcome = self.steps.do(due, connect(self.task.workspace), annotations)
        except StudioError:
            raise  # it is begun, and goes on when the server is back
        except NabaError as error:
            self.given_up.add((due.step, due.id))
            self.journal.add(due.step, due.id, "failed", str(error))
            raise
        self.journal.add(due.step, due.id, "skipped" if outcome.skipped else "done", outcome.why, **outcome.facts)
        self._say(f"{due.step}: {outcome.why}")

    def _gone(self, error: StudioError) -> None:
        """Say and write once that the server does not answer."""
        last = self.journal.last(SERVER)
        if last is None or last.state == "back" or last.why != str(error):
            self.journal.add(SERVER, "", "gone", str(error))
        self._warn(f"{error}; waiting for it")

    def _back(self) -> None:
        last = self.journal.last(SERVER)
        if last and last.state == "gone":
            self.journal.add(SERVER, "", "back")

    def _say(self, text: str) -> None:
        """Say it, unless it was said last."""
        if text != self._said:
            terminal.say(text)
        self._said = text

    def _warn(self, text: str) -> None:
        if text != self._said:
            terminal.warn(text)
        self._said = text
