"""A project that asks a backend: added to it, kept to its present version, and rid of the suggestions of others."""

from __future__ import annotations

import logging
from pathlib import Path

from annotation.core.errors import StudioError
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.live.app import USER
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.project.task_index import alone
from annotation.labelstudio.server.client import Client, id_of, rows
from annotation.labelstudio.suggestions.model_versions import PREFIX, retire

log = logging.getLogger(__name__)


class Connection:
    """The backend at `url` as a project of naba's knows it."""

    def __init__(self, client: Client, project: str, *, url: str, password: str, workspace: Path) -> None:
        self.client, self.title, self.workspace = client, project, workspace
        self.url, self.password = url, password

    def show(self, version: str) -> int:
        """Make the project ask the backend, and show what it answers as this version. The number of stale suggestions.

        Suggestions of naba's other versions are deleted, since Label Studio asks only about tasks that have none; those
        that annotators worked with are remembered. Drafts and annotations stay as they are. Raises StudioError.
        """
        with alone(self.workspace, self.title):
            project = find_project(self.client, self.title, workspace=self.workspace)
            self._add(project, version)
            stale = retire(self.client, project, shown=version)  # Label Studio then forgets which version is shown
            body: Row = {"model_version": version, "show_collab_predictions": True}
            self.client.change(f"api/projects/{project.id}/", body)
            return stale

    def _add(self, project: Project, version: str) -> None:
        """The backend's entry, made or brought up to date; the version is its title, by which a project chooses it."""
        body: Row = {
            "project": project.id,
            "url": self.url,
            "title": version,
            "auth_method": "BASIC_AUTH",
            "basic_auth_user": USER,
            "basic_auth_pass": self.password,
            "is_interactive": True,  # it also answers about a page: see argument_proposals.py
        }
        ours = self._entries(project)
        try:
            if ours:
                self.client.change(f"api/ml/{id_of(ours[0])}", body)
            else:
                self.client.create("api/ml", body)
        except StudioError as error:
            # The entry is made, and then the webhook that goes with it is refused, where addresses of the own machine
            # are. Nothing is lost: see _remove_webhook.
            if ours or not self._entries(project):
                raise _explained(error, self.url) from error
        for entry in ours[1:]:
            self.client.delete(f"api/ml/{id_of(entry)}")
        self._remove_webhook(project)

    def _entries(self, project: Project) -> list[Row]:
        return [entry for entry in rows(self.client.get("api/ml", project=project.id)) if _is_ours(entry, self.url)]

    def _remove_webhook(self, project: Project) -> None:
        """Label Studio adds one, which sends every action of every annotator to a backend that has no use for it."""
        for hook in rows(self.client.get("api/webhooks/", project=project.id)):
            if hook.get("url") == self.url.rstrip("/") + "/webhook":
                self.client.delete(f"api/webhooks/{id_of(hook)}/")


def _is_ours(entry: Row, url: str) -> bool:
    return entry.get("url") == url or str(entry.get("title", "")).startswith(PREFIX)


def _explained(error: StudioError, url: str) -> StudioError:
    """The error with its remedy where Label Studio refuses the address, or does not reach it."""
    words = str(error)
    if "ocal" in words and "health check" not in words:
        remedy = "start it with ML_BLOCK_LOCAL_IP=false; the one of `naba serve` is, once stopped and started again"
        return StudioError(f"Label Studio refuses addresses of its own machine, {url} among them: {remedy}")
    if "authentication parameters" in words:
        return StudioError(f"{url} has another password; it is in backend.json of the workspace it was started in")
    if "health check" in words:
        return StudioError(f"Label Studio does not reach {url}; say with url= at which address it does")
    return error
