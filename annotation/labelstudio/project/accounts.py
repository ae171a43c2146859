"""Annotator accounts on a server, and annotations submitted under their names, as a browser would do it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from annotation.core.document import Document
from annotation.core.errors import StudioAuthError, UsageError
from annotation.labelstudio.convert.convert import check_result, to_result
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.project.task_index import holdings, same_text
from annotation.labelstudio.server.client import Client, id_of
from annotation.labelstudio.server.create_once import create_once
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.server.sign_in import LOGIN, invitation, signed_in
from annotation.terminal import ProgressBar


@dataclass
class SubmitReport:
    """How many annotations were submitted, and how many the annotator had submitted before."""

    created: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        return f"{self.created:,} annotations submitted, {self.skipped:,} already there"


def ensure_annotator(client: Client, email: str) -> Client:
    """A client signed in as this annotator, who is invited and signed up first when new.

    `client` is the administrator's. The password is derived from the administrator's token and the address, so nothing
    has to be stored. Raises StudioAuthError when the address signed up by itself with another password.
    """
    password = password_of(client, email)
    is_member = email.lower() in {member.lower() for member in client.members().values()}
    path = LOGIN if is_member else invitation(client)
    return Client(client.url, _token(client, path, email, password), patience=client.patience)


def password_of(client: Client, email: str) -> str:
    """The password of an annotator made by `ensure_annotator`: 24 hex digits."""
    return hmac.new(client.token.encode(), email.lower().encode(), hashlib.sha256).hexdigest()[:24]


def submit(client: Client, *, project: str, documents: Iterable[Document]) -> SubmitReport:
    """Submit the documents as annotations of the user `client` belongs to; those submitted before are skipped.

    Raises UsageError when an article is not in the project, or its annotation does not fit the project.
    """
    target = find_project(client, project)
    held = holdings(client, target.id)
    me = client.me()["id"]
    done = _annotated_tasks(client, target.id, me)
    report = SubmitReport()
    with ProgressBar(f"submitting to {project}") as bar:
        for document in documents:
            place = held.articles.get(document.id)
            if place is None or not same_text(place, document):
                raise UsageError(f"article {document.id} is not in project {project!r}, or with another text; push it")
            result = to_result(document, titles=target.titles)
            faults = check_result(document.text, result, target.ontology, target.titles)
            if faults:
                raise UsageError(f"article {document.id} cannot be submitted: {'; '.join(faults)}")
            if place.task in done:
                report.skipped += 1
            else:
                lead_time = document.provenance.lead_time if document.provenance else None
                body: Row = {"result": result, "lead_time": lead_time}
                arrived = partial(_has_annotated, client, target.id, me, place.task)
                create_once(client, f"api/tasks/{place.task}/annotations/", body, arrived=arrived)
                report.created += 1
            bar.advance(1)
    return report


def _has_annotated(client: Client, project: int, me: object, task: int) -> bool:
    return task in _annotated_tasks(client, project, me, only=[task])


def _annotated_tasks(client: Client, project: int, me: object, only: list[int] | None = None) -> set[int]:
    """The numbers of the tasks this annotator has annotated."""
    fields = ("id", "annotations", "completed_by")
    tasks = [task for page in pages(client, project, fields, everything=True, only=only) for task in page]
    return {
        id_of(task)
        for task in tasks
        if any(_is_by(annotation, me) for annotation in task.get("annotations") or ())  # type: ignore[attr-defined]
    }


def _is_by(annotation: Row, me: object) -> bool:
    return annotation.get("completed_by") == me


def _token(client: Client, path: str, email: str, password: str) -> str:
    """Sign up or sign in as a browser does, and return the user's token."""
    try:
        with signed_in(client.url, path, email, password) as browser:
            return str(browser.get("/api/current-user/token").raise_for_status().json()["token"])
    except StudioAuthError as error:
        raise StudioAuthError(f"{error}; is it an e-mail address, and one that did not sign up by itself?") from error
