"""The adjudication project: a second project with the articles annotators disagree about, and its decisions.

Each contested article is a task with a draft version to start from, every annotator's version as a suggestion under
that annotator's name, and a list of the contested places above the text. All of it is matched by the article's id, so
every step can be repeated: unchanged parts stay, changed parts are replaced, decisions are never overwritten.
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
from annotation.labelstudio.server.client import Client, id_of, row
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.suggestions.suggest import suggest
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents
from annotation.storage.pull_files import PullFiles

START = "everybody"
"""The model version of the suggestion to start from; suggestions of annotators have the annotator's name."""
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
    """The versions adjudicators submitted, by article id.

    outdated: ids of articles whose annotators changed something after the decision. quarantined: number of entries in
    the file `quarantine`, for the parts of decisions that could not be read.
    """

    documents: Mapping[str, Document] = field(default_factory=dict)
    outdated: tuple[str, ...] = ()
    quarantined: int = 0
    quarantine: Path | None = None


def title_of(project: str) -> str:
    """The title of the adjudication project. A long title is cut, and made unique by 6 hex digits of a hash."""
    title = f"{project}{_SUFFIX}"
    if len(title) <= TITLE_MAXIMUM:
        return title
    digest = hashlib.sha256(project.encode()).hexdigest()[:_DIGITS]
    return f"{project[: TITLE_MAXIMUM - len(_SUFFIX) - _DIGITS - 1]} {digest}{_SUFFIX}"


def is_second(title: str) -> bool:
    """Whether this is the title of an adjudication project."""
    return title.endswith(_SUFFIX)


def hand_over(
    client: Client,
    contested: Sequence[Mapping[str, Document]],
    *,
    project: str,
    workspace: Path,
    senior: Sequence[str] = (),
) -> str:
    """Put contested articles, each a mapping annotator -> version, into the adjudication project; return its address.

    The adjudication project is created when missing, with the settings of `project`. Raises ProjectError when there is
    no such project.
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
        own_versions = [versions[name] for versions in contested if name in versions]
        suggest(client, own_versions, project=title, workspace=workspace, model_version=name, keep=True)
    notes = {draft.document.id: draft.notes for draft in proposals}
    drafts = [draft.document for draft in proposals]
    suggest(client, drafts, project=title, workspace=workspace, model_version=START, keep=True, notes=notes)
    with alone(workspace, title):
        _show_contested(client, find_project(client, title, workspace=workspace), proposals)
    return f"{client.url}/projects/{report.project_id}"


def decisions(
    client: Client, contested: Sequence[Mapping[str, Document]], *, project: str, workspace: Path
) -> Decisions:
    """The versions submitted in the adjudication project; empty when there is no such project yet.

    Of two versions of one article the later one counts. Raises ProjectError when `project` does not exist either.
    """
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
        earlier = decided.get(document.id)
        if texts.get(document.id, document.text) != document.text:
            log.warning("article %s was decided with another text than it has now; decide it again", document.id)
        elif earlier is None or updated(earlier) <= updated(document):
            decided[document.id] = document
    outdated = tuple(_outdated(decided, contested))
    return Decisions(decided, outdated, report.quarantined, PullFiles(out).quarantine)


def _outdated(decided: Mapping[str, Document], contested: Sequence[Mapping[str, Document]]) -> Iterator[str]:
    """Ids of decided articles that an annotator changed after the decision."""
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


def _show_contested(client: Client, target: Project, proposals: Sequence[Proposal]) -> None:
    """Write the contested places above the text of each task, where they differ from what is displayed."""
    held = holdings(client, target.id)
    heading = _HEADINGS[target.seal.ui_language]
    texts: dict[int, str] = {}
    for draft in proposals:
        if place := held.articles.get(draft.document.id):
            texts[place.task] = "\n".join([heading.format(len(draft.lines)), *draft.lines])
    for page in pages(client, target.id, ("id", "data"), only=sorted(texts)):
        for task in page:
            number, data = id_of(task), row(task.get("data"))
            if data.get(schemas.FINDINGS) != texts[number]:
                client.change(f"api/tasks/{number}/", {"data": {**data, schemas.FINDINGS: texts[number]}})
