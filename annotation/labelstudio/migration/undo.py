"""A migration undone: page, guidelines and every result exactly as they were, from the undo file.

What people changed since is not overwritten. As far as it can be said in the old labels it is carried back, and named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from annotation.core.errors import ProjectError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.migration.migrate import Migrating, reattach, to_be_continued
from annotation.labelstudio.migration.relabel import Relabelling
from annotation.labelstudio.migration.results import Marked, ResultKey, digest, store
from annotation.labelstudio.migration.undo_file import UndoFile
from annotation.labelstudio.project.data_manager_tab import remove_tab
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.project.task_index import alone
from annotation.labelstudio.server.client import Client
from annotation.migration.mapping import Migration


@dataclass
class UndoReport:
    """How many results are as they were, and a line for each that people changed, made or deleted since."""

    restored: set[ResultKey] = field(default_factory=set)
    since: dict[ResultKey, str] = field(default_factory=dict)

    def __str__(self) -> str:
        changed = f", {len(self.since):,} were changed since and kept that" if self.since else ""
        return f"{len(self.restored):,} results are as they were{changed}"

    def as_dict(self) -> dict[str, object]:
        """The outcome for a machine."""
        return {"restored": len(self.restored), "changed_since": list(self.since.values())}


def undo(client: Client, *, project: str, file: Path, workspace: Path) -> UndoReport:
    """Take the project back to where the migration that wrote `file` found it; killed, the same call goes on.

    Raises UsageError when it is no undo file, ProjectError when it is another project's or the project has gone on to
    yet another ontology, and StudioDownError when the server stays away.
    """
    with alone(workspace, project), to_be_continued():
        target = find_project(client, project, workspace=workspace, migrating=True)
        undoing = _Undoing(client, target, UndoFile.open(file))
        undoing.run()
    return undoing.report


class _Undoing:
    def __init__(self, client: Client, target: Project, file: UndoFile) -> None:
        self.client, self.target, self.file = client, target, file
        header = file.header
        self.old, self.new = Ontology.parse(header.old), Ontology.parse(header.new)
        if header.born != target.born:
            raise ProjectError(f"{file.path} is of project {header.title!r}, not of {target.title!r}")
        here = target.seal.migrating or target.ontology.hash
        if here not in (self.new.hash, self.old.hash) or (here == self.old.hash and file.ended == "undone"):
            why = "was undone already" if file.ended == "undone" else "was followed by another; undo that one first"
            raise ProjectError(f"{file.path}: this migration of project {target.title!r} {why}")
        self.there = Migrating(client, target, Migration.between(self.old, self.new))
        self.back = Relabelling(self.there.migration.back(), header.ui_language)
        self.known = {*self.old.labels, *self.back.titles.values()}
        self.report = UndoReport()
        self.seen: set[ResultKey] = set()

    def run(self) -> None:
        if self.target.seal.migrating or self.target.ontology.hash == self.new.hash:
            self.there.show_both()
            self._sweep_all()
            self.there.settle(dict(self.file.header.settings), self._sweep_all)
        self._sweep_all()
        for key in self.file.index.keys() - self.seen:
            self.report.since[key] = f"{key[0]} {key[1]} was deleted since; what it held is in {self.file.path}"
        remove_tab(self.client, self.target.id, self.file.header.ui_language)
        self.file.end("undone")

    def _sweep_all(self) -> None:
        for marks in self.there.tasks("undoing"):
            for marked in marks:
                self._restore(marked, marks)
            for draft in marks:
                reattach(self.client, draft, self.file)

    def _restore(self, marked: Marked, marks: list[Marked]) -> None:
        """Put back what was there, where it is still what the migration left; else carry back what can be."""
        self.seen.add(marked.key)
        places, now = self.file.index.get(marked.key, []), digest(marked.rows)
        if any(place.before == now for place in places):
            self.report.restored.add(marked.key)
            return
        left = next((place for place in reversed(places) if place.after == now), None)
        rows = self.file.rows(left) if left else self.back(marked.rows).rows
        if digest(rows) != now:
            hanging = [d for d in marks if d.annotation == marked.id] if marked.kind == "annotation" else []
            store(self.client, marked, rows, hanging)
        if left:
            self.report.restored.add(marked.key)
        elif places or _foreign(rows, self.known):
            self.report.since[marked.key] = self._line(marked, _foreign(rows, self.known), known=bool(places))

    def _line(self, marked: Marked, foreign: list[str], *, known: bool) -> str:
        where = f"task {marked.task}, {marked.kind} {marked.id} by {marked.by}: "
        what = f"changed since, and kept; what it was is in {self.file.path}" if known else "made since, and kept"
        named = f"; the old ontology has no {', '.join(foreign)}: mark that again" if foreign else ""
        return where + what + named


def _foreign(rows: list[object], known: set[str]) -> list[str]:
    """Labels of regions and arrows that are not among those known."""
    found: dict[str, None] = {}
    for raw in rows:
        try:
            row = schemas.row(raw)
        except ValueError:
            continue
        if not isinstance(row, schemas.Choices):
            labels = row.labels if isinstance(row, schemas.Relation) else row.value.labels
            found |= dict.fromkeys(label for label in labels if label not in known)
    return list(found)
