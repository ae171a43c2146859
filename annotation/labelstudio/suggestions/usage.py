"""Suggestions held against the annotations made from them, over a whole project, page by page.

An annotation is made from a suggestion where the server says so (`parent_prediction`), or where the editor says so of
one of its regions (`origin`). The server forgets a suggestion that a newer model's replaced, and that it was the
parent, so `remember` notes what people have worked with before it is removed.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from annotation.agreement.pair_counts import comparison
from annotation.core.annotator_versions import annotator
from annotation.core.document import Document
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_result
from annotation.labelstudio.project.current_annotation import current
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.server.streams import ahead, progress_bar
from annotation.labelstudio.suggestions.outcomes import RegionMarks, fates, marks
from annotation.labelstudio.suggestions.usage_report import WITH, SuggestionUsage
from annotation.storage.documents_file import atomic

FIELDS = (
    *("data", "id", "annotations", "predictions", "result", "model_version", "completed_by", "created_at"),
    *("updated_at", "lead_time", "was_cancelled", "parent_annotation", "parent_prediction"),
)
MEMORY = "suggested.jsonl"


class Suggestion(BaseModel):
    """A suggestion: on the server, or as remembered. `annotations` are those the server said were made from it."""

    model_config = ConfigDict(frozen=True)

    task: int
    id: int | None
    model_version: str
    result: list[object]
    annotations: tuple[int, ...] = ()


def audit(client: Client, *, project: str, workspace: Path) -> SuggestionUsage:
    """Read the project once. Only counts are kept, and an article's Documents while it is looked at.

    Raises ProjectError when there is no such project.
    """
    target = find_project(client, project, workspace=workspace)
    auditing = _Auditing(target, _remembered(target))
    with progress_bar(f"auditing suggestions in {target.title}") as advance:
        for page in ahead(pages(client, target.id, FIELDS, everything=True)):
            for raw in page:
                auditing.task(raw)
            advance(len(page))
    return auditing.found


def remember(client: Client, target: Project, versions: Collection[str]) -> None:
    """Note suggestions of these versions that are about to be removed, where their task has an annotation."""
    if target.home is None or not versions:
        return
    kept = _remembered(target)
    known = {(each.task, each.id) for same in kept.values() for each in same}
    for page in ahead(pages(client, target.id, FIELDS[1:], everything=True)):
        for raw in page:
            if raw.get("annotations"):
                for each in _suggestions(schemas.Task.model_validate({**raw, "data": {}})):
                    if each.model_version in versions and (each.task, each.id) not in known:
                        kept[each.task].append(each)
    with atomic(target.home / MEMORY) as file:
        file.writelines(each.model_dump_json() + "\n" for same in kept.values() for each in same)


class _Auditing:
    def __init__(self, target: Project, remembered: Mapping[int, list[Suggestion]]) -> None:
        self.target, self.remembered, self.found = target, remembered, SuggestionUsage()
        self.titles, self.links = target.titles, target.ontology.links

    def task(self, raw: schemas.Row) -> None:
        """Take note of one task. One that no shape fits says nothing; a pull quarantines it."""
        try:
            task = schemas.Task.model_validate(raw)
        except ValidationError:
            return
        suggestions = {each.id: each for each in (*self.remembered.get(task.id, ()), *_suggestions(task))}
        read = [(each, marks(each.result, self.titles)) for each in suggestions.values()]
        versions: list[tuple[Document, bool]] = []
        for annotation in current(task.annotations):
            if not annotation.was_cancelled:
                aided = self._annotation(task, annotation, read)
                converted = from_result(task, annotation, ontology=self.target.ontology, titles=self.titles)
                if converted.document is not None:
                    versions.append((converted.document, aided))
        for (one, first), (two, second) in combinations(versions, 2):
            if annotator(one) != annotator(two):
                self.found.pairs[WITH[first + second]].append(comparison(one, two, self.target.ontology))

    def _annotation(
        self,
        task: schemas.Task,
        annotation: schemas.Annotation,
        suggestions: Sequence[tuple[Suggestion, RegionMarks]],
    ) -> bool:
        """Count one annotation; whether it was made from a suggestion."""
        submitted = marks(annotation.rows, self.titles)
        article = str(task.data.get("id", task.id))
        origin = _origin(annotation, suggestions)
        if origin is None:
            self.found.unaided.add(article, Counter(), annotation.lead_time)
            return False
        suggestion, suggested = origin
        counts = fates(suggested, submitted, self.links)
        self.found.versions[suggestion.model_version].add(article, counts, annotation.lead_time)
        return True


def _origin(
    annotation: schemas.Annotation, suggestions: Sequence[tuple[Suggestion, RegionMarks]]
) -> tuple[Suggestion, RegionMarks] | None:
    """The suggestion an annotation was made from; of several that share regions with it, the one that shares most."""
    for suggestion, suggested in suggestions:
        told = annotation.id in suggestion.annotations
        if told or (suggestion.id is not None and suggestion.id == annotation.parent_prediction):
            return suggestion, suggested
    taken = _taken(annotation)
    shared = [len(_ids(suggested) & taken) for _, suggested in suggestions]
    return suggestions[shared.index(max(shared))] if any(shared) else None


def _taken(annotation: schemas.Annotation) -> set[str]:
    """The regions that the editor says came from a suggestion; mending keeps what it said."""
    regions = (raw for raw in annotation.rows if isinstance(raw, Mapping))
    return {str(raw.get("id")) for raw in regions if str(raw.get("origin")).startswith("prediction")}


def _ids(found: RegionMarks) -> set[str]:
    return {id for layer in found.spans.values() for id in layer}


def _suggestions(task: schemas.Task) -> Iterator[Suggestion]:
    """What is suggested on the task now."""
    for each in task.predictions:
        if isinstance(each, schemas.Prediction):
            made = tuple(a.id for a in task.annotations if a.id is not None and a.parent_prediction == each.id)
            rows = each.result if isinstance(each.result, list) else []
            yield Suggestion(
                task=task.id, id=each.id, model_version=each.model_version or "", result=rows, annotations=made
            )


def _remembered(target: Project) -> dict[int, list[Suggestion]]:
    """By task, what was removed from the server after people had worked with it."""
    kept: dict[int, list[Suggestion]] = defaultdict(list)
    path = target.home / MEMORY if target.home else None
    if path is not None and path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            each = Suggestion.model_validate(json.loads(line))
            kept[each.task].append(each)
    return kept
