"""The articles of a project for drafting: what annotators handed in, and what nobody did yet."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from annotation.core.document import Document
from annotation.core.errors import RegionError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import from_task_data
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.pull import pull
from annotation.storage.documents_file import read_documents

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProjectArticles:
    """marked: what was handed in, a Document an annotation. waiting: bare articles without any annotation.

    complete: ids of the articles that have all their annotations.
    """

    ontology: Ontology
    marked: list[Document]
    waiting: list[Document]
    complete: frozenset[str]


def project_articles(client: Client, *, project: str, workspace: Path) -> ProjectArticles:
    """Pull the project into a file of its own in the workspace, and list its articles.

    Articles that only some of their annotators have done are neither waiting nor complete: what one of them marked
    would be shown to the next. Raises as `find_project` and `pull` do.
    """
    target = find_project(client, project, workspace=workspace)
    out = (target.home or workspace) / "draft" / "annotated.jsonl"
    for edit in pull(client, project=project, out=out, workspace=workspace).by_hand:
        log.warning("%s", edit)
    waiting, complete = [], set()
    for page in pages(client, target.id, ("id", "data", "is_labeled", "total_annotations")):
        for task in page:
            try:
                document = from_task_data(task["data"] if isinstance(task["data"], dict) else {})
            except RegionError as error:
                log.warning("task %s: %s", task.get("id"), error)
                continue
            if task.get("is_labeled"):
                complete.add(document.id)
            elif not task.get("total_annotations"):
                waiting.append(document)
    return ProjectArticles(target.ontology, list(read_documents(out)), waiting, frozenset(complete))
