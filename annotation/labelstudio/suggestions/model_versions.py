"""The model versions of a project's suggestions: which naba made, and the deletion of those no longer shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.project import Project
from annotation.labelstudio.server.client import Client, id_of, row
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.server.streams import ahead
from annotation.labelstudio.suggestions.usage import remember

PREFIX = "naba"


def shown_version(name: str) -> str:
    """The version under which a model's suggestions are stored; by its beginning naba knows its own."""
    return name if name.startswith(PREFIX) else f"{PREFIX} {name}"


def retire(
    client: Client,
    target: Project,
    *,
    shown: str,
    also: Collection[str] = (),
    untouched: Collection[int] = (),
) -> int:
    """Delete naba's suggestions of every version but the one shown and those in `also`, and return their number.

    Those that annotators have worked with are remembered first. The tasks in `untouched` keep theirs: an annotator's
    page that was made from a suggestion cannot be submitted once that is deleted.
    """
    stale = {name: n for name, n in earlier(stored_versions(client, target), shown).items() if name not in also}
    remember(client, target, stale.keys())
    if not stale or not untouched:
        return delete_versions(client, target, stale)
    return _delete_elsewhere(client, target, stale.keys(), untouched)


def _delete_elsewhere(client: Client, target: Project, versions: Collection[str], untouched: Collection[int]) -> int:
    """Delete the suggestions of these versions on all other tasks, and return their number."""
    deleted = 0
    for page in ahead(pages(client, target.id, ("id", "predictions", "model_version"), everything=True)):
        for task in page:
            stale = [p for p in predictions_of(task) if p.get("model_version") in versions]
            for prediction in () if id_of(task) in untouched else stale:
                client.delete(f"api/predictions/{id_of(prediction)}/")
                deleted += 1
    return deleted


def stored_versions(client: Client, target: Project) -> dict[str, int]:
    """Each model version in the project, and the number of its suggestions."""
    versions = row(client.get(f"api/projects/{target.id}/model-versions/"))
    return {name: int(str(count)) for name, count in versions.items()}


def earlier(versions: Mapping[str, int], shown: str) -> dict[str, int]:
    """Those that naba made, but for the one shown."""
    return {name: count for name, count in versions.items() if name.startswith(PREFIX) and name != shown}


def delete_versions(client: Client, target: Project, versions: Mapping[str, int]) -> int:
    """Delete all suggestions of these versions, and return their number."""
    for name in versions:
        client.delete(f"api/projects/{target.id}/model-versions/", {"model_version": name})
    return sum(versions.values())


def predictions_of(task: Row) -> list[Row]:
    """The stored suggestions in the row of a task."""
    predictions = task.get("predictions")
    return [row(prediction) for prediction in predictions] if isinstance(predictions, list) else []
