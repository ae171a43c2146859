"""Label Studio projects of naba: found by title, created once, and refused when they differ from the request."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from annotation.core.errors import ProjectError, StudioError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.config_signature import Sealed, read_signature, sealed
from annotation.labelstudio.project.labeling_config import guidelines, relation_titles
from annotation.labelstudio.server.client import Client, id_of, row, rows
from annotation.labelstudio.server.create_once import create_once
from annotation.storage.documents_file import atomic

log = logging.getLogger(__name__)

TITLE_MINIMUM, TITLE_MAXIMUM = 3, 50


@dataclass(frozen=True)
class Project:
    """A project of naba's on a server.

    born: when it was created, as the server writes it. seal: the signature of its labelling configuration. home: the
    local folder for its state; None without a workspace. annotators: how many annotate each article. model_version: the
    version whose suggestions are shown. instruction: the HTML of the guidelines on the server.
    """

    id: int
    title: str
    born: str
    seal: Sealed
    home: Path | None
    annotators: int
    model_version: str
    instruction: str = ""

    @property
    def ontology(self) -> Ontology:
        """The ontology the project was created with."""
        return self.seal.ontology

    @property
    def titles(self) -> dict[str, str]:
        """Code of each role and link -> the title shown and stored for it."""
        return relation_titles(self.ontology, self.seal.ui_language)


def find_project(client: Client, title: str, *, workspace: Path | None = None, migrating: bool = False) -> Project:
    """The project with this title. Raises ProjectError when naba made none.

    A project with an unfinished migration is refused too, unless `migrating`.
    """
    project = _find_own(client, title, workspace, migrating=migrating)
    if project is None:
        remedy = f"make it with `naba push ARTICLES --project {title!r}`"
        raise ProjectError(f"{client.url} has no project {title!r}; {remedy}")
    return project


def titles(client: Client) -> list[str]:
    """The titles of all projects that naba made, the oldest first, each once."""
    found: dict[int, str] = {}
    page = 1
    while page:
        answer = row(client.get("api/projects/", page=page, page_size=100, include="id,title,label_config"))
        for raw in rows(answer.get("results")):
            if read_signature(str(raw.get("label_config") or "")) is not None:
                found[id_of(raw)] = str(raw.get("title"))
        page = page + 1 if answer.get("next") else 0
    return list(dict.fromkeys(found[number] for number in sorted(found)))


def ensure(
    client: Client, title: str, *, ontology: Ontology, ui_language: str, annotators: int | None, workspace: Path
) -> Project:
    """The project with this title, created when missing, with the configuration of this ontology and language.

    `annotators` is how many annotate each article; None leaves it as it is, 1 in a new project. Raises ProjectError
    when a project not made by naba has the title, or the project has another ontology, language or configuration.
    """
    matches = _projects_titled(client, title)
    if not matches:
        _create(client, title, ontology, ui_language, annotators or 1)
        matches = _projects_titled(client, title)
    _set_twins_aside(client, title, matches[1:])
    project = find_project(client, title, workspace=workspace)
    _check_same(project, ontology, ui_language)
    changes: Row = {}
    if not project.seal.current or project.ontology.source != ontology.source:  # such as another rule to read
        changes |= interface(ontology, ui_language)
    if annotators is not None and annotators != project.annotators:
        changes["maximum_annotations"] = annotators
    if changes:
        client.change(f"api/projects/{project.id}/", changes)
    if project.home is not None:
        with atomic(project.home / "interface.xml") as file:
            file.write(sealed(ontology, ui_language))
    return project


def renew(client: Client, project: Project) -> None:
    """Give a project made by an older naba the current labelling configuration, for the same ontology and language.

    Raises ProjectError when the configuration was edited by hand.
    """
    _check_unedited(project)
    if not project.seal.current:
        client.change(f"api/projects/{project.id}/", interface(project.ontology, project.seal.ui_language))
        if project.home is not None:
            with atomic(project.home / "interface.xml") as file:
                file.write(sealed(project.ontology, project.seal.ui_language))


def check_unchanged(client: Client, project: Project) -> None:
    """Raise StudioError when the project was migrated, or a migration of it began, since it was opened."""
    if (seal := seal_of_migration(client, project)) is not None:
        raise StudioError(
            f"project {project.title!r} was migrated to the ontology {_name(seal.ontology)} at the same time; "
            "run the same command again when that is done"
        )


def seal_of_migration(client: Client, project: Project) -> Sealed | None:
    """The seal of the project when it was migrated, or a migration of it began, since it was opened; else None."""
    raw = row(client.get(f"api/projects/{project.id}/"))
    seal = read_signature(str(raw.get("label_config") or ""))
    overtaken = seal is not None and (seal.migrating or seal.ontology.hash != project.ontology.hash)
    return seal if overtaken else None


def _create(client: Client, title: str, ontology: Ontology, ui_language: str, annotators: int) -> None:
    if not TITLE_MINIMUM <= len(title) <= TITLE_MAXIMUM:
        raise ProjectError(f"{title!r} has {len(title)} characters; a project title has 3 to 50")
    body: Row = {
        "title": title,
        "description": described(ontology),
        "maximum_annotations": annotators,
        **interface(ontology, ui_language),
    }
    # One request makes the whole project, so a look tells whether it arrived.
    create_once(client, "api/projects/", body, arrived=lambda: bool(_projects_titled(client, title)))


def _set_twins_aside(client: Client, title: str, younger: Sequence[Row]) -> None:
    """Rename the younger projects that naba made and that hold no task: another machine made one at that moment.

    Everybody keeps the oldest. The others are not deleted, since Label Studio 1.23 turns off what keeps its counts of
    annotations while it deletes a project, and two deletions at once leave that off until the server is restarted.
    """
    for twin in younger:
        if _is_empty_twin(client, twin):
            name = f"{title[:28]} (not used, {twin['id']})"
            log.warning("project %r was there twice; the empty one is %r now and may be deleted", title, name)
            with suppress(ProjectError):  # somebody deleted it
                client.change(f"api/projects/{twin['id']}/", {"title": name})


def _is_empty_twin(client: Client, project: Row) -> bool:
    """Whether naba made the project and it holds no task; or it is gone already."""
    try:
        raw = row(client.get(f"api/projects/{project['id']}/"))
    except ProjectError:
        return True
    return read_signature(str(raw.get("label_config") or ""), "") is not None and not raw.get("task_number")


def described(ontology: Ontology) -> str:
    """The default description of a project made with this ontology."""
    return f"Made by naba: ontology {_name(ontology)}."


def interface(ontology: Ontology, ui_language: str) -> Row:
    """The project settings that depend on the ontology: labelling configuration and guidelines."""
    return {
        "label_config": sealed(ontology, ui_language),
        "expert_instruction": guidelines(ontology, ui_language=ui_language),
        "show_instruction": True,
    }


def _find_own(client: Client, title: str, workspace: Path | None, *, migrating: bool = False) -> Project | None:
    """The project with this title, None when there is none. It must be naba's, and the only one of that title."""
    matches = _projects_titled(client, title)
    if not matches:
        return None
    others = [match for match in matches[1:] if not _is_empty_twin(client, match)]
    raw = row(client.get(f"api/projects/{matches[0]['id']}/"))
    home = _home(workspace, raw) if workspace is not None else None
    copy_path = home / "interface.xml" if home else None
    copy = copy_path.read_text(encoding="utf-8") if copy_path and copy_path.exists() else ""
    seal = read_signature(str(raw.get("label_config") or ""), copy)
    if seal is None or others:
        reason = "which naba did not make" if seal is None else f"and {len(others)} more of that title"
        raise ProjectError(f"{client.url} has a project {title!r} already, {reason}; choose another title")
    if seal.migrating and not migrating:
        raise ProjectError(
            f"project {title!r} is half-way to the ontology {_name(seal.ontology)}; run the same `naba migrate` again "
            "to go on, or go back with --undo"
        )
    overlap, version = int(str(raw.get("maximum_annotations") or 1)), str(raw.get("model_version") or "")
    born, instruction = str(raw.get("created_at")), str(raw.get("expert_instruction") or "")
    return Project(id_of(raw), title, born, seal, home, overlap, version, instruction)


def _home(workspace: Path, raw: Row) -> Path:
    """The local folder for the state of a project. It does not depend on the server's address, which may change."""
    suffix = hashlib.sha256(str(raw.get("created_at")).encode()).hexdigest()[:8]
    return Path(workspace) / "projects" / f"{raw['id']}-{suffix}"


def _projects_titled(client: Client, title: str) -> list[Row]:
    """The projects with exactly this title, oldest first; one that is listed twice once."""
    projects: dict[int, Row] = {}
    page = 1
    while page:
        answer = row(client.get("api/projects/", title=title, page=page, page_size=100, include="id,title"))
        projects |= {id_of(found): found for found in rows(answer.get("results")) if found.get("title") == title}
        page = page + 1 if answer.get("next") else 0
    return [projects[number] for number in sorted(projects)]


def _check_same(project: Project, ontology: Ontology, ui_language: str) -> None:
    """Raise ProjectError when the project differs from one made with this ontology and language."""
    if project.ontology.hash != ontology.hash:
        raise ProjectError(
            f"project {project.title!r} was made with the ontology {_name(project.ontology)}, not {_name(ontology)}; "
            "push with that one, or into a project of another title"
        )
    if project.seal.ui_language != ui_language:
        raise ProjectError(
            f"project {project.title!r} has its labels in {project.seal.ui_language!r}, not {ui_language!r}; "
            f"push with --ui-language {project.seal.ui_language}, or into a project of another title"
        )
    _check_unedited(project)


def _check_unedited(project: Project) -> None:
    if project.seal.edited:
        raise ProjectError(
            f"the labelling interface of project {project.title!r} was edited by hand ({project.seal.edited}); "
            "undo the edit in Label Studio or with `naba push --restore-page`, or change the ontology and push into a "
            "project of another title"
        )


def _name(ontology: Ontology) -> str:
    return f"{ontology.name} {ontology.version} ({ontology.hash})"
