"""Order of the tasks in a project, in which annotators receive the articles.

What determines the order on an open-source server (1.23.2): `Label All Tasks` follows the project's sampling, which is
ascending task number (not changeable) or ascending prediction score (random as soon as the server has a second member).
`Label Tasks As Displayed` follows the filters and the order of the current tab. So each article's place is written into
its task's data, and a tab lists the articles with a place in that order.

That order skips finished articles, but not one that a colleague has open. Annotators who work at the same time need a
list each, or they receive the same article.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from annotation.core.document import Document
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.data_manager_tab import create_tab, tabs_by_title
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.project.task_index import Holdings, alone, holdings, same_text
from annotation.labelstudio.server.client import Client, id_of, row, rows
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.server.streams import ahead
from annotation.selection.active_learning import Queued
from annotation.terminal import ProgressBar

PLACE = "queue"
"""The key of a task's data for its list and its rank in it, such as 01/00007; sorted as text, ranks are in order."""
TITLES = {"ar": "التالي في التوسيم", "he": "הבאים לתיוג", "en": "Next to label"}
_EVERYTHING = "Default"
_SHOWN = {
    *("tasks:id", "tasks:total_annotations", "tasks:annotators", "tasks:total_predictions"),
    *(f"tasks:data.{key}" for key in (PLACE, "language", "title", "text")),
}


@dataclass
class QueueReport:
    """placed: articles that have a place now. changed: tasks whose place is new or another one. cleared: tasks that
    lost theirs.

    tabs: titles of the tabs, one for each list. untouched: tasks left as they were, as was asked, whose place would be
    another one.
    """

    url: str = ""
    placed: int = 0
    changed: int = 0
    cleared: int = 0
    tabs: list[str] = field(default_factory=list)
    untouched: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        cleared = f", {self.cleared:,} earlier places cleared" if self.cleared else ""
        tabs = f"tab{'s' if len(self.tabs) > 1 else ''} {' and '.join(f'{title!r}' for title in self.tabs)}"
        return (
            f"{self.placed:,} articles in order ({self.changed:,} changed{cleared}) in the {tabs} of {self.url}; "
            "there, under the arrow beside 'Label All Tasks', choose 'Label Tasks As Displayed'"
        )

    def as_dict(self) -> dict[str, object]:
        """The report as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Waiting:
    """The articles in a project, and the ids of those that have all their annotations."""

    held: Holdings
    done: frozenset[str]

    def has(self, document: Document) -> bool:
        """Whether the project contains the article, with this text."""
        held = self.held.articles.get(document.id)
        return held is not None and same_text(held, document)


def waiting(client: Client, *, project: str, workspace: Path) -> Waiting:
    """The state of a project before ordering. Raises ProjectError when there is no project of that title."""
    target = find_project(client, project, workspace=workspace)
    held = holdings(client, target.id)
    listed = (task for page in pages(client, target.id, ("id", "is_labeled")) for task in page)
    finished = {task["id"] for task in listed if task.get("is_labeled")}
    return Waiting(held, frozenset(id for id, place in held.articles.items() if place.task in finished))


def arrange(
    client: Client,
    order: Sequence[Queued],
    *,
    project: str,
    workspace: Path,
    lists: int = 1,
    untouched: Collection[int] = (),
) -> QueueReport:
    """Put the project's tasks into exactly this order, distributed over `lists` lists, each with its own tab.

    The tasks in `untouched` keep the place they have. Only differences are written, so the same call again, also after
    an interrupted one, does what remains. Raises ProjectError when there is no such project.
    """
    with alone(workspace, project):
        target = find_project(client, project, workspace=workspace)
        report = QueueReport(f"{client.url}/projects/{target.id}")
        places = {queued.id: _place(number, lists) for number, queued in enumerate(order)}
        with ProgressBar(f"ordering {target.title}") as bar:
            for page in ahead(pages(client, target.id, ("id", "data"))):
                for task in page:
                    _set_place(client, task, places, report, untouched)
                bar.advance(len(page))
        report.tabs = _titles(target.seal.ui_language, lists)
        _show(client, target.id, report.tabs, prefix=TITLES[target.seal.ui_language])
        return report


def _place(number: int, lists: int) -> str:
    return f"{number % lists + 1:02}/{number // lists + 1:05}"


def _set_place(
    client: Client, task: Row, places: dict[str, str], report: QueueReport, untouched: Collection[int]
) -> None:
    data = task.get("data")
    if not isinstance(data, dict):
        return
    place, before = places.get(str(data.get("id")), ""), str(data.get(PLACE) or "")
    if place != before and id_of(task) in untouched:
        report.untouched.append(id_of(task))
        place = before
    report.placed += bool(place)
    if place != before:
        report.changed += bool(place)
        report.cleared += not place
        client.change(f"api/tasks/{task['id']}/", {"data": {**data, PLACE: place}})


def _titles(ui_language: str, lists: int) -> list[str]:
    title = TITLES[ui_language]
    return [title] if lists == 1 else [f"{title} {number}" for number in range(1, lists + 1)]


def _show(client: Client, project: int, titles: Sequence[str], prefix: str) -> None:
    """Create missing tabs and delete those of surplus lists; the others stay, since annotators work in them.

    A project without a saved tab displays a default tab of all tasks, which has to be saved too or it disappears; also
    where an earlier run was killed before it did so.
    """
    tabs = tabs_by_title(client, project)
    lists = [title for title in tabs if title.partition(prefix)[:2] == ("", prefix)]
    for number, title in enumerate(titles, start=1):
        if title not in tabs:
            create_tab(client, project, _tab(client, project, title, number))
    if len(lists) == len(tabs):
        create_tab(client, project, {"title": _EVERYTHING, "type": "list", "target": "tasks"})
    for title in lists:
        if title not in titles:
            client.delete(f"api/dm/views/{tabs[title]['id']}/")


def _tab(client: Client, project: int, title: str, number: int) -> Row:
    """A tab of the unfinished articles with a place in the list, in order, with the columns that help to choose."""
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
