"""The project naba works in: found by its title, made once, and refused when it is not as naba would make it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from annotation.core.errors import ProjectError, StudioDownError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.config_signature import Sealed, read_signature, sealed
from annotation.labelstudio.project.labeling_config import guidelines, relation_titles
from annotation.labelstudio.server.client import Client, row, rows
from annotation.storage.documents_file import atomic

TITLE_MINIMUM, TITLE_MAXIMUM = 3, 50


@dataclass(frozen=True)
class Project:
    """A project of naba's on a server."""

    id: int
    title: str
    born: str
    seal: Sealed
    home: Path | None
    annotators: int
    model_version: str

    @property
    def ontology(self) -> Ontology:
        """The ontology it was made with."""
        return self.seal.ontology

    @property
    def titles(self) -> dict[str, str]:
        """Code of each role and link -> what is shown and stored for it."""
        return relation_titles(self.ontology, self.seal.ui_language)


def find_project(client: Client, title: str, *, workspace: Path | None = None, migrating: bool = False) -> Project:
    """The project of that title. Raises ProjectError when there is none that naba made.

    One that is half-way through a migration is refused too, unless `migrating`.
    """
    found = _ours(client, title, workspace, migrating=migrating)
    if found is None:
        remedy = f"make it with `naba push ARTICLES --project {title!r}`"
        raise ProjectError(f"{client.url} has no project {title!r}; {remedy}")
    return found


def ensure(
    client: Client, title: str, *, ontology: Ontology, ui_language: str, annotators: int | None, workspace: Path
) -> Project:
    """The project of that title, made when missing, with the interface of this ontology and language.

    `annotators` is how many label each article; None leaves it as it is, 1 in a new project. Raises ProjectError when
    the title is taken by a project naba did not make, or the project has another ontology, language or interface.
    """
    project = _ours(client, title, workspace)
    if project is None:
        _create(client, title, ontology, ui_language, annotators or 1)
        project = find_project(client, title, workspace=workspace)
    _agree(project, ontology, ui_language)
    changes: Row = {}
    if not project.seal.current:
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
    """Give a project of an older naba the labelling page of this one, of the same ontology and language.

    Raises ProjectError when the page was edited by hand.
    """
    _unedited(project)
    if not project.seal.current:
        client.change(f"api/projects/{project.id}/", interface(project.ontology, project.seal.ui_language))
        if project.home is not None:
            with atomic(project.home / "interface.xml") as file:
                file.write(sealed(project.ontology, project.seal.ui_language))


def _create(client: Client, title: str, ontology: Ontology, ui_language: str, annotators: int) -> None:
    if not TITLE_MINIMUM <= len(title) <= TITLE_MAXIMUM:
        raise ProjectError(f"{title!r} has {len(title)} characters; a project title has 3 to 50")
    body: Row = {
        "title": title,
        "description": described(ontology),
        "maximum_annotations": annotators,
        **interface(ontology, ui_language),
    }
    try:
        client.create("api/projects/", body)
    except StudioDownError:
        # It may have been made all the same: one request makes the whole project, so looking is enough.
        if not _titled(client, title):
            client.create("api/projects/", body)


def described(ontology: Ontology) -> str:
    """What a project says of itself, until somebody says something else."""
    return f"Made by naba: ontology {_name(ontology)}."


def interface(ontology: Ontology, ui_language: str) -> Row:
    """The settings that depend on the ontology: the labelling page and the guidelines."""
    return {
        "label_config": sealed(ontology, ui_language),
        "expert_instruction": guidelines(ontology, ui_language=ui_language),
        "show_instruction": True,
    }


def _ours(client: Client, title: str, workspace: Path | None, *, migrating: bool = False) -> Project | None:
    """The project of that title, which must be naba's and the only one."""
    same = _titled(client, title)
    if not same:
        return None
    raw = row(client.get(f"api/projects/{same[0]['id']}/"))
    home = _home(workspace, raw) if workspace is not None else None
    copy = home / "interface.xml" if home else None
    kept = copy.read_text(encoding="utf-8") if copy and copy.exists() else ""
    seal = read_signature(str(raw.get("label_config") or ""), kept)
    if seal is None or len(same) > 1:
        why = "which naba did not make" if seal is None else f"and {len(same) - 1} more of that title"
        raise ProjectError(f"{client.url} has a project {title!r} already, {why}; choose another title")
    if seal.migrating and not migrating:
        raise ProjectError(
            f"project {title!r} is half-way to the ontology {_name(seal.ontology)}; run the same `naba migrate` again "
            "to go on, or go back with --undo"
        )
    overlap, version = int(str(raw.get("maximum_annotations") or 1)), str(raw.get("model_version") or "")
    return Project(int(str(raw["id"])), title, str(raw.get("created_at")), seal, home, overlap, version)


def _home(workspace: Path, raw: Row) -> Path:
    """Where this machine keeps what it must remember of a project, whatever address its server has today."""
    mark = hashlib.sha256(str(raw.get("created_at")).encode()).hexdigest()[:8]
    return Path(workspace) / "projects" / f"{raw['id']}-{mark}"


def _titled(client: Client, title: str) -> list[Row]:
    """The projects with exactly this title, oldest first."""
    found: list[Row] = []
    page = 1
    while page:
        answer = row(client.get("api/projects/", title=title, page=page, page_size=100, include="id,title"))
        found += [project for project in rows(answer.get("results")) if project.get("title") == title]
        page = page + 1 if answer.get("next") else 0
    return sorted(found, key=lambda project: int(str(project["id"])))


def _agree(project: Project, ontology: Ontology, ui_language: str) -> None:
    """Raise ProjectError when the project is not what it would be made as."""
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
    _unedited(project)


def _unedited(project: Project) -> None:
    if project.seal.edited:
        raise ProjectError(
            f"the labelling interface of project {project.title!r} was edited by hand ({project.seal.edited}); "
            "undo the edit in Label Studio, or change the ontology and push into a project of another title"
        )


def _name(ontology: Ontology) -> str:
    return f"{ontology.name} {ontology.version} ({ontology.hash})"
