"""Undo of a migration: page, guidelines and every result are restored from the undo file.

What annotators changed since is not overwritten. It is relabelled with the old labels as far as possible, and reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from annotation.core.errors import ProjectError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.migration.migrate import Migrating, reattach
from annotation.labelstudio.migration.relabel import Relabelling
from annotation.labelstudio.migration.results import Marked, ResultKey, digest, store
from annotation.labelstudio.migration.undo_file import UndoFile
from annotation.labelstudio.project.data_manager_tab import remove_tab
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.project.task_index import alone
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.http_errors import resumable
from annotation.migration.mapping import Migration


@dataclass
class UndoReport:
    """The outcome of an undo.

    restored: results that have their original rows. since: one line of text for each result changed, added or deleted
    since the migration.
    """

    restored: set[ResultKey] = field(default_factory=set)
    since: dict[ResultKey, str] = field(default_factory=dict)

    def __str__(self) -> str:
        changed = f", {len(self.since):,} were changed since and kept that" if self.since else ""
        return f"{len(self.restored):,} results are as they were{changed}"

    def as_dict(self) -> dict[str, object]:
        """The outcome as plain JSON values."""
        return {"restored": len(self.restored), "changed_since": list(self.since.values())}


def undo(client: Client, *, project: str, file: Path, workspace: Path) -> UndoReport:
    """Undo the migration that wrote `file`. After an interruption the same call resumes.

    Raises UsageError when `file` is no undo file, ProjectError when it belongs to another project or a later migration
    followed, and StudioDownError when the server stops answering.
    """
    with alone(workspace, project), resumable(str):
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
        current_hash = target.seal.migrating or target.ontology.hash
        if current_hash not in (self.new.hash, self.old.hash) or (
            current_hash == self.old.hash and file.ended == "undone"
        ):
            why = "was undone already" if file.ended == "undone" else "was followed by another; undo that one first"
            raise ProjectError(f"{file.path}: this migration of project {target.title!r} {why}")
        self.forward = Migrating(client, target, Migration.between(self.old, self.new))
        self.back = Relabelling(self.forward.migration.back(), header.ui_language)
        self.old_labels = {*self.old.labels, *self.back.titles.values()}
        self.report = UndoReport()
        self.keys_read: set[ResultKey] = set()

    def run(self) -> None:
        """Restore page, guidelines and results, then record in the file that the migration is undone."""
        if self.target.seal.migrating or self.target.ontology.hash == self.new.hash:
            self.forward.show_both(self.file)
            self._sweep_all()
            self.forward.settle(dict(self.file.header.settings), self._sweep_all)
        self._sweep_all()
        for key in self.file.index.keys() - self.keys_read:
            self.report.since[key] = f"{key[0]} {key[1]} was deleted since; what it held is in {self.file.path}"
        remove_tab(self.client, self.target.id, self.file.header.ui_language)
        self.file.end("undone")

    def _sweep_all(self) -> None:
        for marks in self.forward.tasks("undoing"):
            for marked in marks:
                self._restore(marked, marks)
            for draft in marks:
                reattach(self.client, draft, self.file)

    def _restore(self, marked: Marked, marks: list[Marked]) -> None:
        """Restore the rows of a result that is as the migration left it; relabel its present rows otherwise."""
        self.keys_read.add(marked.key)
        entries, now = self.file.index.get(marked.key, []), digest(marked.rows)
        if any(entry.before == now for entry in entries):
            self.report.restored.add(marked.key)
            return
        match = next((entry for entry in reversed(entries) if entry.after == now), None)
        rows = self.file.rows(match) if match else self.back(marked.rows).rows
        if digest(rows) != now:
            hanging = [draft for draft in marks if draft.annotation == marked.id] if marked.kind == "annotation" else []
            store(self.client, marked, rows, hanging)
        if match:
            self.report.restored.add(marked.key)
        elif entries or _foreign(rows, self.old_labels):
            self.report.since[marked.key] = self._line(marked, _foreign(rows, self.old_labels), recorded=bool(entries))

    def _line(self, marked: Marked, foreign: list[str], *, recorded: bool) -> str:
        where = f"task {marked.task}, {marked.kind} {marked.id} by {marked.by}: "
        what = f"changed since, and kept; what it was is in {self.file.path}" if recorded else "made since, and kept"
        named = f"; the old ontology has no {', '.join(foreign)}: mark that again" if foreign else ""
        return where + what + named


def _foreign(rows: list[object], ontology_labels: set[str]) -> list[str]:
    """Labels of regions and arrows that the ontology does not have, each once."""
    foreign: dict[str, None] = {}
    for raw in rows:
        try:
            row = schemas.row(raw)
        except ValueError:
            continue
        if isinstance(row, schemas.Labels | schemas.Relation):
            labels = row.labels if isinstance(row, schemas.Relation) else row.value.labels
            foreign |= dict.fromkeys(label for label in labels if label not in ontology_labels)
    return list(foreign)
