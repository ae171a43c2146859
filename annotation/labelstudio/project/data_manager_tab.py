"""The Data Manager tab of Label Studio that lists the articles in which annotators have something to decide."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.server.client import Client, row, rows
from annotation.labelstudio.server.create_once import create_once

TITLES = {"ar": "بانتظار القرار", "he": "ממתינים להכרעה", "en": "To decide"}


def show_tab(client: Client, project: int, ui_language: str, stored: Sequence[str]) -> None:
    """Create the tab, in place of an earlier one. An article leaves it once its annotations contain none of `stored`.

    A database may store non-Latin text as escapes, so each string is searched for in both forms.
    """
    remove_tab(client, project, ui_language)
    hidden = _hidden(client, project)
    if not client.get("api/dm/views/", project=project):  # without a saved tab, ours would be the only one
        plain = {"title": "Default", "type": "list", "target": "tasks", "hiddenColumns": hidden}
        create_tab(client, project, plain)
    texts = dict.fromkeys(text for string in stored for text in (string, _escaped(string)))
    items = [
        {"filter": "filter:tasks:annotations_results", "operator": "contains", "type": "String", "value": text}
        for text in texts
    ]
    data = {
        "title": TITLES[ui_language],
        "type": "list",
        "target": "tasks",
        "hiddenColumns": hidden,
        "filters": {"conjunction": "or", "items": items},
    }
    create_tab(client, project, data)


def create_tab(client: Client, project: int, data: Mapping[str, object]) -> None:
    """Create a tab of a title that the project does not have."""
    body: Row = {"project": project, "data": dict(data)}
    create_once(client, "api/dm/views/", body, arrived=lambda: str(data["title"]) in tabs_by_title(client, project))


def tabs_by_title(client: Client, project: int) -> dict[str, Row]:
    """Title -> tab, of the saved tabs that have a title."""
    views = rows(client.get("api/dm/views/", project=project))
    return {str(row(view["data"]).get("title")): view for view in views if isinstance(view.get("data"), dict)}


def remove_tab(client: Client, project: int, ui_language: str) -> None:
    """Delete the tab if it exists."""
    for view in rows(client.get("api/dm/views/", project=project)):
        data = view.get("data")
        if isinstance(data, dict) and row(data).get("title") == TITLES[ui_language]:
            client.delete(f"api/dm/views/{view['id']}/")


def _hidden(client: Client, project: int) -> dict[str, list[str]]:
    """The columns Label Studio hides by default, in its task list and beside its editor."""
    columns = rows(row(client.get("api/dm/columns/", project=project)).get("columns"))
    hidden: dict[str, list[str]] = {"explore": [], "labeling": []}
    for column in columns:
        visibility = column.get("visibility_defaults")
        for place, names in hidden.items():
            if isinstance(visibility, dict) and not visibility.get(place):
                names.append("tasks:" + ".".join(str(column[key]) for key in ("parent", "id") if column.get(key)))
    return hidden


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]
