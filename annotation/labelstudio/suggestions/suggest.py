"""Predicted Documents -> suggestions the annotators see, in place of naba's earlier ones."""

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
from annotation.core.errors import StudioDownError, UsageError
from annotation.labelstudio.convert.convert import check_result, to_result
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.project.task_index import Holdings, alone, holdings, same_text
from annotation.labelstudio.server.client import Client, row
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.server.streams import ahead, batched, progress_bar
from annotation.labelstudio.suggestions.usage import remember

PREFIX = "naba"
CHUNK_BYTES = 8 << 20
CHUNK_PREDICTIONS = 500
_TRIES = 3

There: TypeAlias = dict[int, dict[str, list[int]]]
"""Task -> digest of each suggestion of one version that is there -> the numbers of those that say the same."""

Notes: TypeAlias = Mapping[str, Mapping[Span, str]]
"""Article id -> span -> what is to be read at its region."""

log = logging.getLogger(__name__)


@dataclass
class SuggestReport:
    """What became of the predictions.

    created: suggestions made. kept: the same were there. removed: earlier ones of naba's taken away. missing: ids of
    articles the project does not hold, or holds with another text. refused: why a prediction was not sent.
    """

    model_version: str = ""
    created: int = 0
    kept: int = 0
    removed: int = 0
    missing: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = {
            "already there": self.kept,
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
    """Show the predictions to the annotators, the least sure first, and take naba's earlier ones away unless `keep`.

    The version is `model_version`, else what the first document says made it. `notes` are put on regions, for whoever
    selects one to read. Raises UsageError when documents of two
    models come together, ProjectError when there is no such project, and StudioDownError, saying how far it got, when
    the server stays away; the same call again goes on from there.
    """
    with alone(workspace, project):
        suggesting = _Suggesting(client, find_project(client, project, workspace=workspace), model_version, notes or {})
        try:
            suggesting.run(documents, keep=keep)
        except StudioDownError as error:
            done = suggesting.report.created + suggesting.report.kept
            raise StudioDownError(
                f"{error}; {done:,} suggestions are there; run the same command again to go on"
            ) from (error)
    return suggesting.report


class _Suggesting:
    def __init__(self, client: Client, target: Project, version: str | None, notes: Notes) -> None:
        self.client, self.target, self.version, self.notes = client, target, version, notes
        self.titles = target.titles
        self.report = SuggestReport()
        self.held = Holdings()
        self.there: There = {}
        self.untidy = False
        self.sent: dict[int, str] = {}

    def run(self, documents: Iterable[Document], *, keep: bool) -> None:
        self.held = holdings(self.client, self.target.id)
        parcels = batched(
            self._suggestions(documents), size=lambda s: len(s.body), most=CHUNK_BYTES, count=CHUNK_PREDICTIONS
        )
        with progress_bar(f"suggesting in {self.target.title}") as advance:
            for chunk in ahead(parcels):
                self._import(chunk)
                advance(len(chunk))
        if self.report.model_version and self.sent:
            self._show()
            self._tidy(keep=keep)

    def _suggestions(self, documents: Iterable[Document]) -> Iterator[_Suggestion]:
        """What there is to send: checked, and on the task of the article it was predicted for."""
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
        """What the suggestions are marked with; its beginning says that they are ours to replace."""
        told = self.version or (document.provenance.model_version if document.provenance else None) or "model"
        version = told if told.startswith(PREFIX) else f"{PREFIX} {told}"
        first = self.report.model_version
        if not first:
            self.report.model_version = version
            self.there = self._present(version)
            self.untidy = bool(self.there)
        elif version != first:
            raise UsageError(
                f"article {document.id} was predicted by {version!r}, those before it by {first!r}; "
                "suggest one model's predictions at a time"
            )
        return version

    def _present(self, version: str) -> There:
        there: There = defaultdict(lambda: defaultdict(list))
        fields = ("id", "predictions", "model_version", "result", "score")
        if version in self._versions():
            for page in ahead(pages(self.client, self.target.id, fields, everything=True)):
                for task in page:
                    for prediction in _predictions(task):
                        if prediction.get("model_version") == version:
                            digest = _digest(prediction.get("result"), prediction.get("score"))
                            there[int(str(task["id"]))][digest].append(int(str(prediction["id"])))
        return there

    def _import(self, chunk: list[_Suggestion]) -> None:
        """Make the suggestions that are not there; what a silent server took is looked up, not sent again."""
        for attempt in range(_TRIES):
            new = [s for s in chunk if s.digest not in self.there.get(s.task, {})]
            if attempt == 0:
                self.report.kept += len(chunk) - len(new)
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
                self.there, self.untidy = self._present(self.report.model_version), True
                self.report.created += sum(s.digest in self.there.get(s.task, {}) for s in new)

    def _show(self) -> None:
        """Let annotators see this version, the least sure articles first."""
        body: Row = {
            "model_version": self.report.model_version,
            "show_collab_predictions": True,
            "sampling": "Uncertainty sampling",
        }
        self.client.change(f"api/projects/{self.target.id}/", body)

    def _tidy(self, *, keep: bool) -> None:
        """Take away what the new suggestions replace: other versions, and other ones of this version."""
        replaced = {version for version in self._versions() if self._ours(version) and not keep}
        remember(self.client, self.target, replaced | ({self.report.model_version} if self.untidy else set()))
        there = self._present(self.report.model_version) if self.untidy else {}
        for task, suggestions in there.items():
            for digest, numbers in suggestions.items():
                stale = task in self.sent and digest != self.sent[task]
                for number in numbers if stale else numbers[1:]:
                    self.client.delete(f"api/predictions/{number}/")
                    self.report.removed += 1
        for version, count in self._versions().items():
            if version in replaced:
                self.client.delete(f"api/projects/{self.target.id}/model-versions/", {"model_version": version})
                self.report.removed += count

    def _ours(self, version: str) -> bool:
        """Whether it is an earlier version of naba's."""
        return version.startswith(PREFIX) and version != self.report.model_version

    def _versions(self) -> dict[str, int]:
        """Each model version in the project, and how many suggestions it made."""
        versions = row(self.client.get(f"api/projects/{self.target.id}/model-versions/"))
        return {name: int(str(count)) for name, count in versions.items()}


def confidence(document: Document) -> float:
    """The mean of all scores: of spans and arguments. 1 where nothing is marked or nothing is scored."""
    scores = [span.score for span in document.spans() if span.score is not None]
    scores += [a.score for event in document.events for a in event.arguments if a.score is not None]
    return round(sum(scores) / len(scores), 4) if scores else 1.0


def _predictions(task: Row) -> list[Row]:
    predictions = task.get("predictions")
    return [row(prediction) for prediction in predictions] if isinstance(predictions, list) else []


def _digest(result: object, score: object) -> str:
    told = json.dumps([result, score], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
