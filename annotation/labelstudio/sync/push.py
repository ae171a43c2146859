"""Articles -> tasks. A second push adds only what is new, wherever the first one ended."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from annotation.core.document import Document
from annotation.core.errors import StudioDownError, StudioError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import to_task_data
from annotation.labelstudio.project.project import Project, ensure
from annotation.labelstudio.project.task_index import Held, Holdings, Note, alone, await_arrivals, holdings, meta
from annotation.labelstudio.server.client import Client, NotCarriedOutError
from annotation.labelstudio.server.streams import ahead, batched, progress_bar

CHUNK_BYTES = 16 << 20
CHUNK_TASKS = 2000
_TRIES = 3
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")

log = logging.getLogger(__name__)


@dataclass
class PushReport:
    """How many articles became tasks, were there already, or could not go.

    changed: ids whose text differs from the task's, which stays as it is. refused: ids of texts with characters that no
    JSON can carry.
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


class _Parcel(NamedTuple):
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
    """Make the project when missing, and a task of every article whose id it does not hold yet.

    Documents are read as they are sent. Raises ProjectError when the project is not as naba would make it, and
    StudioDownError, saying how far it got, when the server stays away; the same call again goes on from there.
    """
    with alone(workspace, project):
        target = ensure(
            client, project, ontology=ontology, ui_language=ui_language, annotators=annotators, workspace=workspace
        )
        sending = _Sending(client, target, Path(target.home or workspace))
        total = len(documents) if isinstance(documents, list | tuple) else None
        try:
            sending.send(documents, chunk_tasks, total)
        except StudioDownError as error:
            of = f" of {total:,}" if total else ""
            done = sending.report.created + sending.report.skipped
            raise StudioDownError(
                f"{error}; {done:,}{of} articles are there; run the same command again to go on"
            ) from (error)
    return sending.report


class _Sending:
    def __init__(self, client: Client, target: Project, home: Path) -> None:
        self.client, self.target = client, target
        self.note = Note(home / "push.json")
        self.report = PushReport(client.url, target.id)
        self.held = Holdings()
        self.last = 0
        self.doubtful = False

    def send(self, documents: Iterable[Document], chunk_tasks: int, total: int | None) -> None:
        await_arrivals(self.client, self.target.id, self.note)
        self.note.clear()
        self.held = holdings(self.client, self.target.id)
        self.last = self.held.last
        parcels = batched(self._new(documents), size=lambda p: len(p.body), most=CHUNK_BYTES, count=chunk_tasks)
        with progress_bar(f"pushing to {self.target.title}", total) as advance:
            known = 0
            for chunk in ahead(parcels):
                self._import(chunk)
                advance(len(chunk) + self.report.skipped - known)
                known = self.report.skipped
        if self.doubtful:
            holdings(self.client, self.target.id)

    def _new(self, documents: Iterable[Document]) -> Iterator[_Parcel]:
        """The tasks to be made. An article is noted as held once it is on its way, so a repeat is not sent."""
        for document in documents:
            held = self.held.articles.get(document.id)
            mark = meta(document.id, document.text_sha256)
            digest = mark["naba"]["sha256"]  # type: ignore[index]
            if held is not None and held.digest == digest:
                self.report.skipped += 1
            elif held is not None:
                self._changed(document.id)
            elif (body := _body(document, mark)) is None:
                self._refused(document.id)
            else:
                self.held.articles[document.id] = Held(0, digest)
                yield _Parcel(document.id, body)

    def _import(self, chunk: list[_Parcel]) -> None:
        """Make the tasks of a chunk, each once, even when the server falls silent half-way."""
        for attempt in range(_TRIES):
            self.note.write([parcel.id for parcel in chunk], self.last)
            try:
                self._request(chunk)
                break
            except NotCarriedOutError:
                self.note.clear()
                raise
            except StudioDownError as error:
                log.warning("%s; looking at what arrived", error)
                self.doubtful = True
                arrived = await_arrivals(self.client, self.target.id, self.note)
                self.report.created += len(arrived)
                chunk = [parcel for parcel in chunk if parcel.id not in arrived]
                if chunk and attempt == _TRIES - 1:
                    raise
                if not chunk:
                    break
        self.note.clear()

    def _request(self, chunk: list[_Parcel]) -> None:
        body = b"[" + b",".join(parcel.body for parcel in chunk) + b"]"
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


def _body(document: Document, mark: dict[str, object]) -> bytes | None:
    """The task as it is sent; None when a server could not store it or could never show it again."""
    text = json.dumps({"data": to_task_data(document), "meta": mark}, ensure_ascii=False)
    if "\\u0000" in text and _NUL.search(text):
        return None
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None
