"""Pull: one Document for each annotation in a project.

Only tasks changed since the last pull are read; the file is the same as after a full pull.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from pydantic import ValidationError

from annotation.core import json_text
from annotation.core.errors import RegionError, StudioError
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_result
from annotation.labelstudio.convert.quarantine import Quarantined, quarantine_entry
from annotation.labelstudio.project.current_annotation import current
from annotation.labelstudio.project.project import Project, check_unchanged, find_project
from annotation.labelstudio.server.client import Client, id_of
from annotation.labelstudio.server.http_errors import resumable
from annotation.labelstudio.server.paging import count_tasks, latest_update, moment, pages
from annotation.labelstudio.server.streams import ahead
from annotation.labelstudio.sync import hand_edits
from annotation.labelstudio.sync.pull_state import State, TaskLine, merged
from annotation.storage.documents_file import atomic, line
from annotation.storage.pull_files import PullFiles
from annotation.terminal import ProgressBar

FIELDS = (
    *("id", "data", "updated_at", "annotations"),
    *("result", "completed_by", "created_username", "created_at", "lead_time", "was_cancelled", "parent_annotation"),
)
VERSION = 4
OVERLAP = timedelta(seconds=60)
"""Safety margin: a change may become visible a little later than its timestamp."""
_MANY = 200
"""Recent tasks from which on the pull first asks which of them changed: to read one takes three times as long."""
_TRIES = 3


@dataclass
class PullReport:
    """The contents of the files after a pull, and the work it took.

    documents, quarantined: lines of the two files. skipped: annotations their annotator skipped. tasks: number of tasks
    in the project. changed: tasks read in this pull. deleted: tasks deleted since the last pull. moved: a line on each
    region that was moved to the words it quotes. watermark: the time up to which all changes are included. by_hand: a
    line on each edit of a member's hand: of the page, of a task's text, and tasks deleted since the last pull.
    """

    out: Path
    documents: int = 0
    quarantined: int = 0
    skipped: int = 0
    tasks: int = 0
    changed: int = 0
    deleted: int = 0
    moved: list[str] = field(default_factory=list)
    watermark: str | None = None
    by_hand: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = {
            "quarantined": self.quarantined,
            "skipped by their annotator": self.skipped,
            "moved to the words they quote": len(self.moved),
        }
        more = "".join(f", {number:,} {what}" for what, number in counts.items() if number)
        return (
            f"{self.documents:,} annotations of {self.tasks:,} articles in {self.out}{more}; {self.changed:,} read anew"
        )


def pull(
    client: Client, *, project: str, out: Path, workspace: Path, full: bool = False, repair: bool = False
) -> PullReport:
    """Write `out`, the quarantine file beside it, and the state for the next pull: atomically, after everything is
    read.

    `full` reads everything again. `repair` moves regions to the words they quote, where these stand once nearby. Raises
    ProjectError when there is no such project, StudioDownError with the progress so far when the server stops
    answering, and StudioError when the server sends fewer tasks than it reports.
    """
    target = find_project(client, project, workspace=workspace)
    members = client.members()
    basis = json.dumps(
        [VERSION, target.id, target.born, target.ontology.hash, target.seal.ui_language, members, repair]
    )
    files = PullFiles(Path(out))
    pulling = _Pulling(client, target, members, files, None if full else State.read(files, basis), repair)
    files.out.parent.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryFile("w+", encoding="utf-8", newline="\n", dir=files.out.parent) as documents,
        TemporaryFile("w+", encoding="utf-8", newline="\n", dir=files.out.parent) as quarantine,
    ):
        with resumable(lambda: f"{len(pulling.tasks_read):,} tasks were read and {out} is as it was"):
            pulling.read(documents, quarantine)
            check_unchanged(client, target)
        return pulling.finish(documents, quarantine, basis)


class _Pulling:
    def __init__(
        self,
        client: Client,
        target: Project,
        members: dict[int, str],
        files: PullFiles,
        state: State | None,
        repair: bool,
    ) -> None:
        self.client, self.target, self.members, self.files, self.state = client, target, members, files, state
        self.repair, self.titles = repair, target.titles
        self.moved: list[str] = []
        self.earlier_tasks = set(state.tasks) if state else set[int]()
        self.skipped = dict(state.skipped) if state else {}
        self.edited = dict(state.edited) if state else {}
        self.recent: dict[int, str] = {}
        self.tasks_read: set[int] = set()
        self.deleted: set[int] = set()
        self.watermark: str | None = None

    def read(self, documents: IO[str], quarantine: IO[str]) -> None:
        """Read the changed tasks into the two files, and determine the deleted ones."""
        # Before reading: a change during the read may be missed now, but it is newer than this and is read next time.
        self.watermark = latest_update(self.client, self.target.id)
        since = None
        if self.state and self.state.watermark:
            since = moment(self.state.watermark) - OVERLAP
        total = None if since else count_tasks(self.client, self.target.id)
        stream = self._changed(since) if since else pages(self.client, self.target.id, FIELDS, everything=True)
        with ProgressBar(f"pulling from {self.target.title}", total) as bar:
            for page in ahead(stream):
                for raw in page:
                    self._task(raw, documents, quarantine)
                bar.advance(len(page))
        self._find_deleted()

    def _changed(self, since: datetime) -> Iterator[list[schemas.Row]]:
        """Pages of the tasks changed since then; of many, only those that are not as they were read.

        An import changes all its tasks, and no later pull could leave its minute behind while nothing else changes.
        Label Studio writes an annotation, and only then the time of its task: with the same time a task is the same.
        """
        wanted = partial(pages, self.client, self.target.id, FIELDS, everything=True)
        recent = self.state.recent if self.state else {}
        if len(recent) < _MANY:
            return wanted(since=since)
        listed = pages(self.client, self.target.id, ("id", "updated_at"), since=since)
        stamps = {id_of(task): str(task.get("updated_at")) for page in listed for task in page}
        self.recent = {task: stamp for task, stamp in stamps.items() if stamp == recent.get(task)}
        changed = sorted(stamps.keys() - self.recent.keys())
        if len(changed) > len(stamps) // 2:
            return wanted(since=since)
        return chain.from_iterable(wanted(only=changed[at : at + _MANY]) for at in range(0, len(changed), _MANY))

    def finish(self, documents: IO[str], quarantine: IO[str], basis: str) -> PullReport:
        """Replace the files.

        If the process dies in between, the next pull finds that the files do not match the state, and reads everything.
        """
        tasks = (self.earlier_tasks | self.tasks_read) - self.deleted
        skipped = {task: number for task, number in self.skipped.items() if task in tasks}
        report = PullReport(
            self.files.out,
            skipped=sum(skipped.values()),
            tasks=len(tasks),
            changed=len(self.tasks_read - self.deleted),
            deleted=len(self.deleted & self.earlier_tasks),
            moved=self.moved,
            watermark=self.watermark,
            by_hand=self._by_hand(tasks),
        )
        report.documents = self._replace(self.files.out, documents)
        report.quarantined = self._replace(self.files.quarantine, quarantine)
        annotators = self.target.annotators
        edited = {task: line for task, line in self.edited.items() if task in tasks}
        digest, recent = self.files.digest(), self._still_recent(tasks)
        state = State(basis, self.watermark, sorted(tasks), skipped, digest, annotators, edited, recent)
        state.write(self.files.state)
        return report

    def _still_recent(self, tasks: Collection[int]) -> dict[int, str]:
        """The tasks changed so late that the next pull looks at them again, with that time."""
        if self.watermark is None:
            return {}
        since = moment(self.watermark) - OVERLAP
        return {task: stamp for task, stamp in self.recent.items() if task in tasks and moment(stamp) >= since}

    def _task(self, raw: schemas.Row, documents: IO[str], quarantine: IO[str]) -> None:
        number = id_of(raw)
        self.tasks_read.add(number)
        self.recent[number] = str(raw.get("updated_at"))
        self.skipped.pop(number, None)
        self.edited.pop(number, None)
        if edit := hand_edits.edited_text(raw):
            self.edited[number] = edit
        try:
            task = schemas.Task.model_validate(self._with_names(raw))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            fault = RegionError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", "mend it in Label Studio")
            entry = quarantine_entry(fault, raw.get("annotations"), task=number, annotation=None)
            _put(quarantine, number, _row(entry))
            return
        for annotation in current(task.annotations):
            if annotation.was_cancelled:
                self.skipped[number] = self.skipped.get(number, 0) + 1
                continue
            converted = from_result(
                task, annotation, ontology=self.target.ontology, titles=self.titles, repair=self.repair
            )
            self.moved += converted.moved
            if converted.document is not None:
                _put(documents, number, line(converted.document))
            for item in converted.quarantined:
                _put(quarantine, number, _row(item))

    def _with_names(self, raw: schemas.Row) -> schemas.Row:
        """The task with e-mail addresses added to the numbers of its annotators."""
        annotations = raw.get("annotations")
        for annotation in annotations if isinstance(annotations, list) else ():
            user = annotation.get("completed_by") if isinstance(annotation, dict) else None
            if isinstance(user, int) and user in self.members:
                annotation["completed_by"] = {"id": user, "email": self.members[user]}
        return raw

    def _find_deleted(self) -> None:
        """Find the tasks deleted since the last pull.

        Task numbers only grow and are never reused. So if the server counts as many tasks up to our highest number as
        we have, none was deleted.
        """
        for _ in range(_TRIES):
            tasks = (self.earlier_tasks | self.tasks_read) - self.deleted
            count = count_tasks(self.client, self.target.id, until=max(tasks, default=0))
            if count == len(tasks):
                return
            listed = {id_of(task) for page in pages(self.client, self.target.id, ("id",)) for task in page}
            self.deleted |= tasks - listed
        raise StudioError(
            f"{self.client.url}: project {self.target.title!r} has {count} tasks but {len(tasks)} came; pull again"
        )

    def _by_hand(self, tasks: set[int]) -> list[str]:
        """The lines of the report, before the files are replaced: the old one knows what was in deleted tasks."""
        page = hand_edits.edited_page(self.target)
        gone = hand_edits.deleted_tasks(self.files.out, self.deleted & self.earlier_tasks)
        return [*page, *(self.edited[task] for task in sorted(self.edited) if task in tasks), *gone]

    def _replace(self, path: Path, spool: IO[str]) -> int:
        spool.seek(0)
        fresh = (entry for entry in _spooled(spool) if entry[0] not in self.deleted)
        lines = (
            merged(path, fresh, without=self.tasks_read | self.deleted) if self.state else (text for _, text in fresh)
        )
        with atomic(path) as file:
            return sum(1 for text in lines if file.write(text))


def _put(spool: IO[str], task: int, text: str) -> None:
    spool.write(f"{task}\t{text}")


def _spooled(spool: IO[str]) -> Iterator[TaskLine]:
    for entry in spool:
        task, _, text = entry.partition("\t")
        yield int(task), text


def _row(item: Quarantined) -> str:
    return json_text.dumps(asdict(item)) + "\n"
