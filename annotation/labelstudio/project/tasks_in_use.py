"""The tasks that people work on at this moment: those with a draft, and those whose lock the server holds.

Label Studio locks a task for whoever gets it from "Label All Tasks" or "Label Tasks As Displayed", until that person
submits or skips it, for a day at most. Its API (1.23) tells nobody of the locks of others. Those of the embedded server
are read from its database; of another server only the drafts are known.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from annotation.labelstudio.server.client import Client, id_of
from annotation.labelstudio.server.embedded import database
from annotation.labelstudio.server.paging import pages

log = logging.getLogger(__name__)

_LOCKED = """
    select locks.task_id from tasks_tasklock as locks join task on task.id = locks.task_id
    where task.project_id = ? and locks.expire_at > datetime('now')
"""
_WAIT_SECONDS = 10.0


def tasks_in_use(client: Client, project: int, *, workspace: Path) -> frozenset[int]:
    """The numbers of the project's tasks that have a draft of anybody's or a lock."""
    drafts = {
        id_of(task)
        for page in pages(client, project, ("id", "draft_exists"), everything=True)
        for task in page
        if task.get("draft_exists")
    }
    return frozenset(drafts | _locked(project, database(workspace, client.url)))


def _locked(project: int, path: Path | None) -> set[int]:
    """The tasks with a lock that has not expired; none where the server's database is not at hand."""
    if path is None:
        return set()
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_WAIT_SECONDS)) as connection:
            return {int(number) for (number,) in connection.execute(_LOCKED, (project,))}
    except sqlite3.Error as error:
        log.warning("%s: the locks of tasks cannot be read (%s); tasks with a draft are still left alone", path, error)
        return set()
