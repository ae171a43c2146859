"""Annotations -> Documents, one each. What changed since the last pull is brought up to date; the file is as if new."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from pydantic import ValidationError

from annotation.core.errors import StudioDownError, StudioError
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_result
from annotation.labelstudio.convert.quarantine import Quarantined
from annotation.labelstudio.project.current_annotation import current
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.paging import count_tasks, latest_update, moment, pages
from annotation.labelstudio.server.streams import ahead, progress_bar
from annotation.labelstudio.sync.pull_state import State, TaskLine, merged
from annotation.storage.documents_file import atomic, line
from annotation.storage.pull_files import PullFiles

FIELDS = (
    *("id", "data", "updated_at", "annotations"),
    *("result", "completed_by", "created_username", "created_at", "lead_time", "was_cancelled", "parent_annotation"),
)
VERSION = 2
OVERLAP = timedelta(seconds=60)
"""A change may become visible a little later than its time says."""
_TRIES = 3

log = logging.getLogger(__name__)


@dataclass
class PullReport:
    """What the files hold after a pull, and what it took.

    documents, quarantined: lines of the two files. skipped: annotations whose annotator passed the task. tasks: in the
    project. changed: tasks read anew. deleted: tasks gone since the last pull. watermark: everything up to then is in.
    """

    out: Path
    documents: int = 0
    quarantined: int = 0
    skipped: int = 0
    tasks: int = 0
    changed: int = 0
    deleted: int = 0
    watermark: str | None = None

    def __str__(self) -> str:
        counts = {"quarantined": self.quarantined, "skipped by their annotator": self.skipped}
        more = "".join(f", {number:,} {what}" for what, number in counts.items() if number)
        return (
            f"{self.documents:,} annotations of {self.tasks:,} articles in {self.out}{more}; {self.changed:,} read anew"
        )


def pull(client: Client, *, project: str, out: Path, workspace: Path, full: bool = False) -> PullReport:
    """Write `out`, what had to be quarantined beside it, and a note for the next pull. All are replaced or none.

    `full` reads everything again. Raises ProjectError when there is no such project, StudioDownError, saying how far
    it got, when the server stays away, and StudioError when the server does not give all it says it has.
    """
    target = find_project(client, project, workspace=workspace)
    if target.seal.edited:
        log.warning("the interface of project %r was edited by hand (%s)", project, target.seal.edited)
    members = client.members()
    basis = json.dumps([VERSION, target.id, target.born, target.ontology.hash, target.seal.ui_language, members])
    files = PullFiles(Path(out))
    pulling = _Pulling(client, target, members, files, None if full else State.read(files, basis))
    files.out.parent.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryFile("w+", encoding="utf-8", newline="\n", dir=files.out.parent) as documents,
        TemporaryFile("w+", encoding="utf-8", newline="\n", dir=files.out.parent) as quarantine,
    ):
        try:
            pulling.read(documents, quarantine)
        except StudioDownError as error:
            raise StudioDownError(
                f"{error}; {len(pulling.seen):,} tasks were read and {out} is as it was; run the same command again"
            ) from error
        return pulling.finish(documents, quarantine, basis)


class _Pulling:
    def __init__(
        self, client: Client, target: Project, members: dict[int, str], files: PullFiles, state: State | None
    ) -> None:
        self.client, self.target, self.members, self.files, self.state = client, target, members, files, state
        self.titles = target.titles
        self.known = set(state.tasks) if state else set[int]()
        self.skipped = dict(state.skipped) if state else {}
        self.seen: set[int] = set()
        self.gone: set[int] = set()
        self.watermark: str | None = None

    def read(self, documents: IO[str], quarantine: IO[str]) -> None:
        """Fetch what changed, and find out what was deleted."""
        # Taken before reading: what changes while we read may be missed now, and is then newer than this.
        self.watermark = latest_update(self.client, self.target.id)
        since = None
        if self.state and self.state.watermark:
            since = moment(self.state.watermark) - OVERLAP
        stream = pages(self.client, self.target.id, FIELDS, everything=True, since=since)
        total = None if since else count_tasks(self.client, self.target.id)
        with progress_bar(f"pulling from {self.target.title}", total) as advance:
            for page in ahead(stream):
                for raw in page:
                    self._task(raw, documents, quarantine)
                advance(len(page))
        self._find_gone()

    def finish(self, documents: IO[str], quarantine: IO[str], basis: str) -> PullReport:
        """Replace the files. Should we die between two, the next pull sees that they do not fit and reads it all."""
        tasks = (self.known | self.seen) - self.gone
        skipped = {task: number for task, number in self.skipped.items() if task in tasks}
        report = PullReport(
            self.files.out,
            skipped=sum(skipped.values()),
            tasks=len(tasks),
            changed=len(self.seen - self.gone),
            deleted=len(self.gone & self.known),
            watermark=self.watermark,
        )
        report.documents = self._replace(self.files.out, documents)
        report.quarantined = self._replace(self.files.quarantine, quarantine)
        State(basis, self.watermark, sorted(tasks), skipped, self.files.digest()).write(self.files.state)
        return report

    def _task(self, raw: schemas.Row, documents: IO[str], quarantine: IO[str]) -> None:
        number = int(str(raw["id"]))
        self.seen.add(number)
        self.skipped.pop(number, None)
        try:
            task = schemas.Task.model_validate(self._with_names(raw))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            reason = f"task {number}: {'.'.join(map(str, first['loc']))}: {first['msg']}; mend it in Label Studio"
            _put(quarantine, number, _row(Quarantined(number, None, None, reason, raw.get("annotations"))))
            return
        for annotation in current(task.annotations):
            if annotation.was_cancelled:
                self.skipped[number] = self.skipped.get(number, 0) + 1
                continue
            converted = from_result(task, annotation, ontology=self.target.ontology, titles=self.titles)
            if converted.document is not None:
                _put(documents, number, line(converted.document))
            for item in converted.quarantined:
                _put(quarantine, number, _row(item))

    def _with_names(self, raw: schemas.Row) -> schemas.Row:
        """The task with its annotators' e-mail addresses in place of their numbers."""
        annotations = raw.get("annotations")
        for annotation in annotations if isinstance(annotations, list) else ():
            who = annotation.get("completed_by") if isinstance(annotation, dict) else None
            if isinstance(who, int) and who in self.members:
                annotation["completed_by"] = {"id": who, "email": self.members[who]}
        return raw

    def _find_gone(self) -> None:
        """Numbers are never given twice and only grow, so where none is missing up to our highest, none is gone."""
        for _ in range(_TRIES):
            tasks = (self.known | self.seen) - self.gone
            there = count_tasks(self.client, self.target.id, until=max(tasks, default=0))
            if there == len(tasks):
                return
            listed = {int(str(t["id"])) for page in pages(self.client, self.target.id, ("id",)) for t in page}
            self.gone |= tasks - listed
        raise StudioError(
            f"{self.client.url}: project {self.target.title!r} has {there} tasks but {len(tasks)} came; pull again"
        )

    def _replace(self, path: Path, spool: IO[str]) -> int:
        spool.seek(0)
        fresh = (entry for entry in _spooled(spool) if entry[0] not in self.gone)
        lines = merged(path, fresh, without=self.seen | self.gone) if self.state else (text for _, text in fresh)
        with atomic(path) as file:
            return sum(1 for text in lines if file.write(text))


def _put(spool: IO[str], task: int, text: str) -> None:
    spool.write(f"{task}\t{text}")


def _spooled(spool: IO[str]) -> Iterator[TaskLine]:
    for entry in spool:
        task, _, text = entry.partition("\t")
        yield int(task), text


def _row(item: Quarantined) -> str:
    return json.dumps(asdict(item), ensure_ascii=False) + "\n"
