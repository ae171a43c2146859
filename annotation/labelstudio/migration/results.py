"""Everything that is marked in a project: annotations, drafts nobody submitted yet, and suggestions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from annotation.core.errors import ProjectError
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.server.client import Client, rows
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.server.streams import ahead

ResultKind: TypeAlias = Literal["annotation", "draft", "prediction"]
ResultKey: TypeAlias = tuple[ResultKind, int]

_FIELDS = ("id", "annotations", "predictions", "result", "completed_by", "model_version", "draft_exists")
_PATHS: dict[ResultKind, str] = {
    "annotation": "api/annotations/{}/",
    "draft": "api/drafts/{}/",
    "prediction": "api/predictions/{}/",
}


@dataclass(frozen=True, slots=True)
class Marked:
    """One result and whose it is: an e-mail, or a model's version. `annotation` is the one a draft hangs on."""

    kind: ResultKind
    id: int
    task: int
    by: str
    rows: list[object]
    annotation: int | None = None

    @property
    def key(self) -> ResultKey:
        return self.kind, self.id


def everything(client: Client, project: int, members: dict[int, str]) -> Iterator[list[list[Marked]]]:
    """Page by page, what is marked in each task. Results that are no list are left alone: nobody can read them."""
    for page in ahead(pages(client, project, _FIELDS, everything=True)):
        yield [list(_task(client, task, members)) for task in page]


def store(client: Client, marked: Marked, result: Sequence[object], hanging: Sequence[Marked] = ()) -> bool:
    """Put other rows in its place; False when it is not there any more.

    Whoever saves an annotation makes the server delete the drafts that hang on it, so these are taken off meanwhile.
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
    """Hang a draft on an annotation, or take it off."""
    client.change(_PATHS["draft"].format(draft.id), {"annotation": annotation})


def digest(result: Sequence[object]) -> str:
    """16 hex digits that tell results apart, in whatever order a database keeps the keys."""
    text = json.dumps(result, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _task(client: Client, task: Row, members: dict[int, str]) -> Iterator[Marked]:
    number = int(str(task["id"]))
    for annotation in cast(list[Row], task.get("annotations") or []):
        who = annotation.get("completed_by")
        by = members.get(who, str(who)) if isinstance(who, int) else str(who)
        yield from _marked("annotation", number, annotation, by)
    if task.get("draft_exists"):  # a page has only the drafts of whoever asks
        for draft in rows(client.get(f"api/tasks/{number}/drafts")):
            yield from _marked("draft", number, draft, str(draft.get("user")))
    for prediction in cast(list[Row], task.get("predictions") or []):
        yield from _marked("prediction", number, prediction, str(prediction.get("model_version")))


def _marked(kind: ResultKind, task: int, raw: Row, by: str) -> Iterator[Marked]:
    result, annotation = raw.get("result"), raw.get("annotation")
    if isinstance(result, list):
        yield Marked(kind, int(str(raw["id"])), task, by, result, annotation if isinstance(annotation, int) else None)
