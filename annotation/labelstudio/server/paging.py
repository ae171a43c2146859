"""Pages of a project's tasks, so that a project of any size fits in memory."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from annotation.core.errors import StudioError
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.server.client import Client, id_of, row, rows

PAGE_TASKS = 1000
PAGE_BYTES = 12 << 20
_FIRST_PAGE = 200
_TRIES = 3

log = logging.getLogger(__name__)


def count_tasks(client: Client, project: int, *, until: int | None = None) -> int:
    """The number of tasks in the project, or of those numbered up to `until`."""
    filters = [] if until is None else [_filter("id", "less_or_equal", "Number", until)]
    query = json.dumps({"filters": {"conjunction": "and", "items": filters}})
    return _left(_page(client, {"project": project, "include": "id", "page_size": 1, "query": query})[0])


def latest_update(client: Client, project: int) -> str | None:
    """When any task was last changed, as the server writes it; None without tasks."""
    order = json.dumps({"ordering": ["-tasks:updated_at"]})
    page, _ = _page(client, {"project": project, "include": "id,updated_at", "page_size": 1, "query": order})
    tasks = rows(page.get("tasks"))
    return str(tasks[0]["updated_at"]) if tasks else None


def moment(stamp: str) -> datetime:
    """A timestamp of the server as a datetime. Raises StudioError when it is not in ISO format."""
    try:
        return datetime.fromisoformat(stamp)
    except ValueError as error:
        raise StudioError(f"Label Studio writes the time as {stamp!r}; is it another version?") from error


def pages(
    client: Client,
    project: int,
    fields: Sequence[str],
    *,
    everything: bool = False,
    after: int = 0,
    since: datetime | None = None,
    only: Sequence[int] | None = None,
) -> Iterator[list[Row]]:
    """Pages of tasks by ascending number, with `fields` only; `everything` adds annotations and predictions.

    Only tasks numbered above `after`, changed at `since` or later, and listed in `only`. `fields` also selects the keys
    of annotations and predictions, which saves the server most of its work. Each page is requested by the number of the
    last task received, so tasks created or deleted meanwhile shift nothing. Pages shrink where tasks are large. Raises
    StudioError when the server reports remaining tasks but sends none, or sends the same ones again.
    """
    params: Row = {"project": project, "include": ",".join(fields), "resolve_uri": "false"}
    if everything:
        params["fields"] = "all"
    size = _FIRST_PAGE if everything or "data" in fields else PAGE_TASKS
    while True:
        query = json.dumps(_query(after, since, only))
        tasks, left, page_bytes = _next_page(client, {**params, "page_size": size, "query": query}, after)
        if left and not tasks:
            raise StudioError(f"{client.url}: project {project} has {left} more tasks but gives none; try again")
        if tasks:
            yield tasks
            after = int(str(tasks[-1]["id"]))
        if len(tasks) >= left:
            return
        size = max(1, min(PAGE_TASKS, size * PAGE_BYTES // max(1, page_bytes)))


def _query(after: int, since: datetime | None, only: Sequence[int] | None) -> Row:
    filters = [_filter("id", "greater", "Number", after)]
    if since is not None:
        stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        filters.append(_filter("updated_at", "greater_or_equal", "Datetime", stamp))
    query: Row = {"filters": {"conjunction": "and", "items": filters}, "ordering": ["tasks:id"]}
    return query if only is None else {**query, "selectedItems": {"all": False, "included": list(only)}}


def _filter(field: str, operator: str, kind: str, value: object) -> Row:
    return {"filter": f"filter:tasks:{field}", "operator": operator, "type": kind, "value": value}


def _next_page(client: Client, params: Row, after: int) -> tuple[list[Row], int, int]:
    """The tasks of a page, how many are left with them, and its size in bytes.

    A cache between may answer with an earlier page, whose tasks would count twice: then it is asked for again.
    """
    for _ in range(_TRIES):
        page, page_bytes = _page(client, params)
        tasks = rows(page.get("tasks"))
        if _follow(tasks, after):
            return tasks, _left(page), page_bytes
        log.warning("%s sent tasks that it had sent before; asking again", client.url)
    raise StudioError(
        f"{client.url} sends the same tasks again and again; is there a cache before it? Then go round it"
    )


def _follow(tasks: Sequence[Row], after: int) -> bool:
    """Whether the numbers of the tasks ascend from above `after`."""
    numbers = [after, *map(id_of, tasks)]
    return all(number < following for number, following in pairwise(numbers))


def _page(client: Client, params: Row) -> tuple[Row, int]:
    """A page and its size in bytes."""
    answer = client.ask("api/tasks/", **params)
    return row(answer.value), answer.size


def _left(page: Row) -> int:
    total = page.get("total")
    if not isinstance(total, int):
        raise StudioError("Label Studio does not say how many tasks there are; is it another version?")
    return total
