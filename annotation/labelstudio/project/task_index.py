"""Index of the articles in a project, so that no article is added twice.

Label Studio has no key of ours, and imports everything it is sent, repeats included. So every task carries the
article's id in its `meta`, which is cheap to list; articles being sent are first recorded on disk, in case the process
dies.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from annotation.core import json_text
from annotation.core.document import Document
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.server.client import Client, id_of
from annotation.labelstudio.server.paging import pages
from annotation.storage.documents_file import atomic
from annotation.storage.json_file import read_object
from annotation.storage.special_files import check_outside_sealed

SETTLING_SECONDS = 10.0
_DIGITS = 16

log = logging.getLogger(__name__)


class Held(NamedTuple):
    """The task an article is in, and the first 16 hex digits of its text's sha256."""

    task: int
    digest: str


@dataclass
class Holdings:
    """Article id -> its task. `last` is the highest task number read; `repeats` are further tasks of an article."""

    articles: dict[str, Held] = field(default_factory=dict)
    last: int = 0
    repeats: dict[str, list[Held]] = field(default_factory=lambda: defaultdict(list))

    def add(self, id: str, held: Held) -> None:
        """Add a task. The first task of an article counts; later ones are repeats."""
        self.last = max(self.last, held.task)
        if self.articles.setdefault(id, held) != held:
            self.repeats[id].append(held)


def meta(id: str, sha256: str) -> Row:
    """The `meta` of a task, so that tasks can be listed without their text."""
    return {"naba": {"id": id, "sha256": sha256[:_DIGITS]}}


def same_text(held: Held, document: Document) -> bool:
    """Whether the task has the text that the document's offsets refer to."""
    return held.digest == document.text_sha256[:_DIGITS]


def holdings(client: Client, project: int, *, after: int = 0) -> Holdings:
    """The articles in the project, in tasks numbered above `after`.

    A repeat of the same article without annotations or drafts is deleted: it comes from an import that was taken for
    lost.
    """
    held = Holdings(last=after)
    without_meta: list[int] = []
    for page in pages(client, project, ("id", "meta"), after=after):
        for task in page:
            entry = task.get("meta")
            entry = entry.get("naba") if isinstance(entry, dict) else None
            if isinstance(entry, dict) and "id" in entry:
                held.add(str(entry["id"]), Held(id_of(task), str(entry.get("sha256", ""))))
            else:
                without_meta.append(id_of(task))
    _read_data(client, project, without_meta, held)
    _delete_repeats(client, project, held)
    return held


def _read_data(client: Client, project: int, tasks: Sequence[int], held: Holdings) -> None:
    """Add the tasks that naba did not push, whose article is named in their data only."""
    for start in range(0, len(tasks), 500):
        for page in pages(client, project, ("id", "data"), only=tasks[start : start + 500]):
            for task in page:
                data = task.get("data")
                if isinstance(data, dict) and "id" in data:
                    held.add(str(data["id"]), Held(id_of(task), str(data.get("sha256", ""))[:_DIGITS]))
                held.last = max(held.last, id_of(task))


def _delete_repeats(client: Client, project: int, held: Holdings) -> None:
    """Of the tasks of one article, keep one that was worked on, else the first; delete the unused others."""
    copies_of = {id: [held.articles[id], *more] for id, more in held.repeats.items()}
    suspects = [copy.task for copies in copies_of.values() for copy in copies]
    if not suspects:
        return
    fields = ("id", "annotations", "drafts", "result")
    tasks = [task for page in pages(client, project, fields, everything=True, only=suspects) for task in page]
    worked_on = {id_of(task) for task in tasks if task.get("annotations") or task.get("drafts")}
    for id, copies in copies_of.items():
        keep = next((copy for copy in copies if copy.task in worked_on), copies[0])
        held.articles[id] = keep
        for copy in copies:
            if copy != keep and copy.task not in worked_on and copy.digest == keep.digest:
                log.warning(
                    "article %s was in the project twice; removed task %d, which nobody worked on", id, copy.task
                )
                client.delete(f"api/tasks/{copy.task}/")


class SendingRecord:
    """A file that records which articles are being sent, so that a later run knows what may still arrive."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, ids: Sequence[str], after: int) -> None:
        """Record the ids being sent, and the last task number before them, with the time. Written atomically."""
        with atomic(self.path) as file:
            json_text.dump({"ids": list(ids), "after": after, "at": time.time()}, file)

    def clear(self) -> None:
        """Delete the file, if it exists."""
        self.path.unlink(missing_ok=True)

    def read(self) -> tuple[set[str], int, float] | None:
        """The ids, the last task number before them, and when they were sent (seconds since 1970).

        None when there is no readable record.
        """
        try:
            record = read_object(self.path)
            return set(map(str, record["ids"])), int(record["after"]), float(record["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


def await_arrivals(client: Client, project: int, note: SendingRecord) -> set[str]:
    """Wait until the recorded articles are in the project, at most SETTLING_SECONDS after they were sent.

    Returns the ids that arrived.
    """
    record = note.read()
    if record is None:
        return set()
    ids, after, at = record
    while True:
        arrived = ids & holdings(client, project, after=after).articles.keys()
        late = time.time() - at > SETTLING_SECONDS
        if arrived == ids or late:
            return arrived
        time.sleep(0.3)


@contextmanager
def alone(workspace: Path, title: str) -> Iterator[None]:
    """Lock a project against other commands on this machine; a second command waits until the first is done."""
    folder = Path(workspace) / "projects"
    check_outside_sealed(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{hashlib.sha256(title.encode()).hexdigest()[:16]}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log.warning("another command is working on project %r; waiting for it", title)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
