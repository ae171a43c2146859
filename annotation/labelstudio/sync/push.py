"""Push: articles become tasks of a project. A second push adds only articles that are not in the project yet."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from annotation.core.document import Document
from annotation.core.errors import ProjectError, StudioDownError, StudioError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import to_task_data
from annotation.labelstudio.project.project import Project, ensure, find_project
from annotation.labelstudio.project.task_index import (
    Held,
    Holdings,
    SendingRecord,
    alone,
    await_arrivals,
    holdings,
    meta,
)
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.http_errors import NotCarriedOutError, resumable
from annotation.labelstudio.server.streams import ahead, batched
from annotation.terminal import ProgressBar

CHUNK_BYTES = 16 << 20
CHUNK_TASKS = 2000
_TRIES = 3
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")

log = logging.getLogger(__name__)


@dataclass
class PushReport:
    """How many articles became tasks, were in the project before, or could not be sent.

    changed: ids whose text differs from the task's text, which stays as it is. refused: ids of texts with characters
    that JSON cannot represent.
    """

    url: str
    project_id: int
    created: int = 0
    skipped: int = 0
    changed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = {"already there": self.skipped, "there with another text": len(self.changed)}
        more = "".join(f", {count:,} {what}" for what, count in counts.items() if count)
        unfit = f", {len(self.refused):,} unfit to travel" if self.refused else ""
        return f"{self.created:,} articles pushed to {self.url}/projects/{self.project_id}{more}{unfit}"


class _NewTask(NamedTuple):
    id: str
    body: bytes


def push(
    client: Client,
    documents: Iterable[Document],
    *,
    project: str,
    ontology: Ontology,
    ui_language: str = "en",
    annotators: int | None = None,
    workspace: Path,
    chunk_tasks: int = CHUNK_TASKS,
) -> PushReport:
    """Create the project when missing, and a task for every article whose id is not in it yet.

    Documents are read while they are sent. Raises ProjectError when the project differs from the request, and
    StudioDownError with the progress so far when the server stops answering; the same call then resumes.
    """
    with alone(workspace, project):
        target = ensure(
            client, project, ontology=ontology, ui_language=ui_language, annotators=annotators, workspace=workspace
        )
        sending = _Sending(client, target, workspace)
        total = len(documents) if isinstance(documents, list | tuple) else None
        with resumable(lambda: sending.progress(total)):
            sending.send(documents, chunk_tasks, total)
    return sending.report


class _Sending:
    def __init__(self, client: Client, target: Project, workspace: Path) -> None:
        self.client, self.target, self.workspace = client, target, workspace
        self.note = SendingRecord(Path(target.home or workspace) / "push.json")
        self.report = PushReport(client.url, target.id)
        self.held = Holdings()
        self.last = 0
        self.uncertain = False

    def send(self, documents: Iterable[Document], chunk_tasks: int, total: int | None) -> None:
        """Send the new tasks in chunks, after waiting for those an interrupted run had sent."""
        await_arrivals(self.client, self.target.id, self.note)
        self.note.clear()
        self.held = holdings(self.client, self.target.id)
        before = self.last = self.held.last
        chunks = batched(self._new(documents), size=lambda task: len(task.body), most=CHUNK_BYTES, count=chunk_tasks)
        with ProgressBar(f"pushing to {self.target.title}", total) as bar:
            skipped_before = 0
            for chunk in ahead(chunks):
                self._import(chunk)
                bar.advance(len(chunk) + self.report.skipped - skipped_before)
                skipped_before = self.report.skipped
        if self.uncertain:
            holdings(self.client, self.target.id)
        elif self.report.created:
            # Another machine may have pushed the same meanwhile. Whoever is last sees both copies, and one goes.
            holdings(self.client, self.target.id, after=before)

    def progress(self, total: int | None) -> str:
        """How many articles are in the project, in words."""
        of = f" of {total:,}" if total else ""
        return f"{self.report.created + self.report.skipped:,}{of} articles are there"

    def _new(self, documents: Iterable[Document]) -> Iterator[_NewTask]:
        """The tasks to create. An article counts as held as soon as it is yielded, so a repeat is not sent."""
        for document in documents:
            held = self.held.articles.get(document.id)
            task_meta = meta(document.id, document.text_sha256)
            digest = task_meta["naba"]["sha256"]  # type: ignore[index]
            if held is not None and held.digest == digest:
                self.report.skipped += 1
            elif held is not None:
                self._changed(document.id)
            elif (body := _body(document, task_meta)) is None:
                self._refused(document.id)
            else:
                self.held.articles[document.id] = Held(0, digest)
                yield _NewTask(document.id, body)

    def _import(self, chunk: list[_NewTask]) -> None:
        """Create the tasks of a chunk, each exactly once, even when the server stops answering in between."""
        for attempt in range(_TRIES):
            self.note.write([task.id for task in chunk], self.last)
            try:
                self._request(chunk)
                break
            except NotCarriedOutError:
                self.note.clear()
                raise
            except ProjectError:
                if not (chunk := self._elsewhere(chunk)):
                    break
            except StudioDownError as error:
                log.warning("%s; looking at what arrived", error)
                self.uncertain = True
                arrived = await_arrivals(self.client, self.target.id, self.note)
                self.report.created += len(arrived)
                chunk = [task for task in chunk if task.id not in arrived]
                if chunk and attempt == _TRIES - 1:
                    raise
                if not chunk:
                    break
        self.note.clear()

    def _elsewhere(self, chunk: list[_NewTask]) -> list[_NewTask]:
        """What of the chunk is missing in the older project of the title, for which another machine removed this one.

        Raises ProjectError where there is no other.
        """
        target = find_project(self.client, self.target.title, workspace=self.workspace)
        if target.id == self.target.id:
            raise ProjectError(f"project {target.title!r} takes no tasks; look at its settings in Label Studio")
        log.warning("project %r was there twice; going on in number %d", target.title, target.id)
        self.target, self.report.project_id = target, target.id
        self.note.clear()
        self.note = SendingRecord(Path(target.home or self.workspace) / "push.json")
        self.held = holdings(self.client, target.id)
        self.last = self.held.last
        return [task for task in chunk if task.id not in self.held.articles]

    def _request(self, chunk: list[_NewTask]) -> None:
        body = b"[" + b",".join(task.body for task in chunk) + b"]"
        answer = self.client.create(f"api/projects/{self.target.id}/import", body, return_task_ids="true")
        tasks = answer.get("task_ids")
        if not isinstance(tasks, list) or len(tasks) != len(chunk):
            raise StudioError(f"{self.client.url} does not say which tasks it made; is it another version?")
        self.last = max(self.last, *map(int, tasks))
        self.report.created += len(chunk)

    def _changed(self, id: str) -> None:
        self.report.changed.append(id)
        log.warning("article %s is in the project with another text, which stays; push it under another id", id)

    def _refused(self, id: str) -> None:
        self.report.refused.append(id)
        log.warning("article %s holds characters that cannot travel (NUL, or half of a surrogate pair); mend it", id)


def _body(document: Document, task_meta: dict[str, object]) -> bytes | None:
    """The JSON of a task; None when a server could not store it or could not display it again."""
    text = json.dumps({"data": to_task_data(document), "meta": task_meta}, ensure_ascii=False)
    if "\\u0000" in text and _NUL.search(text):
        return None
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None
