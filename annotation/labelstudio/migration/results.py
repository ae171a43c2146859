"""Results of a project: everything annotated in it, as annotations, unsubmitted drafts and suggestions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, cast

from annotation.core.errors import ProjectError
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.server.client import Client, id_of, rows
from annotation.labelstudio.server.paging import moment, pages
from annotation.labelstudio.server.streams import ahead

ResultKind: TypeAlias = Literal["annotation", "draft", "prediction"]
ResultKey: TypeAlias = tuple[ResultKind, int]

_FIELDS = (
    *("id", "annotations", "predictions", "result", "completed_by", "updated_at", "model_version"),
    "draft_exists",
)
_PATHS: dict[ResultKind, str] = {
    "annotation": "api/annotations/{}/",
    "draft": "api/drafts/{}/",
    "prediction": "api/predictions/{}/",
}


@dataclass(frozen=True, slots=True)
class Marked:
    """One result and its author: an annotator's e-mail address, or a model version.

    `annotation` is the number of the annotation a draft belongs to, None for other results.
    """

    kind: ResultKind
    id: int
    task: int
    by: str
    rows: list[object]
    annotation: int | None = None

    @property
    def key(self) -> ResultKey:
        """Kind and number, which identify the result in its project."""
        return self.kind, self.id


def everything(client: Client, project: int, members: dict[int, str]) -> Iterator[list[list[Marked]]]:
    """Page by page, the results of each task. A result that is not a list is left out: it cannot be read."""
    for page in ahead(pages(client, project, _FIELDS, everything=True)):
        yield [list(_task(client, task, members)) for task in page]


def store(client: Client, marked: Marked, result: Sequence[object], hanging: Sequence[Marked] = ()) -> bool:
    """Replace the rows of a result on the server; False when the result no longer exists.

    When an annotation is saved, the server deletes its drafts. So the drafts in `hanging` are detached while it is
    saved.
    """
    try:
        for draft in hanging:
            attach(client, draft, None)
        client.change(_PATHS[marked.kind].format(marked.id), {"result": result})
        for draft in hanging:
            attach(client, draft, marked.id)
    except ProjectError:
        return False
    return True


def attach(client: Client, draft: Marked, annotation: int | None) -> None:
    """Attach a draft to an annotation; detach it where that is None."""
    client.change(_PATHS["draft"].format(draft.id), {"annotation": annotation})


def digest(result: Sequence[object]) -> str:
    """A hash of the rows as 16 hex digits, independent of the order of JSON keys."""
    text = json.dumps(result, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _task(client: Client, task: Row, members: dict[int, str]) -> Iterator[Marked]:
    number = id_of(task)
    # Of an annotation and its mended copy the later one counts, and storing makes each the latest: so in this order.
    for annotation in sorted(cast(list[Row], task.get("annotations") or []), key=_submitted):
        user = annotation.get("completed_by")
        by = members.get(user, str(user)) if isinstance(user, int) else str(user)
        yield from _marked("annotation", number, annotation, by)
    if task.get("draft_exists"):  # a page contains only the caller's own drafts
        for draft in rows(client.get(f"api/tasks/{number}/drafts")):
            yield from _marked("draft", number, draft, str(draft.get("user")))
    for prediction in cast(list[Row], task.get("predictions") or []):
        yield from _marked("prediction", number, prediction, str(prediction.get("model_version")))


def _submitted(annotation: Row) -> tuple[datetime, int]:
    return moment(str(annotation["updated_at"])), id_of(annotation)


def _marked(kind: ResultKind, task: int, raw: Row, by: str) -> Iterator[Marked]:
    result, annotation = raw.get("result"), raw.get("annotation")
    if isinstance(result, list):
        yield Marked(kind, id_of(raw), task, by, result, annotation if isinstance(annotation, int) else None)
