"""Automatic repair on the server: each mended annotation is a new one of the same annotator, beside the original."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from annotation.checks import wording
from annotation.checks.finding import Finding
from annotation.core.errors import RegionError, StudioAuthError, StudioDownError, StudioError
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_task_data
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.project import Project, find_project, seal_of_migration
from annotation.labelstudio.project.task_index import alone
from annotation.labelstudio.repair.fixes import KINDS, Mended, mend
from annotation.labelstudio.server.client import Client, id_of
from annotation.labelstudio.server.create_once import create_once
from annotation.labelstudio.server.paging import moment, pages
from annotation.labelstudio.server.streams import batched
from annotation.terminal import ProgressBar

_TASKS = 200
_NAMESPACE = uuid.UUID("6e616261-6d65-5e64-8e64-6e6162616d65")
_FIELDS = (
    *("id", "data", "annotations", "result", "completed_by", "updated_at"),
    *("lead_time", "was_cancelled", "parent_annotation"),
)


@dataclass
class MendReport:
    """How many annotations were mended now (`mended`) and in earlier runs (`before`).

    held_back: tasks that wait until all their annotators are done. deleted: annotations that are gone by now.
    regions: annotation number -> ids of the mended regions.
    """

    mended: int = 0
    before: int = 0
    held_back: int = 0
    deleted: int = 0
    regions: dict[int, frozenset[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        counts = {
            "mended before": self.before,
            "held back until all their annotators are done": self.held_back,
            "deleted meanwhile": self.deleted,
        }
        more = "".join(f", {count:,} {what}" for what, count in counts.items() if count)
        return f"{self.mended:,} annotations mended{more}"

    def as_dict(self) -> dict[str, object]:
        """The counts as plain JSON values."""
        return {"mended": self.mended, "before": self.before, "held_back": self.held_back, "deleted": self.deleted}

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is already mended on the server, though the Documents it was found in are older."""
        return finding.kind in KINDS and finding.region in self.regions.get(finding.annotation or 0, ())


def mend_all(client: Client, findings: Iterable[Finding], *, project: str, workspace: Path) -> MendReport:
    """Mend the annotations whose findings can be corrected safely.

    The original annotation stays on the server unchanged. The mended one has the same annotator, refers to the original
    as its parent, and records at each changed region what naba did; a pull takes the later of the two. A second call
    mends nothing again. A task that still waits for annotators is held back, since Label Studio counts every
    annotation. Raises StudioError when another machine migrates the project meanwhile; no copy then keeps old labels.
    """
    with alone(workspace, project):
        target = find_project(client, project, workspace=workspace)
        to_mend: dict[int, set[int]] = {}
        for finding in findings:
            if finding.kind in KINDS and finding.task is not None and finding.annotation is not None:
                to_mend.setdefault(finding.task, set()).add(finding.annotation)
        mending = _Mending(client, target)
        with ProgressBar(f"mending in {project}", len(to_mend)) as bar:
            for numbers in batched(sorted(to_mend), size=lambda _: 1, most=_TASKS, count=_TASKS):
                for page in pages(client, target.id, _FIELDS, everything=True, only=numbers):
                    for raw in page:
                        mending.task(schemas.Task.model_validate(raw), to_mend[id_of(raw)])
                mending.check_not_overtaken()
                bar.advance(len(numbers))
        return mending.report


class _Mending:
    def __init__(self, client: Client, target: Project) -> None:
        self.client, self.target, self.report = client, target, MendReport()
        self.note = wording.mended(target.seal.ui_language)
        self.copies: dict[int, dict[int, list[Row]]] = {}

    def task(self, task: schemas.Task, to_mend: set[int]) -> None:
        """Mend those annotations of one task whose ids are in `to_mend`."""
        try:
            text = from_task_data(task.data).text
        except RegionError:
            return  # the text was edited, so offsets mean nothing
        if len({annotation.annotator for annotation in task.annotations}) < self.target.annotators:
            self.report.held_back += 1
            return
        for annotation in task.annotations:
            if annotation.id in to_mend and not annotation.was_cancelled:
                mended = mend(text, annotation.rows, note=self.note)
                if mended is not None:
                    self._mend(task, annotation, mended)

    def _mend(self, task: schemas.Task, annotation: schemas.Annotation, mended: Mended) -> None:
        number = int(str(annotation.id))
        self.report.regions[number] = mended.regions
        if _already_mended(annotation, task.annotations):
            self.report.before += 1
            return
        body: Row = {
            "result": mended.rows,
            "completed_by": _annotator_id(annotation),
            "parent_annotation": number,
            "lead_time": annotation.lead_time,
            # The server accepts the same id only once, so a repeated request creates no second annotation.
            "unique_id": str(uuid.uuid5(_NAMESPACE, f"{self.target.born} {number} {annotation.updated_at}")),
        }
        self.copies.setdefault(task.id, {})[number] = mended.rows
        try:
            create_once(
                self.client,
                f"api/tasks/{task.id}/annotations/",
                body,
                arrived=lambda: self._has_mended(task.id, number),
            )
        except (StudioDownError, StudioAuthError):
            raise
        except StudioError:
            if self._is_there(task.id, number):
                raise
            self.report.deleted += 1
            return
        self.report.mended += 1

    def check_not_overtaken(self) -> None:
        """Raise StudioError when a migration began since the project was opened, which the copies may have missed.

        One under way still relabels them, since it looks at all annotations again after the page has changed. One that
        is done does not: copies that it has not reached are deleted.
        """
        seal = seal_of_migration(self.client, self.target)
        if seal is None:
            self.copies.clear()
            return
        if not seal.migrating:
            self._withdraw()
        raise StudioError(
            f"project {self.target.title!r} was migrated at the same time; "
            "when that is done, pull again and run the same command again"
        )

    def _withdraw(self) -> None:
        """Delete the copies that are on the server as they were sent."""
        for task, copies in self.copies.items():
            for annotation in list(self._annotations(task)):
                sent = copies.get(annotation.mended_from or 0)
                if sent is not None and annotation.rows == sent:
                    self.client.delete(f"api/annotations/{annotation.id}/")

    def _has_mended(self, task: int, number: int) -> bool:
        """Whether the server has a mended copy of the annotation with this number."""
        return any(number == annotation.mended_from for annotation in self._annotations(task))

    def _is_there(self, task: int, number: int) -> bool:
        """Whether the server still has the annotation with this number."""
        return any(number == annotation.id for annotation in self._annotations(task))

    def _annotations(self, task: int) -> Iterator[schemas.Annotation]:
        for page in pages(self.client, self.target.id, _FIELDS, everything=True, only=[task]):
            for raw in page:
                yield from schemas.Task.model_validate(raw).annotations


def _already_mended(annotation: schemas.Annotation, others: Iterable[schemas.Annotation]) -> bool:
    """Whether a mended copy exists and the annotator has not changed the original since."""
    return any(
        other.mended_from == annotation.id and moment(str(other.updated_at)) >= moment(str(annotation.updated_at))
        for other in others
    )


def _annotator_id(annotation: schemas.Annotation) -> object:
    user = annotation.completed_by
    return user.get("id") if isinstance(user, dict) else user
