"""The second project: articles annotators disagree about, for somebody to decide, and what was decided.

Each contested article is a task with a version to start from, every annotator's version beside it as a suggestion of
theirs, and above the text who said what at each contested place. Everything is found again by the article's id, so all
of it may be done again at any time: what is there stays, what changed is replaced, what is decided is never touched.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from annotation.adjudication.draft_version import Proposal, proposal
from annotation.core.annotator_versions import annotator, updated
from annotation.core.document import Document
from annotation.core.errors import ProjectError
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.project.project import TITLE_MAXIMUM, Project, find_project
from annotation.labelstudio.project.task_index import alone, holdings
from annotation.labelstudio.server.client import Client, row
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.suggestions.suggest import suggest
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents
from annotation.storage.pull_files import PullFiles

START = "everybody"
"""What the suggestion to start from is called; those of annotators have their names."""
_SUFFIX = ": adjudication"
_DIGITS = 6
_HEADINGS = {
    "ar": "مواضع مختلف فيها: {}. لكل منها احسم: أبقِه أو صحّحه أو احذفه، ثم سلّم",
    "he": "מקומות שנויים במחלוקת: {}. בכל אחד החליטו: להשאיר, לתקן או למחוק, ואז לשלוח",
    "en": "Contested places: {}. Decide each: keep it, mend it or remove it, then submit",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Decisions:
    """What adjudicators submitted, by article id.

    outdated: ids of articles whose annotators changed something after the decision. quarantined: pieces of decisions
    that could not be taken over, which `quarantine` holds.
    """

    documents: Mapping[str, Document] = field(default_factory=dict)
    outdated: tuple[str, ...] = ()
    quarantined: int = 0
    quarantine: Path | None = None


def title_of(project: str) -> str:
    """What the second project is called; a long title is cut, and told from others of that beginning by a hash."""
    whole = f"{project}{_SUFFIX}"
    if len(whole) <= TITLE_MAXIMUM:
        return whole
    mark = hashlib.sha256(project.encode()).hexdigest()[:_DIGITS]
    return f"{project[: TITLE_MAXIMUM - len(_SUFFIX) - _DIGITS - 1]} {mark}{_SUFFIX}"


def is_second(title: str) -> bool:
    """Whether a project of this title is one to decide in."""
    return title.endswith(_SUFFIX)


def hand_over(
    client: Client,
    contested: Sequence[Mapping[str, Document]],
    *,
    project: str,
    workspace: Path,
    senior: Sequence[str] = (),
) -> str:
    """Put contested articles, each as its versions by annotator, before an adjudicator, and say where.

    The second project is made when missing, as `project` was. Raises ProjectError when there is no such project.
    """
    source = find_project(client, project, workspace=workspace)
    title = title_of(project)
    bare = [next(iter(versions.values())).bare() for versions in contested]
    report = push(
        client,
        bare,
        project=title,
        ontology=source.ontology,
        ui_language=source.seal.ui_language,
        workspace=workspace,
    )
    proposals = [
        proposal(versions, source.ontology, senior=senior, ui_language=source.seal.ui_language)
        for versions in contested
    ]
    for name in sorted({name for versions in contested for name in versions}):
        theirs = [versions[name] for versions in contested if name in versions]
        suggest(client, theirs, project=title, workspace=workspace, model_version=name, keep=True)
    notes = {made.document.id: made.notes for made in proposals}
    started = [made.document for made in proposals]
    suggest(client, started, project=title, workspace=workspace, model_version=START, keep=True, notes=notes)
    with alone(workspace, title):
        _tell(client, find_project(client, title, workspace=workspace), proposals)
    return f"{client.url}/projects/{report.project_id}"


def decisions(
    client: Client, contested: Sequence[Mapping[str, Document]], *, project: str, workspace: Path
) -> Decisions:
    """What was submitted in the second project; nothing when there is none. Of two for one article the later counts."""
    title = title_of(project)
    try:
        target = find_project(client, title, workspace=workspace)
    except ProjectError:
        find_project(client, project, workspace=workspace)
        return Decisions()
    out = (target.home or Path(workspace)) / "decisions.jsonl"
    report = pull(client, project=title, out=out, workspace=workspace)
    texts = {version.id: version.text for versions in contested for version in versions.values()}
    decided: dict[str, Document] = {}
    for document in read_documents(out):
        known = decided.get(document.id)
        if texts.get(document.id, document.text) != document.text:
            log.warning("article %s was decided with another text than it has now; decide it again", document.id)
        elif known is None or updated(known) <= updated(document):
            decided[document.id] = document
    outdated = tuple(_outdated(decided, contested))
    return Decisions(decided, outdated, report.quarantined, PullFiles(out).quarantine)


def _outdated(decided: Mapping[str, Document], contested: Sequence[Mapping[str, Document]]) -> Iterator[str]:
    for versions in contested:
        for version in versions.values():
            decision = decided.get(version.id)
            if decision is not None and updated(decision) < updated(version):
                log.warning(
                    "article %s: %s changed it after it was decided, which stands; look at it again in %s",
                    *(version.id, annotator(version), "the adjudication project"),
                )
                yield version.id
                break


def _tell(client: Client, target: Project, proposals: Sequence[Proposal]) -> None:
    """Write the contested places above the text of each task, where they are not."""
    held = holdings(client, target.id)
    heading = _HEADINGS[target.seal.ui_language]
    told: dict[int, str] = {}
    for made in proposals:
        if place := held.articles.get(made.document.id):
            told[place.task] = "\n".join([heading.format(len(made.lines)), *made.lines])
    for page in pages(client, target.id, ("id", "data"), only=sorted(told)):
        for task in page:
            number, data = int(str(task["id"])), row(task.get("data"))
            if data.get(schemas.FINDINGS) != told[number]:
                client.change(f"api/tasks/{number}/", {"data": {**data, schemas.FINDINGS: told[number]}})
