"""Progress of a project and of each annotator, counted task by task while the pages are read.

Stored are sums, and 16 bytes for each annotation to compute medians and pauses.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from pydantic import ValidationError

from annotation.checks.run import check
from annotation.core.document import Document
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_result
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.server.client import Client, id_of, rows
from annotation.labelstudio.server.paging import moment, pages
from annotation.labelstudio.server.streams import ahead
from annotation.page.document_view import heading
from annotation.terminal import ProgressBar

FIELDS = (
    *("id", "data", "annotations", "draft_exists", "total_predictions"),
    *("result", "completed_by", "created_at", "updated_at", "lead_time", "was_cancelled"),
)
PAUSE_SECONDS = 30 * 60
"""A longer time between two submissions is a pause, not work."""
_LEAST_SECONDS = 60.0
HEADER = (
    *("annotator", "done", "shared", "skipped", "drafts", "median min", "an hour", "by clock"),
    *("marks", "errors", "warnings"),
)


@dataclass(frozen=True)
class Pace:
    """How fast an annotator works; None where there is too little data.

    median_lead_time: seconds. articles_an_hour: from the time the page was open, as Label Studio measures it. by_clock:
    articles an hour from the times between two submissions, without pauses of more than half an hour.
    """

    median_lead_time: float | None
    articles_an_hour: float | None
    by_clock: float | None


@dataclass
class Annotator:
    """One annotator's work in a project. Counts are of articles unless stated otherwise.

    shared: articles another annotator has done too. errors, warnings: findings of the checks in all their annotations;
    rows that cannot be read count as errors. marks: spans in all their annotations. no_events: annotations that state
    there is no event. lead_times: seconds. times: of submission, in seconds since 1970.
    """

    done: int = 0
    shared: int = 0
    skipped: int = 0
    drafts: int = 0
    annotations: int = 0
    marks: int = 0
    errors: int = 0
    warnings: int = 0
    no_events: int = 0
    lead_times: array[float] = field(default_factory=lambda: array("d"))
    times: array[float] = field(default_factory=lambda: array("d"))

    def pace(self) -> Pace:
        """The annotator's working speed."""
        pauses = [
            later - earlier
            for earlier, later in zip(*(lambda times: (times, times[1:]))(sorted(self.times)), strict=False)
        ]
        working = [pause for pause in pauses if pause <= PAUSE_SECONDS]
        return Pace(
            median(self.lead_times) if self.lead_times else None, _per_hour(self.lead_times), _per_hour(working)
        )

    def as_dict(self) -> dict[str, object]:
        """The figures as plain JSON values; marks and findings are means per annotation."""
        counts = {name: getattr(self, name) for name in ("done", "shared", "skipped", "drafts", "no_events")}
        means = {name: self.mean(getattr(self, name)) for name in ("marks", "errors", "warnings")}
        return {**counts, **asdict(self.pace()), **{f"{name}_an_article": value for name, value in means.items()}}

    def mean(self, total: int) -> float | None:
        """`total` per annotation; None without annotations."""
        return total / self.annotations if self.annotations else None

    def row(self) -> tuple[object, ...]:
        """The figures for a table, in the order of `HEADER` after the name."""
        pace = self.pace()
        minutes = None if pace.median_lead_time is None else pace.median_lead_time / 60
        figures = (
            minutes,
            pace.articles_an_hour,
            pace.by_clock,
            *map(self.mean, (self.marks, self.errors, self.warnings)),
        )
        return (
            self.done,
            self.shared,
            self.skipped,
            self.drafts,
            *("" if figure is None else f"{figure:.1f}" for figure in figures),
        )


@dataclass(frozen=True)
class NoteToLead:
    """What an annotator wrote to the lead about an article. `at`: when the annotation was changed last, "" if unknown.

    title: the article's title, else its first line.
    """

    task: int
    article: str
    annotator: str
    text: str
    title: str = ""
    at: str = ""

    def __str__(self) -> str:
        return f"task {self.task}, article {self.article}, {self.annotator}: {' '.join(self.text.split())}"


@dataclass
class Progress:
    """The progress of a project. `wanted` is the number of annotators for each article, `url` its address.

    Every article is in one of three states: waiting, done_once (by some of the wanted annotators) or fully_done.
    """

    project: str
    wanted: int
    url: str = ""
    ui_language: str = "en"
    articles: int = 0
    waiting: int = 0
    done_once: int = 0
    fully_done: int = 0
    with_suggestions: int = 0
    with_drafts: int = 0
    annotators: dict[str, Annotator] = field(default_factory=lambda: defaultdict(Annotator))
    notes: list[NoteToLead] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """All figures as plain JSON values."""
        figures = {name: value for name, value in vars(self).items() if name not in ("annotators", "notes")}
        return {
            **figures,
            "notes": [asdict(note) for note in self.notes],
            "annotators": {name: annotator.as_dict() for name, annotator in sorted(self.annotators.items())},
        }

    def table(self) -> list[tuple[object, ...]]:
        """A row for each annotator, in the order of `HEADER`."""
        return [(name, *annotator.row()) for name, annotator in sorted(self.annotators.items())]

    def __str__(self) -> str:
        partly = f"{self.done_once:,} done once, " if self.wanted > 1 else ""
        per_article = f" ({self.wanted} each)" if self.wanted > 1 else ""
        return (
            f"{self.project}: {self.articles:,} articles, {self.waiting:,} waiting, {partly}{self.fully_done:,} fully "
            f"done{per_article}; {self.with_suggestions:,} with suggestions, {self.with_drafts:,} with drafts"
        )


def progress(client: Client, *, project: str) -> Progress:
    """Count the project's progress. Raises ProjectError when there is no project of that title."""
    target = find_project(client, project)
    counting = _Counting(client, target, client.members())
    with ProgressBar(f"counting in {project}") as bar:
        for page in ahead(pages(client, target.id, FIELDS, everything=True)):
            for task in page:
                counting.task(task)
            bar.advance(len(page))
    return counting.totals


class _Counting:
    def __init__(self, client: Client, target: Project, members: dict[int, str]) -> None:
        self.client, self.target, self.members = client, target, members
        self.titles = target.titles
        url = f"{client.url}/projects/{target.id}"
        self.totals = Progress(target.title, target.annotators, url, target.seal.ui_language)

    def task(self, raw: schemas.Row) -> None:
        """Count one task with its annotations and drafts."""
        totals = self.totals
        task, annotations = self._read(raw)
        done = {self._name(annotation) for annotation in annotations if not annotation.was_cancelled}
        totals.articles += 1
        totals.waiting += not done
        totals.fully_done += len(done) >= totals.wanted
        totals.done_once += 0 < len(done) < totals.wanted
        totals.with_suggestions += bool(raw.get("total_predictions"))
        for name in done:
            totals.annotators[name].done += 1
            totals.annotators[name].shared += len(done) > 1
        for name in {self._name(annotation) for annotation in annotations if annotation.was_cancelled} - done:
            totals.annotators[name].skipped += 1
        for annotation in annotations:
            if not annotation.was_cancelled:
                self._annotation(task, annotation)
        if raw.get("draft_exists"):
            self._drafts(id_of(raw))

    def _read(self, raw: schemas.Row) -> tuple[schemas.Task, Sequence[schemas.Annotation]]:
        """The task; a malformed one counts as a task without annotations."""
        try:
            task = schemas.Task.model_validate(raw)
        except ValidationError:
            task = schemas.Task(id=id_of(raw), data={})
        return task, task.annotations

    def _annotation(self, task: schemas.Task, annotation: schemas.Annotation) -> None:
        name = self._name(annotation)
        annotator = self.totals.annotators[name]
        annotator.annotations += 1
        if annotation.lead_time is not None:
            annotator.lead_times.append(annotation.lead_time)
        if annotation.created_at is not None:
            annotator.times.append(moment(annotation.created_at).timestamp())
        converted = from_result(task, annotation, ontology=self.target.ontology, titles=self.titles)
        annotator.errors += len(converted.quarantined)
        if converted.document is not None:
            self._said(converted.document, name)
            annotator.marks += sum(1 for _ in converted.document.spans())
            severities = [finding.severity for finding in check(converted.document, self.target.ontology)]
            annotator.errors += severities.count("error")
            annotator.warnings += severities.count("warning")

    def _said(self, document: Document, name: str) -> None:
        """Count the statement that there is no event, and keep the note to the lead."""
        said = document.provenance
        self.totals.annotators[name].no_events += bool(said and said.no_events)
        if said and said.note:
            title, at = str(heading(document).unescape()), said.updated_at or ""
            self.totals.notes.append(NoteToLead(said.task or 0, document.id, name, said.note, title, at))

    def _drafts(self, task: int) -> None:
        """Count a draft once for each annotator and article. A page contains only the caller's own drafts."""
        users = {str(draft.get("user")) for draft in rows(self.client.get(f"api/tasks/{task}/drafts"))}
        self.totals.with_drafts += bool(users)
        for user in users:
            self.totals.annotators[user].drafts += 1

    def _name(self, annotation: schemas.Annotation) -> str:
        user = annotation.completed_by
        return self.members.get(user, str(user)) if isinstance(user, int) else annotation.annotator or "?"


def _per_hour(seconds: Iterable[float]) -> float | None:
    """How many of these durations fit into an hour; None when they add up to less than a minute."""
    durations = list(seconds)
    return len(durations) * 3600 / sum(durations) if sum(durations) >= _LEAST_SECONDS else None
