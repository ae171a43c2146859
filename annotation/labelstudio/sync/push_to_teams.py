"""Push to several teams of annotators: each team has its own project."""

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
    """Team -> title of its project, which is ``PROJECT TEAM``.

    Raises UsageError for fewer than two teams, repeated teams, or a title that is too long.
    """
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
    """Distribute the articles among the teams; `shared` of them, and their near-duplicates, go to all teams.

    All articles are held in memory, including those the teams already have: near-duplicates must stay together. Returns
    a report for each team. Raises what `push` raises, and UsageError for invalid team names.
    """
    titles = team_titles(project, teams)
    held: dict[str, set[str]] = {}
    present: dict[str, Document] = {}
    for team, title in titles.items():
        for document in _articles(client, title, workspace):
            held.setdefault(document.id, set()).add(team)
            present.setdefault(document.id, document)
    new = {document.id: document for document in documents}
    teams_of = {id: frozenset(article_teams) for id, article_teams in held.items()}
    everything = [*present.values(), *(document for id, document in new.items() if id not in present)]
    dealt = deal(everything, teams=teams, shared=shared, held=teams_of)
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
    """The articles in a team's project; none when the project does not exist yet."""
    try:
        target = find_project(client, title, workspace=workspace)
    except ProjectError:
        return []  # if a project of that title is not naba's, the push reports it
    documents = []
    for page in pages(client, target.id, ("id", "data")):
        for task in page:
            try:
                documents.append(from_task_data(row(task.get("data"))))
            except RegionError:
                continue  # created by hand or edited: its original text is unknown, so near-duplicates are too
    return documents
