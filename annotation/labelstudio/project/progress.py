"""How far a project is, and how each annotator works: counted task by task while the pages stream by.

Kept are sums, and sixteen bytes for each annotation to find medians and pauses in.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from pydantic import ValidationError

from annotation.checks.run import check
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_result
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.server.client import Client, rows
from annotation.labelstudio.server.paging import moment, pages
from annotation.labelstudio.server.streams import ahead
from annotation.labelstudio.server.streams import progress_bar as shown

FIELDS = (
    *("id", "data", "annotations", "draft_exists", "total_predictions"),
    *("result", "completed_by", "created_at", "lead_time", "was_cancelled"),
)
PAUSE_SECONDS = 30 * 60
"""Who hands in nothing for so long was doing something else."""
_LEAST_SECONDS = 60.0
HEADER = (
    *("annotator", "done", "shared", "skipped", "drafts", "median min", "an hour", "by clock"),
    *("marks", "errors", "warnings"),
)


@dataclass(frozen=True)
class Pace:
    """How fast somebody works; None where there is too little to say.

    median_lead_time: seconds. articles_an_hour: by the time the page was open, as Label Studio counts it. by_clock: by
    the times between one annotation handed in and the next, without pauses of more than half an hour.
    """

    median_lead_time: float | None
    articles_an_hour: float | None
    by_clock: float | None


@dataclass
class Annotator:
    """One annotator's work in a project. Counts are of articles unless they say otherwise.

    shared: done by somebody else too. errors, warnings: findings of the checks in all their annotations, what could
    not be read among the errors. marks: spans in all their annotations.
    """

    done: int = 0
    shared: int = 0
    skipped: int = 0
    drafts: int = 0
    annotations: int = 0
    marks: int = 0
    errors: int = 0
    warnings: int = 0
    lead_times: array[float] = field(default_factory=lambda: array("d"))
    times: array[float] = field(default_factory=lambda: array("d"))

    def pace(self) -> Pace:
        """How fast they work."""
        pauses = [b - a for a, b in zip(*(lambda t: (t, t[1:]))(sorted(self.times)), strict=False)]
        working = [pause for pause in pauses if pause <= PAUSE_SECONDS]
        return Pace(median(self.lead_times) if self.lead_times else None, _hourly(self.lead_times), _hourly(working))

    def as_dict(self) -> dict[str, object]:
        """The figures for a machine; marks and findings are per annotation."""
        counts = {name: getattr(self, name) for name in ("done", "shared", "skipped", "drafts")}
        means = {name: self.mean(getattr(self, name)) for name in ("marks", "errors", "warnings")}
        return {**counts, **asdict(self.pace()), **{f"{name}_an_article": value for name, value in means.items()}}

    def mean(self, total: int) -> float | None:
        """The total for each annotation."""
        return total / self.annotations if self.annotations else None

    def row(self) -> tuple[object, ...]:
        """The figures for a person, in the order of `HEADER` after the name."""
        pace = self.pace()
        minutes = None if pace.median_lead_time is None else pace.median_lead_time / 60
        figures = (
            minutes,
            pace.articles_an_hour,
            pace.by_clock,
            *map(self.mean, (self.marks, self.errors, self.warnings)),
        )
        return (self.done, self.shared, self.skipped, self.drafts, *("" if f is None else f"{f:.1f}" for f in figures))


@dataclass
class Progress:
    """How far a project is. `wanted` is how many annotators each article is for.

    Every article is waiting, done_once (by somebody, not yet by all that are wanted) or fully_done.
    """

    project: str
    wanted: int
    articles: int = 0
    waiting: int = 0
    done_once: int = 0
    fully_done: int = 0
    with_suggestions: int = 0
    with_drafts: int = 0
    annotators: dict[str, Annotator] = field(default_factory=lambda: defaultdict(Annotator))

    def as_dict(self) -> dict[str, object]:
        """All figures for a machine."""
        own = {name: value for name, value in vars(self).items() if name != "annotators"}
        return {**own, "annotators": {name: who.as_dict() for name, who in sorted(self.annotators.items())}}

    def table(self) -> list[tuple[object, ...]]:
        """A row for each annotator, below `HEADER`."""
        return [(name, *who.row()) for name, who in sorted(self.annotators.items())]

    def __str__(self) -> str:
        partly = f"{self.done_once:,} done once, " if self.wanted > 1 else ""
        each = f" ({self.wanted} each)" if self.wanted > 1 else ""
        return (
            f"{self.project}: {self.articles:,} articles, {self.waiting:,} waiting, {partly}{self.fully_done:,} fully "
            f"done{each}; {self.with_suggestions:,} with suggestions, {self.with_drafts:,} with drafts"
        )


def progress(client: Client, *, project: str) -> Progress:
    """How far the project is. Raises ProjectError when there is none of that title."""
    target = find_project(client, project)
    counting = _Counting(client, target, client.members())
    with shown(f"counting in {project}") as advance:
        for page in ahead(pages(client, target.id, FIELDS, everything=True)):
            for task in page:
                counting.task(task)
            advance(len(page))
    return counting.found


class _Counting:
    def __init__(self, client: Client, target: Project, members: dict[int, str]) -> None:
        self.client, self.target, self.members = client, target, members
        self.titles = target.titles
        self.found = Progress(target.title, target.annotators)

    def task(self, raw: schemas.Row) -> None:
        """Count one task and all that hangs on it."""
        found = self.found
        task, annotations = self._read(raw)
        done = {self._who(a) for a in annotations if not a.was_cancelled}
        found.articles += 1
        found.waiting += not done
        found.fully_done += len(done) >= found.wanted
        found.done_once += 0 < len(done) < found.wanted
        found.with_suggestions += bool(raw.get("total_predictions"))
        for who in done:
            found.annotators[who].done += 1
            found.annotators[who].shared += len(done) > 1
        for who in {self._who(a) for a in annotations if a.was_cancelled} - done:
            found.annotators[who].skipped += 1
        for annotation in annotations:
            if not annotation.was_cancelled:
                self._annotation(task, annotation)
        if raw.get("draft_exists"):
            self._drafts(int(str(raw["id"])))

    def _read(self, raw: schemas.Row) -> tuple[schemas.Task, Sequence[schemas.Annotation]]:
        """The task; one that nobody can read counts as one without annotations."""
        try:
            task = schemas.Task.model_validate(raw)
        except ValidationError:
            task = schemas.Task(id=int(str(raw["id"])), data={})
        return task, task.annotations

    def _annotation(self, task: schemas.Task, annotation: schemas.Annotation) -> None:
        who = self.found.annotators[self._who(annotation)]
        who.annotations += 1
        if annotation.lead_time is not None:
            who.lead_times.append(annotation.lead_time)
        if annotation.created_at is not None:
            who.times.append(moment(annotation.created_at).timestamp())
        converted = from_result(task, annotation, ontology=self.target.ontology, titles=self.titles)
        who.errors += len(converted.quarantined)
        if converted.document is not None:
            who.marks += sum(1 for _ in converted.document.spans())
            severities = [finding.severity for finding in check(converted.document, self.target.ontology)]
            who.errors += severities.count("error")
            who.warnings += severities.count("warning")

    def _drafts(self, task: int) -> None:
        """A draft counts once for each annotator and article. A page holds only those of whoever asks."""
        users = {str(draft.get("user")) for draft in rows(self.client.get(f"api/tasks/{task}/drafts"))}
        self.found.with_drafts += bool(users)
        for user in users:
            self.found.annotators[user].drafts += 1

    def _who(self, annotation: schemas.Annotation) -> str:
        who = annotation.completed_by
        return self.members.get(who, str(who)) if isinstance(who, int) else annotation.annotator or "?"


def _hourly(seconds: Iterable[float]) -> float | None:
    """How many of these fit into an hour; None when they are all together less than a minute."""
    each = list(seconds)
    return len(each) * 3600 / sum(each) if sum(each) >= _LEAST_SECONDS else None
