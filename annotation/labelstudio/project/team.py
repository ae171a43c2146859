"""What each person of a team has done in projects, and what waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC

from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.server.client import Client, id_of, rows
from annotation.labelstudio.server.paging import moment, pages
from annotation.labelstudio.server.streams import ahead
from annotation.terminal import ProgressBar

FIELDS = ("id", "annotations", "draft_exists", "completed_by", "updated_at", "was_cancelled")
HEADER = ("annotator", "submitted", "drafts", "waiting", "last work (UTC)")


@dataclass
class Work:
    """One person's work, in articles. `waiting`: not done by them, and not by as many as are to annotate it.

    last: when they last submitted, changed or drafted something, as ISO 8601 in UTC; None where they never did.
    """

    submitted: int = 0
    drafts: int = 0
    waiting: int = 0
    last: str | None = None

    def seen(self, stamp: object) -> None:
        """Take note of something done at this time, as the server writes it."""
        if isinstance(stamp, str):
            at = moment(stamp).astimezone(UTC).isoformat(timespec="seconds")
            self.last = max(self.last or at, at)

    def row(self) -> tuple[object, ...]:
        """The figures for a table, in the order of `HEADER` after the name."""
        last = self.last[:16].replace("T", " ") if self.last else "never"
        return (self.submitted, self.drafts, self.waiting, last)


def team(client: Client, projects: Iterable[str]) -> dict[str, Work]:
    """The work of every member of the organization in the projects of these titles, by e-mail address.

    Raises ProjectError when naba made no project of one of the titles.
    """
    members = client.members()
    work = {email: Work() for email in sorted(members.values())}
    for title in projects:
        project = find_project(client, title)
        with ProgressBar(f"counting in {title}") as bar:
            for page in ahead(pages(client, project.id, FIELDS, everything=True)):
                for task in page:
                    _count(client, project, task, members, work)
                bar.advance(len(page))
    return work


def _count(client: Client, project: Project, task: Row, members: Mapping[int, str], work: dict[str, Work]) -> None:
    """Count one article for everybody."""
    submitted, skipped = set[str](), set[str]()
    for annotation in rows(task.get("annotations") or []):
        user = annotation.get("completed_by")
        name = members.get(user, "") if isinstance(user, int) else ""
        if name:
            (skipped if annotation.get("was_cancelled") else submitted).add(name)
            work[name].seen(annotation.get("updated_at"))
    for name in submitted:
        work[name].submitted += 1
    if len(submitted) < project.annotators:
        for name in work.keys() - submitted - skipped:
            work[name].waiting += 1
    if task.get("draft_exists"):
        _count_drafts(client, id_of(task), work)


def _count_drafts(client: Client, task: int, work: dict[str, Work]) -> None:
    """Count the drafts in an article once for each person. A page of tasks would hold the caller's own only."""
    drafts = [draft for draft in rows(client.get(f"api/tasks/{task}/drafts")) if str(draft.get("user")) in work]
    for draft in drafts:
        work[str(draft["user"])].seen(draft.get("updated_at"))
    for name in {str(draft["user"]) for draft in drafts}:
        work[name].drafts += 1
