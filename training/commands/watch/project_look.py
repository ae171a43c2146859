"""A look at a watched project: what was handed in, what is wrong with it, and what of it is gold."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from annotation.adjudication.overlap import Overlap
from annotation.adjudication.voting import adjudicate, contested
from annotation.checks.finding import Finding
from annotation.checks.run import check_file
from annotation.core.document import Document
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.project.tasks_in_use import tasks_in_use
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.adjudication_project import decisions
from annotation.labelstudio.sync.pull import pull
from annotation.storage.documents_file import line, read_documents
from annotation.storage.pull_files import PullFiles
from training.commands.watch.plan import Seen
from training.config.watching import WatchConfig

_DIGITS = 12

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Annotations:
    """What was handed in up to a pull. pulled: a hash of it. gold: sorted by id.

    Articles with an error wait until it is mended, and articles that too few have submitted for the others.
    """

    pulled: str
    annotated: Sequence[Document]
    findings: Sequence[Finding]
    gold: Sequence[Document]
    with_errors: int
    incomplete: int


class Look:
    """Looks at one project again and again; what was checked once is not checked again while nobody hands anything in.

    folder: where the pull goes. state: the workspace for the state of decisions, elsewhere in a dry run.
    """

    def __init__(self, title: str, settings: WatchConfig, folder: Path, workspace: Path, state: Path) -> None:
        self.title, self.settings, self.folder = title, settings, folder
        self.workspace, self.state = workspace, state
        self._key = ""
        self._kept: Annotations | None = None
        self._told: set[str] = set()

    def annotations(self, client: Client) -> Annotations:
        """Pull, check and merge."""
        out = self.folder / "annotated.jsonl"
        self._tell(pull(client, project=self.title, out=out, workspace=self.workspace).by_hand)
        target = find_project(client, self.title, workspace=self.workspace)
        annotated = list(read_documents(out))
        versions = contested(annotated, target.ontology)
        decided = decisions(client, versions, project=self.title, workspace=self.state).documents
        key = _hash(
            [
                PullFiles(out).digest(),
                target.ontology.hash,
                *map(line, decided.values()),
                target.annotators,
                *self._day(),
            ]
        )
        if self._kept is None or key != self._key:
            self._key, self._kept = key, self._merged(key, out, annotated, decided.values(), target)
        return self._kept

    def seen(self, client: Client, annotations: Annotations, earlier: Iterable[str]) -> Seen:
        """What the plan is made from."""
        target = find_project(client, self.title, workspace=self.workspace)
        articles = (str(task.get("meta")) for page in pages(client, target.id, ("id", "meta")) for task in page)
        return Seen(
            annotations.pulled,
            frozenset(document.id for document in annotations.gold),
            gold_hash(annotations.gold),
            frozenset(earlier),
            _hash(articles),
            self.in_use(client, target),
        )

    def in_use(self, client: Client, target: Project) -> frozenset[int]:
        """The tasks that somebody works on now."""
        return tasks_in_use(client, target.id, workspace=self.workspace)

    def _day(self) -> list[str]:
        """Today, where who is missing is waited for so many days only: then what is gold depends on it."""
        return [] if self.settings.missing_after is None else [datetime.now(UTC).date().isoformat()]

    def _tell(self, lines: Iterable[str]) -> None:
        """Warn of each thing once, however often it is looked at."""
        for told in lines:
            if told not in self._told:
                self._told.add(told)
                log.warning("%s", told)

    def _merged(
        self, key: str, out: Path, annotated: Sequence[Document], decided: Iterable[Document], target: Project
    ) -> Annotations:
        findings = list(check_file(out, target.ontology))
        wrong = {finding.document for finding in findings if finding.severity == "error"}
        decisions_ = {document.id: document for document in decided}
        expected, days = self.settings.annotators or target.annotators, self.settings.missing_after
        patience = None if days is None else timedelta(days=days)
        overlap = Overlap.of(annotated, expected, decided=decisions_, missing_after=patience)
        self._tell(overlap.going_on())
        sound = [document for document in overlap.complete if document.id not in wrong]
        merged = adjudicate(
            sound,
            policy=self.settings.policy,
            senior=self.settings.senior,
            ontology=target.ontology,
            decided=decisions_,
        )
        gold = sorted(merged.gold, key=lambda document: document.id)
        return Annotations(key, annotated, findings, gold, len(wrong), len(overlap.incomplete))


def gold_hash(gold: Iterable[Document]) -> str:
    """The name of a round: a hash of its gold Documents."""
    return _hash(map(line, gold))


def _hash(parts: Iterable[object]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(str(part).encode("utf-8", "surrogatepass") + b"\n")
    return total.hexdigest()[:_DIGITS]
