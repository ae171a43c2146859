"""Edits by hand of a project's page, its labelling configuration and its guidelines, and the way back.

Every member of a Label Studio of the community edition may edit both, and the server records neither who nor when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from annotation.core import json_text
from annotation.labelstudio.project.config_signature import guidelines_digest, sealed
from annotation.labelstudio.project.project import Project, find_project, interface
from annotation.labelstudio.project.task_index import alone
from annotation.labelstudio.server.client import Client, row
from annotation.storage.documents_file import atomic

PAGE = ("label_config", "expert_instruction", "show_instruction")
"""The settings of a project that `restore_page` puts back."""


@dataclass(frozen=True)
class Restored:
    """What was found edited by hand and put back, and the file that has the page as it was; None where nothing was."""

    project: str
    edits: tuple[str, ...]
    saved: Path | None

    def __str__(self) -> str:
        if self.saved is None:
            return f"the page of project {self.project!r} is as naba made it"
        return (
            f"the page of project {self.project!r} is as naba made it again ({'; '.join(self.edits)}); what was there "
            f"is in {self.saved}, and who has a task open loads it anew"
        )


def page_edits(project: Project) -> list[str]:
    """What of the page was edited by hand, each in a few words; empty when nothing was."""
    edits = [f"labelling configuration: {project.seal.edited}"] if project.seal.edited else []
    expected = project.seal.guidelines
    if expected and guidelines_digest(project.instruction) != expected:
        edits.append("guidelines: their words differ" if project.instruction.strip() else "guidelines: they are gone")
    return edits


def restore_page(client: Client, *, project: str, workspace: Path) -> Restored:
    """Put configuration and guidelines back as naba made them, after writing what is there to a file.

    Annotations stay as they are. Raises ProjectError when there is no such project, or its configuration no longer says
    that naba made it and this workspace has no copy of it.
    """
    with alone(workspace, project):
        found = find_project(client, project, workspace=workspace)
        edits = page_edits(found)
        if not edits:
            return Restored(project, (), None)
        raw = row(client.get(f"api/projects/{found.id}/"))
        now = datetime.now(UTC)
        saved = (found.home or Path(workspace)) / f"page-{now:%Y%m%d-%H%M%S-%f}.json"
        with atomic(saved) as file:
            json_text.dump({"saved": now.isoformat(), **{name: raw.get(name) for name in PAGE}}, file)
        client.change(f"api/projects/{found.id}/", interface(found.ontology, found.seal.ui_language))
        if found.home is not None:
            with atomic(found.home / "interface.xml") as file:
                file.write(sealed(found.ontology, found.seal.ui_language))
        return Restored(project, tuple(edits), saved)
