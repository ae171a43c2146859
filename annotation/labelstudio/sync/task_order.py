"""An order put into a project, so that annotators get its articles one after the other.

What orders an annotator's stream on an open-source server (1.23.2): `Label All Tasks` follows the project's sampling.
That is ascending task number, which nothing changes, or ascending prediction score, which is a random order as soon as
the server has a second member. `Label Tasks As Displayed` follows the filters and the order of the tab it is pressed
in. So each article's place is written into its task's data, and a tab lists the articles that have one in that order.

Such a stream passes over articles that are finished, but not over one that a colleague has open: people who label at
the same time need a list each, or get the same article.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from annotation.core.document import Document
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.project.task_index import Holdings, alone, holdings, same_text
from annotation.labelstudio.server.client import Client, row, rows
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.server.streams import ahead, progress_bar
from annotation.selection.active_learning import Queued

PLACE = "queue"
"""The key of a task's data that says its list and its rank there: 01/00007. An order of texts is that of the ranks."""
TITLES = {"ar": "التالي في التوسيم", "he": "הבאים לתיוג", "en": "Next to label"}
_EVERYTHING = "Default"
_SHOWN = {
    *("tasks:id", "tasks:total_annotations", "tasks:annotators", "tasks:total_predictions"),
    *(f"tasks:data.{key}" for key in (PLACE, "language", "title", "text")),
}


@dataclass
class QueueReport:
    """placed: articles that have a place now. changed: tasks that had none, or another. cleared: those that had one."""

    url: str = ""
    placed: int = 0
    changed: int = 0
    cleared: int = 0
    tabs: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        cleared = f", {self.cleared:,} earlier places cleared" if self.cleared else ""
        tabs = f"tab{'s' if len(self.tabs) > 1 else ''} {' and '.join(f'{title!r}' for title in self.tabs)}"
        return (
            f"{self.placed:,} articles in order ({self.changed:,} changed{cleared}) in the {tabs} of {self.url}; "
            "there, under the arrow beside 'Label All Tasks', choose 'Label Tasks As Displayed'"
        )

    def as_dict(self) -> dict[str, object]:
        """The same for a machine."""
        return asdict(self)


@dataclass(frozen=True)
class Waiting:
    """What a project holds, and which of its articles have all the annotations they are to have."""

    held: Holdings
    done: frozenset[str]

    def has(self, document: Document) -> bool:
        """Whether the project has the article, with this text."""
        held = self.held.articles.get(document.id)
        return held is not None and same_text(held, document)


def waiting(client: Client, *, project: str, workspace: Path) -> Waiting:
    """Look at a project before its articles are put in order. Raises ProjectError when there is none of that title."""
    target = find_project(client, project, workspace=workspace)
    held = holdings(client, target.id)
    listed = (task for page in pages(client, target.id, ("id", "is_labeled")) for task in page)
    finished = {task["id"] for task in listed if task.get("is_labeled")}
    return Waiting(held, frozenset(id for id, place in held.articles.items() if place.task in finished))


def arrange(client: Client, order: Sequence[Queued], *, project: str, workspace: Path, lists: int = 1) -> QueueReport:
    """Put the project's tasks in this order and no other, dealt out to so many lists, a tab each.

    Only what differs is written, so that the same call again, also after one that broke off, does what is left to do.
    Raises ProjectError when there is no such project.
    """
    with alone(workspace, project):
        target = find_project(client, project, workspace=workspace)
        report = QueueReport(f"{client.url}/projects/{target.id}")
        places = {queued.id: _place(number, lists) for number, queued in enumerate(order)}
        with progress_bar(f"ordering {target.title}") as advance:
            for page in ahead(pages(client, target.id, ("id", "data"))):
                for task in page:
                    _put(client, task, places, report)
                advance(len(page))
        report.tabs = _titles(target.seal.ui_language, lists)
        _show(client, target.id, report.tabs, ours=TITLES[target.seal.ui_language])
        return report


def _place(number: int, lists: int) -> str:
    return f"{number % lists + 1:02}/{number // lists + 1:05}"


def _put(client: Client, task: Row, places: dict[str, str], report: QueueReport) -> None:
    data = task.get("data")
    if not isinstance(data, dict):
        return
    place, before = places.get(str(data.get("id")), ""), str(data.get(PLACE) or "")
    report.placed += bool(place)
    if place != before:
        report.changed += bool(place)
        report.cleared += not place
        client.change(f"api/tasks/{task['id']}/", {"data": {**data, PLACE: place}})


def _titles(ui_language: str, lists: int) -> list[str]:
    title = TITLES[ui_language]
    return [title] if lists == 1 else [f"{title} {number}" for number in range(1, lists + 1)]


def _show(client: Client, project: int, titles: Sequence[str], ours: str) -> None:
    """Make the tabs that are missing and take away those of more lists; the others stay, since people work in them.

    A project without any saved tab shows one of everything, which has to be saved too, or it would be gone.
    """
    views = rows(client.get("api/dm/views/", project=project))
    there = {str(row(view["data"]).get("title")): view for view in views if isinstance(view.get("data"), dict)}
    for number, title in enumerate(titles, start=1):
        if title not in there:
            client.create("api/dm/views/", {"project": project, "data": _tab(client, project, title, number)})
    if not views:
        everything = {"title": _EVERYTHING, "type": "list", "target": "tasks"}
        client.create("api/dm/views/", {"project": project, "data": everything})
    for title, view in there.items():
        if title.partition(ours)[:2] == ("", ours) and title not in titles:
            client.delete(f"api/dm/views/{view['id']}/")


def _tab(client: Client, project: int, title: str, number: int) -> Row:
    """What has a place in the list and is not finished, in order, and of the columns those that help to choose."""
    items = [
        {"filter": f"filter:tasks:data.{PLACE}", "operator": "contains", "type": "String", "value": f"{number:02}/"},
        {"filter": "filter:tasks:completed_at", "operator": "empty", "type": "Datetime", "value": True},
    ]
    columns = rows(row(client.get("api/dm/columns/", project=project)).get("columns"))
    names = (f"tasks:{'data.' if column.get('parent') == 'data' else ''}{column['id']}" for column in columns)
    return {
        "title": title,
        "type": "list",
        "target": "tasks",
        "filters": {"conjunction": "and", "items": items},
        "ordering": [f"tasks:data.{PLACE}"],
        "hiddenColumns": {"explore": sorted(set(names) - _SHOWN), "labeling": []},
    }
