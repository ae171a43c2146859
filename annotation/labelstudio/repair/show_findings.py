"""Findings shown to the annotators on the tasks themselves. The next run clears the findings that are corrected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from annotation.checks.finding import Finding
from annotation.core.errors import UsageError
from annotation.labelstudio.convert.schemas import FINDINGS, Row
from annotation.labelstudio.project.project import Project, find_project, renew
from annotation.labelstudio.project.task_index import alone
from annotation.labelstudio.repair.findings_panel import panel
from annotation.labelstudio.server.client import Client, id_of
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.server.streams import ahead
from annotation.terminal import ProgressBar

_TASKS_PROBED = 1000
"""Tasks looked up to decide whether the findings belong to this project at all."""


@dataclass
class ShowReport:
    """On how many tasks findings are shown, were cleared, or are held back until all annotators are done.

    elsewhere: tasks with findings that are not in the project. untouched: tasks left as they were, as was asked, whose
    panel would be another one.
    """

    url: str = ""
    shown: int = 0
    cleared: int = 0
    held_back: int = 0
    elsewhere: int = 0
    untouched: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        counts = {
            "cleared": self.cleared,
            "held back until all their annotators are done": self.held_back,
            "not in the project": self.elsewhere,
            "left for later, as somebody works on them": len(self.untouched),
        }
        more = "".join(f", {count:,} {what}" for what, count in counts.items() if count)
        return f"findings shown on {self.shown:,} tasks of {self.url}{more}"

    def as_dict(self) -> dict[str, object]:
        """The counts as plain JSON values."""
        return asdict(self)


def show(
    client: Client,
    findings: Iterable[Finding],
    *,
    project: str,
    workspace: Path,
    untouched: Collection[int] = (),
) -> ShowReport:
    """Show these findings, and no others, on the project's tasks, each below its annotator's own annotation.

    The tasks in `untouched` stay as they are.

    Tasks that more people are still to annotate show nothing, so that nobody sees another annotator's work. Only the
    panel changes: texts keep their hash, and a second call changes nothing. Raises ProjectError when there is no such
    project or its page was edited by hand, and UsageError when all findings concern other tasks.
    """
    with alone(workspace, project):
        target = find_project(client, project, workspace=workspace)
        renew(client, target)
        by_task: dict[int, list[Finding]] = defaultdict(list)
        for finding in findings:
            if finding.task is not None:
                by_task[finding.task].append(finding)
        if by_task and not any(pages(client, target.id, ("id",), only=sorted(by_task)[:_TASKS_PROBED])):
            raise UsageError(
                f"nothing was found on a task of project {project!r}; check the file that was pulled from it"
            )
        return _Showing(client, target, by_task, untouched).run()


class _Showing:
    def __init__(
        self,
        client: Client,
        target: Project,
        by_task: Mapping[int, list[Finding]],
        untouched: Collection[int],
    ) -> None:
        self.client, self.target, self.by_task, self.untouched = client, target, by_task, untouched
        self.report = ShowReport(f"{client.url}/projects/{target.id}")

    def run(self) -> ShowReport:
        """Go through all tasks and write each one's findings."""
        fields = ("id", "data", "annotations", "completed_by", "was_cancelled")
        matched = 0
        with ProgressBar(f"showing findings in {self.target.title}") as bar:
            for page in ahead(pages(self.client, self.target.id, fields, everything=True)):
                for task in page:
                    matched += id_of(task) in self.by_task
                    self._task(task)
                bar.advance(len(page))
        self.report.elsewhere = len(self.by_task) - matched
        return self.report

    def _task(self, task: Row) -> None:
        data, findings = task.get("data"), self.by_task.get(id_of(task), [])
        if not isinstance(data, dict):
            return
        if findings and _annotator_count(task) < self.target.annotators:
            self.report.held_back += 1
            findings = []
        text = panel(findings, self.target.ontology, self.target.seal.ui_language)
        before = str(data.get(FINDINGS) or "")
        if text != before and id_of(task) in self.untouched:
            self.report.untouched.append(id_of(task))
            return
        self.report.shown += bool(text)
        self.report.cleared += bool(before and not text)
        if text != before:
            other_data = {key: value for key, value in data.items() if key != FINDINGS}
            self.client.change(
                f"api/tasks/{task['id']}/", {"data": {**other_data, FINDINGS: text} if text else other_data}
            )


def _annotator_count(task: Row) -> int:
    """How many different people have annotated the task."""
    annotations = task.get("annotations")
    people = (
        [annotation.get("completed_by") for annotation in annotations if isinstance(annotation, dict)]
        if isinstance(annotations, list)
        else []
    )
    return len(set(map(str, people)))
