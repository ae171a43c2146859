"""Articles pushed to several teams, each into a project of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from annotation.core.document import Document
from annotation.core.errors import ProjectError, RegionError, UsageError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import from_task_data
from annotation.labelstudio.project.project import TITLE_MAXIMUM, find_project
from annotation.labelstudio.server.client import Client, row
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.push import PushReport, push
from annotation.selection.team_assignment import deal


def team_titles(project: str, teams: Sequence[str]) -> dict[str, str]:
    """Team -> its project's title, which is ``PROJECT TEAM``. Raises UsageError when that cannot be."""
    if len(teams) < 2 or len(set(teams)) < len(teams):
        raise UsageError(f"--teams {','.join(teams)}: name two teams or more, each once, such as north,south")
    titles = {team: f"{project} {team}" for team in teams}
    for title in titles.values():
        if len(title) > TITLE_MAXIMUM:
            raise UsageError(f"--teams: {title!r} is too long for a project's title, which has 50 characters at most")
    return titles


def push_to_teams(
    client: Client,
    documents: Iterable[Document],
    *,
    project: str,
    teams: Sequence[str],
    shared: int = 0,
    ontology: Ontology,
    ui_language: str = "en",
    annotators: int | None = None,
    workspace: Path,
) -> dict[str, PushReport]:
    """Deal the articles out, by team; `shared` of them, and their near-duplicates, go to all teams.

    All articles are held in memory, those that the teams have already too: near-duplicates must stay together. Raises
    what `push` does, and UsageError where a team's project cannot be named.
    """
    titles = team_titles(project, teams)
    held: dict[str, set[str]] = {}
    there: dict[str, Document] = {}
    for team, title in titles.items():
        for document in _articles(client, title, workspace):
            held.setdefault(document.id, set()).add(team)
            there.setdefault(document.id, document)
    new = {document.id: document for document in documents}
    known = {id: frozenset(had) for id, had in held.items()}
    everything = [*there.values(), *(document for id, document in new.items() if id not in there)]
    dealt = deal(everything, teams=teams, shared=shared, held=known)
    return {
        team: push(
            client,
            [document for id, document in new.items() if team in dealt[id]],
            project=title,
            ontology=ontology,
            ui_language=ui_language,
            annotators=annotators,
            workspace=workspace,
        )
        for team, title in titles.items()
    }


def _articles(client: Client, title: str, workspace: Path) -> list[Document]:
    """What is in a team's project, which need not be there yet."""
    try:
        target = find_project(client, title, workspace=workspace)
    except ProjectError:
        return []  # if there is one that is not ours, the push says so
    found = []
    for page in pages(client, target.id, ("id", "data")):
        for task in page:
            try:
                found.append(from_task_data(row(task.get("data"))))
            except RegionError:
                continue  # made by hand, or edited: nothing could be nearly the same as what it was
    return found
