"""Suggestions: predicted Documents shown to annotators, in place of naba's earlier suggestions."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

from annotation.core.document import Document, Span
from annotation.core.errors import StudioDownError, StudioError, UsageError
from annotation.labelstudio.convert.convert import check_result, to_result
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.project import Project, check_unchanged, find_project
from annotation.labelstudio.project.task_index import Holdings, alone, holdings, same_text
from annotation.labelstudio.server.client import Client, id_of
from annotation.labelstudio.server.http_errors import resumable
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.server.streams import ahead, batched
from annotation.labelstudio.suggestions.model_versions import (
    delete_versions,
    earlier,
    predictions_of,
    shown_version,
    stored_versions,
)
from annotation.labelstudio.suggestions.usage import remember
from annotation.terminal import ProgressBar

CHUNK_BYTES = 8 << 20
CHUNK_PREDICTIONS = 500
_TRIES = 3

StoredSuggestions: TypeAlias = dict[int, dict[str, list[int]]]
"""Task -> digest of each stored suggestion of one model version -> numbers of the predictions with that digest."""

Notes: TypeAlias = Mapping[str, Mapping[Span, str]]
"""Article id -> span -> text to display at its region."""

log = logging.getLogger(__name__)


@dataclass
class SuggestReport:
    """The outcome of a run.

    created: suggestions made. unchanged: equal ones were on the server before. removed: naba's earlier ones deleted.
    missing: ids of articles not in the project, or there with another text. refused: reasons why predictions were not
    sent.
    """

    model_version: str = ""
    created: int = 0
    unchanged: int = 0
    removed: int = 0
    missing: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = {
            "already there": self.unchanged,
            "earlier ones removed": self.removed,
            "not in the project": len(self.missing),
            "refused": len(self.refused),
        }
        more = "".join(f", {count:,} {what}" for what, count in counts.items() if count)
        return f"{self.created:,} suggestions of {self.model_version or 'no model'}{more}"


class _Suggestion(NamedTuple):
    task: int
    digest: str
    body: bytes


def suggest(
    client: Client,
    documents: Iterable[Document],
    *,
    project: str,
    workspace: Path = Path("workspace"),
    model_version: str | None = None,
    keep: bool = False,
    notes: Notes | None = None,
) -> SuggestReport:
    """Show the predictions to annotators, least confident first, and delete naba's earlier ones unless `keep`.

    The version is `model_version`, else the one in the first document's provenance. `notes` are attached to regions and
    displayed when an annotator selects one. Raises UsageError when documents of two models are mixed, ProjectError when
    there is no such project, and StudioDownError with the progress so far when the server stops answering; the same
    call then resumes.
    """
    with alone(workspace, project):
        suggesting = _Suggesting(client, find_project(client, project, workspace=workspace), model_version, notes or {})
        with resumable(suggesting.progress):
            suggesting.run(documents, keep=keep)
    return suggesting.report


class _Suggesting:
    def __init__(self, client: Client, target: Project, version: str | None, notes: Notes) -> None:
        self.client, self.target, self.version, self.notes = client, target, version, notes
        self.titles = target.titles
        self.report = SuggestReport()
        self.held = Holdings()
        self.stored: StoredSuggestions = {}
        self.has_leftovers = False
        self.sent: dict[int, str] = {}

    def run(self, documents: Iterable[Document], *, keep: bool) -> None:
        """Send the suggestions in chunks, show the version, and delete what it replaces."""
        self.held = holdings(self.client, self.target.id)
        chunks = batched(
            self._suggestions(documents),
            size=lambda suggestion: len(suggestion.body),
            most=CHUNK_BYTES,
            count=CHUNK_PREDICTIONS,
        )
        with ProgressBar(f"suggesting in {self.target.title}") as bar:
            for chunk in ahead(chunks):
                self._import(chunk)
                bar.advance(len(chunk))
        check_unchanged(self.client, self.target)  # what was suggested meanwhile has the old ontology's labels
        if self.report.model_version and self.sent:
            self._show()
            self._tidy(keep=keep)

    def progress(self) -> str:
        """How many suggestions are in the project, in words."""
        return f"{self.report.created + self.report.unchanged:,} suggestions are there"

    def _suggestions(self, documents: Iterable[Document]) -> Iterator[_Suggestion]:
        """The suggestions to send: checked, each with the task of its article."""
        for document in documents:
            version = self._version(document)
            held = self.held.articles.get(document.id)
            if held is None or not same_text(held, document):
                self.report.missing.append(document.id)
                log.warning("article %s is not in the project, or with another text; no suggestion for it", document.id)
                continue
            result = to_result(document, titles=self.titles, notes=self.notes.get(document.id))
            faults = check_result(document.text, result, self.target.ontology, self.titles)
            if faults:
                self.report.refused.append(f"{document.id}: {'; '.join(faults)}")
                log.warning("no suggestion for article %s: %s", document.id, "; ".join(faults))
                continue
            score = confidence(document)
            body = {"task": held.task, "model_version": version, "score": score, "result": result}
            self.sent[held.task] = digest = _digest(result, score)
            yield _Suggestion(held.task, digest, json.dumps(body, ensure_ascii=False).encode())

    def _version(self, document: Document) -> str:
        """The version that marks the suggestions. Its prefix marks them as naba's, which naba may replace."""
        name = self.version or (document.provenance.model_version if document.provenance else None) or "model"
        version = shown_version(name)
        first = self.report.model_version
        if not first:
            self.report.model_version = version
            self.stored = self._read_stored(version)
            self.has_leftovers = bool(self.stored)
        elif version != first:
            raise UsageError(
                f"article {document.id} was predicted by {version!r}, those before it by {first!r}; "
                "suggest one model's predictions at a time"
            )
        return version

    def _read_stored(self, version: str) -> StoredSuggestions:
        stored: StoredSuggestions = defaultdict(lambda: defaultdict(list))
        fields = ("id", "predictions", "model_version", "result", "score")
        if version in self._versions():
            for page in ahead(pages(self.client, self.target.id, fields, everything=True)):
                for task in page:
                    for prediction in predictions_of(task):
                        if prediction.get("model_version") == version:
                            digest = _digest(prediction.get("result"), prediction.get("score"))
                            stored[id_of(task)][digest].append(id_of(prediction))
        return stored

    def _import(self, chunk: list[_Suggestion]) -> None:
        """Create the suggestions that are not on the server yet.

        When the server stops answering, what arrived is looked up first; only the rest is sent again.
        """
        for attempt in range(_TRIES):
            new = [suggestion for suggestion in chunk if suggestion.digest not in self.stored.get(suggestion.task, {})]
            if attempt == 0:
                self.report.unchanged += len(chunk) - len(new)
            if not new:
                return
            body = b"[" + b",".join(suggestion.body for suggestion in new) + b"]"
            try:
                self.client.create(f"api/projects/{self.target.id}/import/predictions", body)
                self.report.created += len(new)
                return
            except StudioDownError as error:
                if attempt == _TRIES - 1:
                    raise
                log.warning("%s; looking at what arrived", error)
                self.stored, self.has_leftovers = self._read_stored(self.report.model_version), True
                self.report.created += sum(
                    suggestion.digest in self.stored.get(suggestion.task, {}) for suggestion in new
                )

    def _show(self) -> None:
        """Show this version to annotators, the least confident articles first."""
        body: Row = {
            "model_version": self.report.model_version,
            "show_collab_predictions": True,
            "sampling": "Uncertainty sampling",
        }
        self.client.change(f"api/projects/{self.target.id}/", body)

    def _tidy(self, *, keep: bool) -> None:
        """Delete what the new suggestions replace: other versions, and other suggestions of this version."""
        versions = self._versions()
        replaced = set() if keep else earlier(versions, self.report.model_version).keys()
        expected = len(self.sent.keys() | self.stored.keys())
        if versions.get(self.report.model_version, 0) > expected:
            self.has_leftovers = True  # another machine suggested the same at the same time
        remember(self.client, self.target, replaced | ({self.report.model_version} if self.has_leftovers else set()))
        stored = self._read_stored(self.report.model_version) if self.has_leftovers else {}
        for task, suggestions in stored.items():
            for digest, numbers in suggestions.items():
                stale = task in self.sent and digest != self.sent[task]
                for number in numbers if stale else sorted(numbers)[1:]:
                    self.client.delete(f"api/predictions/{number}/")
                    self.report.removed += 1
        missing = len(self.sent) - self._versions().get(self.report.model_version, 0)
        if missing > 0:
            raise StudioError(
                f"{missing:,} suggestions of {self.report.model_version} are gone: another machine suggested another "
                "model's at the same time; agree on one, and run the command again"
            )
        there = {version: count for version, count in self._versions().items() if version in replaced}
        self.report.removed += delete_versions(self.client, self.target, there)

    def _versions(self) -> dict[str, int]:
        return stored_versions(self.client, self.target)


def confidence(document: Document) -> float:
    """The mean score (probability) of all spans and arguments, rounded to 4 digits; 1.0 without any score."""
    scores = [span.score for span in document.spans() if span.score is not None]
    scores += [
        argument.score for event in document.events for argument in event.arguments if argument.score is not None
    ]
    return round(sum(scores) / len(scores), 4) if scores else 1.0


def _digest(result: object, score: object) -> str:
    text = json.dumps([result, score], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
