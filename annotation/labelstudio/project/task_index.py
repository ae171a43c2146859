"""Which articles a project holds, so that none is ever put there twice.

Label Studio has no key of ours, and imports what it is sent as often as it is sent. So every task carries the article's
id in its `meta`, which costs little to list; what was on its way when a process died is noted on disk before it goes.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from annotation.core.document import Document
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.paging import pages
from annotation.storage.documents_file import atomic

SETTLING_SECONDS = 10.0
_DIGITS = 16

log = logging.getLogger(__name__)


class Held(NamedTuple):
    """Where an article is, and the beginning of its text's sha256."""

    task: int
    digest: str


@dataclass
class Holdings:
    """Article id -> where it is; `last` is the highest task number seen."""

    articles: dict[str, Held] = field(default_factory=dict)
    last: int = 0
    repeats: dict[str, list[Held]] = field(default_factory=lambda: defaultdict(list))

    def add(self, id: str, held: Held) -> None:
        """Take note of a task. The first one of an article counts; the others are repeats."""
        self.last = max(self.last, held.task)
        if self.articles.setdefault(id, held) != held:
            self.repeats[id].append(held)


def meta(id: str, sha256: str) -> Row:
    """What a task carries so that it can be listed without its text."""
    return {"naba": {"id": id, "sha256": sha256[:_DIGITS]}}


def same_text(held: Held, document: Document) -> bool:
    """Whether the task shows the text the document's offsets count in."""
    return held.digest == document.text_sha256[:_DIGITS]


def holdings(client: Client, project: int, *, after: int = 0) -> Holdings:
    """The articles in the project, in tasks numbered above `after`.

    A repeat of the same article that nobody worked on is removed: it is what an import left that was taken for lost.
    """
    held = Holdings(last=after)
    unmarked: list[int] = []
    for page in pages(client, project, ("id", "meta"), after=after):
        for task in page:
            mark = task.get("meta")
            mark = mark.get("naba") if isinstance(mark, dict) else None
            if isinstance(mark, dict) and "id" in mark:
                held.add(str(mark["id"]), Held(_number(task), str(mark.get("sha256", ""))))
            else:
                unmarked.append(_number(task))
    _read_unmarked(client, project, unmarked, held)
    _heal(client, project, held)
    return held


def _read_unmarked(client: Client, project: int, tasks: Sequence[int], held: Holdings) -> None:
    """Tasks that came by another way than a push tell their article only in their data."""
    for start in range(0, len(tasks), 500):
        for page in pages(client, project, ("id", "data"), only=tasks[start : start + 500]):
            for task in page:
                data = task.get("data")
                if isinstance(data, dict) and "id" in data:
                    held.add(str(data["id"]), Held(_number(task), str(data.get("sha256", ""))[:_DIGITS]))
                held.last = max(held.last, _number(task))


def _heal(client: Client, project: int, held: Holdings) -> None:
    same = {id: [held.articles[id], *more] for id, more in held.repeats.items()}
    suspects = [copy.task for copies in same.values() for copy in copies]
    if not suspects:
        return
    fields = ("id", "annotations", "drafts", "result")
    tasks = [task for page in pages(client, project, fields, everything=True, only=suspects) for task in page]
    worked_on = {_number(task) for task in tasks if task.get("annotations") or task.get("drafts")}
    for id, copies in same.items():
        keep = next((copy for copy in copies if copy.task in worked_on), copies[0])
        held.articles[id] = keep
        for copy in copies:
            if copy != keep and copy.task not in worked_on and copy.digest == keep.digest:
                log.warning(
                    "article %s was in the project twice; removed task %d, which nobody worked on", id, copy.task
                )
                client.delete(f"api/tasks/{copy.task}/")


class Note:
    """What is on its way to the server, on disk, so that a later run knows what may still arrive."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, ids: Sequence[str], after: int) -> None:
        with atomic(self.path) as file:
            json.dump({"ids": list(ids), "after": after, "at": time.time()}, file)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)

    def read(self) -> tuple[set[str], int, float] | None:
        """The ids, the last task number before them, and when they were sent."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            return set(map(str, kept["ids"])), int(kept["after"]), float(kept["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


def await_arrivals(client: Client, project: int, note: Note) -> set[str]:
    """Wait until what the note says has arrived, or is so late that it never will; what did arrive."""
    waiting = note.read()
    if waiting is None:
        return set()
    ids, after, at = waiting
    while True:
        arrived = ids & holdings(client, project, after=after).articles.keys()
        late = time.time() - at > SETTLING_SECONDS
        if arrived == ids or late:
            return arrived
        time.sleep(0.3)


@contextmanager
def alone(workspace: Path, title: str) -> Iterator[None]:
    """Keep other commands on this machine from changing the same project meanwhile; a second one waits its turn."""
    folder = Path(workspace) / "projects"
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


def _number(task: Row) -> int:
    return int(str(task["id"]))
