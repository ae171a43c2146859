"""Comparison of suggestions with the annotations made from them, over a whole project, page by page.

An annotation is made from a suggestion when the server states it (`parent_prediction`), or the editor states it for one
of its regions (`origin`). When a newer model replaces a suggestion, the server deletes both it and that reference. So
`remember` stores the suggestions that annotators have worked with before they are deleted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from annotation.agreement.pair_counts import add
from annotation.core import json_text
from annotation.core.document import Document
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_result
from annotation.labelstudio.project.current_annotation import current
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.server.streams import ahead
from annotation.labelstudio.suggestions.aided_pairs import aided_pairs
from annotation.labelstudio.suggestions.outcomes import RegionMarks, fates, marks
from annotation.labelstudio.suggestions.usage_report import SuggestionUsage
from annotation.storage.documents_file import atomic
from annotation.terminal import ProgressBar

FIELDS = (
    *("data", "id", "annotations", "predictions", "result", "model_version", "completed_by", "created_at"),
    *("updated_at", "lead_time", "was_cancelled", "parent_annotation", "parent_prediction"),
)
MEMORY = "suggested.jsonl"


class Suggestion(BaseModel):
    """A suggestion, on the server or remembered. `annotations` are those the server states were made from it."""

    model_config = ConfigDict(frozen=True)

    task: int
    id: int | None
    model_version: str
    result: list[object]
    annotations: tuple[int, ...] = ()


def audit(client: Client, *, project: str, workspace: Path) -> SuggestionUsage:
    """Read the project once and compare. Memory holds only counts, and the Documents of one article at a time.

    Raises ProjectError when there is no such project.
    """
    target = find_project(client, project, workspace=workspace)
    auditing = _Auditing(target, _remembered(target))
    with ProgressBar(f"auditing suggestions in {target.title}") as bar:
        for page in ahead(pages(client, target.id, FIELDS, everything=True)):
            for raw in page:
                auditing.task(raw)
            bar.advance(len(page))
    return auditing.usage


def remember(client: Client, target: Project, versions: Collection[str]) -> None:
    """Store the suggestions of these versions, before they are deleted, where their task has an annotation."""
    if target.home is None or not versions:
        return
    remembered = _remembered(target)
    stored_ids = {(suggestion.task, suggestion.id) for suggestions in remembered.values() for suggestion in suggestions}
    for page in ahead(pages(client, target.id, FIELDS[1:], everything=True)):
        for raw in page:
            if raw.get("annotations"):
                for suggestion in _suggestions(schemas.Task.model_validate({**raw, "data": {}})):
                    if suggestion.model_version in versions and (suggestion.task, suggestion.id) not in stored_ids:
                        remembered[suggestion.task].append(suggestion)
    with atomic(target.home / MEMORY) as file:
        file.writelines(
            suggestion.model_dump_json() + "\n" for suggestions in remembered.values() for suggestion in suggestions
        )


class _Auditing:
    def __init__(self, target: Project, remembered: Mapping[int, list[Suggestion]]) -> None:
        self.target, self.remembered, self.usage = target, remembered, SuggestionUsage()
        self.titles, self.links = target.titles, target.ontology.links

    def task(self, raw: schemas.Row) -> None:
        """Add one task to the statistics. A malformed task is ignored; a pull quarantines it."""
        try:
            task = schemas.Task.model_validate(raw)
        except ValidationError:
            return
        suggestions = {
            suggestion.id: suggestion for suggestion in (*self.remembered.get(task.id, ()), *_suggestions(task))
        }
        with_marks = [(suggestion, marks(suggestion.result, self.titles)) for suggestion in suggestions.values()]
        versions: list[tuple[Document, bool]] = []
        for annotation in current(task.annotations):
            if not annotation.was_cancelled:
                aided = self._annotation(task, annotation, with_marks)
                converted = from_result(task, annotation, ontology=self.target.ontology, titles=self.titles)
                if converted.document is not None:
                    versions.append((converted.document, aided))
        for name, counts in aided_pairs(versions, self.target.ontology).items():
            add(self.usage.pairs[name], counts.article, counts)

    def _annotation(
        self,
        task: schemas.Task,
        annotation: schemas.Annotation,
        suggestions: Sequence[tuple[Suggestion, RegionMarks]],
    ) -> bool:
        """Add one annotation to the statistics. True when it was made from a suggestion."""
        submitted = marks(annotation.rows, self.titles)
        article = str(task.data.get("id", task.id))
        origin = _origin(annotation, suggestions)
        if origin is None:
            self.usage.unaided.add(article, Counter(), annotation.lead_time)
            return False
        suggestion, suggested = origin
        counts = fates(suggested, submitted, self.links)
        self.usage.versions[suggestion.model_version].add(article, counts, annotation.lead_time)
        return True


def _origin(
    annotation: schemas.Annotation, suggestions: Sequence[tuple[Suggestion, RegionMarks]]
) -> tuple[Suggestion, RegionMarks] | None:
    """The suggestion an annotation was made from; None when there is none.

    The server's reference decides, else the most regions in common.
    """
    for suggestion, suggested in suggestions:
        is_recorded = annotation.id in suggestion.annotations
        if is_recorded or (suggestion.id is not None and suggestion.id == annotation.parent_prediction):
            return suggestion, suggested
    region_ids = _suggested_region_ids(annotation)
    shared = [len(_region_ids(suggested) & region_ids) for _, suggested in suggestions]
    return suggestions[shared.index(max(shared))] if any(shared) else None


def _suggested_region_ids(annotation: schemas.Annotation) -> set[str]:
    """Ids of the regions that the editor marks as coming from a suggestion; mending preserves that mark."""
    regions = (raw for raw in annotation.rows if isinstance(raw, Mapping))
    return {str(raw.get("id")) for raw in regions if str(raw.get("origin")).startswith("prediction")}


def _region_ids(region_marks: RegionMarks) -> set[str]:
    return {id for layer in region_marks.spans.values() for id in layer}


def _suggestions(task: schemas.Task) -> Iterator[Suggestion]:
    """The suggestions on the task now."""
    for prediction in task.predictions:
        if isinstance(prediction, schemas.Prediction):
            annotations = tuple(
                annotation.id
                for annotation in task.annotations
                if annotation.id is not None and annotation.parent_prediction == prediction.id
            )
            rows = prediction.result if isinstance(prediction.result, list) else []
            yield Suggestion(
                task=task.id,
                id=prediction.id,
                model_version=prediction.model_version or "",
                result=rows,
                annotations=annotations,
            )


def _remembered(target: Project) -> dict[int, list[Suggestion]]:
    """Task number -> its suggestions that were deleted from the server after annotators had worked with them."""
    suggestions: dict[int, list[Suggestion]] = defaultdict(list)
    path = target.home / MEMORY if target.home else None
    if path is not None and path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            suggestion = Suggestion.model_validate(json_text.loads(line))
            suggestions[suggestion.task].append(suggestion)
    return suggestions
