"""Migration of a project to the next version of its ontology: page, guidelines and all results.

After an interruption the same call resumes. Four steps: everything that will change is written to the undo file; the
page shows the labels of both ontologies, so that no label is unknown to it; the results are changed, one by one; page
and guidelines become the new ones. Results submitted in the meantime are changed as well.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from annotation.core.errors import ProjectError, StudioError
from annotation.core.ontology import Ontology
from annotation.labelstudio.migration.relabel import Relabelled, Relabelling
from annotation.labelstudio.migration.report import MigrateReport, MigrationCounts
from annotation.labelstudio.migration.results import Marked, attach, digest, everything, store
from annotation.labelstudio.migration.undo_file import Entry, Header, UndoFile, free_path, undo_files
from annotation.labelstudio.project.config_signature import half_way, read_signature
from annotation.labelstudio.project.data_manager_tab import show_tab
from annotation.labelstudio.project.project import Project, described, find_project, interface
from annotation.labelstudio.project.task_index import alone
from annotation.labelstudio.server.client import Client, row
from annotation.labelstudio.server.http_errors import resumable
from annotation.migration.mapping import Migration
from annotation.migration.union_ontology import transition
from annotation.storage.documents_file import atomic
from annotation.terminal import ProgressBar

SETTINGS = ("label_config", "expert_instruction", "show_instruction", "description")
_SWEEPS = 5
SETTLING_SECONDS = 0.3
"""Longer than another machine takes from its look at the project to its claim."""

log = logging.getLogger(__name__)


def migrate(
    client: Client, *, project: str, to: Ontology, workspace: Path, dry_run: bool = False, path: str = "ontology"
) -> MigrateReport:
    """Migrate the project to the ontology `to`; with `dry_run`, only count what would change.

    Raises OntologyError naming each old label that `to` does not account for, ProjectError when there is no such
    project, its page was edited by hand or another migration is unfinished, and StudioDownError when the server stops
    answering.
    """
    with alone(workspace, project), resumable(str):
        target = find_project(client, project, workspace=workspace, migrating=True)
        undo = _begun(target, to)
        old = Ontology.parse(undo.header.old) if undo else target.ontology
        moving = Migrating(client, target, Migration.between(old, to, path=path))
        moving.relabelling.check()
        if undo is None and target.ontology.hash == to.hash:
            moving.report.already = True
        elif dry_run:
            moving.count()
        else:
            moving.run(undo)
    return moving.report


class Migrating:
    """A project in migration from one ontology to another."""

    def __init__(self, client: Client, target: Project, migration: Migration) -> None:
        self.client, self.target, self.migration = client, target, migration
        self.relabelling = Relabelling(migration, target.seal.ui_language)
        self.members = client.members()
        self.report = MigrateReport(target.title, f"{client.url}/projects/{target.id}", migration)

    @property
    def url(self) -> str:
        """The API path of the project."""
        return f"api/projects/{self.target.id}/"

    def count(self) -> None:
        """Count what would be changed, into the report."""
        tally = MigrationCounts()
        for marks in self.tasks("looking at"):
            for marked in marks:
                tally.add(marked, self.relabelling(marked.rows))
        self.report.tally = tally

    def run(self, undo: UndoFile | None) -> None:
        """Do the whole migration, or resume it with the undo file of an earlier run."""
        undo = undo or self._begin()
        self.report.undo = undo.path
        self.relabelling.again = undo.ended == "done" and not self.target.seal.migrating
        if self.target.ontology.hash != self.migration.new.hash or self.target.seal.migrating:
            self.show_both(undo)
            self._sweep_all(undo)
            self.settle(self._settings(undo), lambda: self._sweep_all(undo))
        if not self._sweep_all(undo) and self.relabelling.again:
            self.report.already = True
            return
        self.relabelling.again = False
        tally = MigrationCounts()
        for was in undo.entries():
            tally.add(was, self.relabelling(was.rows))
        self.report.tally = tally
        if tally.stored:
            show_tab(self.client, self.target.id, self.target.seal.ui_language, sorted(tally.stored))
        undo.end("done")

    def _begin(self) -> UndoFile:
        """Write everything down and claim the project. The file goes when another machine has claimed it."""
        undo = self._write_down()
        try:
            self.show_both(undo)
        except ProjectError:
            undo.path.unlink()
            raise
        return undo

    def show_both(self, undo: UndoFile) -> None:
        """Show the labels of both ontologies, sealed as migrating. All other commands then refuse the project.

        The seal names the migration, so of two machines that begin at once one goes on: the one whose name stays.
        Raises ProjectError on the other. Whoever set the page in between, such as for a newer naba, is overruled.
        """
        both = transition(self.migration.old, self.migration.new)
        config = half_way(both, self.migration.new, self.target.seal.ui_language, undo.header.claim)
        for _ in range(_SWEEPS):
            if self._taken(undo):
                return
            self.client.change(self.url, {"label_config": config})
            time.sleep(SETTLING_SECONDS)
        if not self._taken(undo):
            raise ProjectError(f"the page of project {self.target.title!r} is changed all the time; look who does that")

    def _taken(self, undo: UndoFile) -> bool:
        """Whether this migration has begun on the server. Raises ProjectError when another one has."""
        seal = read_signature(str(row(self.client.get(self.url)).get("label_config") or ""))
        if seal is None:
            return False
        others = seal.claim != undo.header.claim if seal.claim else seal.ontology.hash != self.target.ontology.hash
        if others:
            raise ProjectError(
                f"another machine migrates project {self.target.title!r} at this moment; wait until it is done"
            )
        return bool(seal.migrating)

    def settle(self, settings: dict[str, object], sweep: Callable[[], object]) -> None:
        """Set page, guidelines and description in one request.

        The server refuses to remove labels in use, and recounts them only on request. Then `sweep` changes what
        annotators submitted in the meantime with removed labels. Raises StudioError when the server still refuses after
        5 tries.
        """
        for _ in range(_SWEEPS):
            self.client.order(f"{self.url}summary/reset")
            try:
                self.client.change(self.url, settings)
                break
            except StudioError as error:
                if error.exit_code != StudioError.exit_code or "label_config" not in str(error):
                    raise
                log.warning("somebody is still marking with labels that are going away; changing those too")
                refusal = error
                sweep()
        else:
            raise refusal
        if self.target.home is not None:
            with atomic(self.target.home / "interface.xml") as file:
                file.write(str(settings["label_config"]))

    def tasks(self, what: str) -> Iterator[list[Marked]]:
        """The results of each task, with a progress bar."""
        with ProgressBar(f"{what} {self.target.title}") as bar:
            for page in everything(self.client, self.target.id, self.members):
                yield from page
                bar.advance(len(page))

    def _sweep_all(self, undo: UndoFile) -> int:
        """Change results until none has old labels; the number of changes."""
        total = 0
        for _ in range(_SWEEPS):
            changed = sum(self._sweep(marks, undo) for marks in self.tasks("migrating"))
            total += changed
            if not changed:
                break
        return total

    def _sweep(self, marks: list[Marked], undo: UndoFile) -> int:
        changes = self._changes(marks, undo)
        new = [_entry(marked, done) for marked, done in changes if not undo.knows(marked)]
        if new:
            undo.append(new)
        for marked, done in changes:
            if done.changed:
                hanging = (
                    [draft for draft in marks if draft.annotation == marked.id] if marked.kind == "annotation" else []
                )
                store(self.client, marked, done.rows, hanging)
        for draft in marks:
            reattach(self.client, draft, undo)
        return sum(done.changed for _, done in changes)

    def _changes(self, marks: list[Marked], undo: UndoFile | None) -> list[tuple[Marked, Relabelled]]:
        """The results to change, and the drafts that belong to one of them."""
        after = [(marked, self.relabelling(marked.rows, undo.asked(marked.key) if undo else ())) for marked in marks]
        annotations = {marked.id for marked, done in after if done.changed and marked.kind == "annotation"}
        return [(marked, done) for marked, done in after if done.changed or marked.annotation in annotations]

    def _write_down(self) -> UndoFile:
        settings = row(self.client.get(self.url))
        old, new = self.migration.old, self.migration.new
        header = Header(
            project=self.target.id,
            born=self.target.born,
            title=self.target.title,
            ui_language=self.target.seal.ui_language,
            old=old.source,
            new=new.source,
            settings={key: settings.get(key) for key in SETTINGS},
            claim=uuid.uuid4().hex,
        )
        home = self.target.home or Path()
        entries = (_entry(*change) for marks in self.tasks("writing down") for change in self._changes(marks, None))
        return UndoFile.create(free_path(home, old.version, new.version), header, entries)

    def _settings(self, undo: UndoFile) -> dict[str, object]:
        """The new page and guidelines, and the new default description unless someone edited the description."""
        new = self.migration.new
        is_default = undo.header.settings["description"] == described(self.migration.old)
        return {
            **interface(new, self.target.seal.ui_language),
            **({"description": described(new)} if is_default else {}),
        }


def reattach(client: Client, draft: Marked, undo: UndoFile) -> None:
    """Attach a draft that an earlier run detached before it was interrupted."""
    entries = undo.index.get(draft.key, []) if draft.kind == "draft" and draft.annotation is None else []
    for annotation in {entry.annotation for entry in entries if entry.annotation is not None}:
        attach(client, draft, annotation)


def _entry(marked: Marked, done: Relabelled) -> Entry:
    return Entry(marked, digest(done.rows), done.asked)


def _begun(target: Project, to: Ontology) -> UndoFile | None:
    """The undo file of an earlier run of the same migration; None without one, or when nothing can be left to do.

    Raises ProjectError when another migration is unfinished, or the page was edited by hand.
    """
    home = target.home or Path()
    candidates = [undo for undo in undo_files(home) if undo.header.born == target.born and undo.ended != "undone"]
    matching = [undo for undo in candidates if Ontology.parse(undo.header.new).hash == to.hash]
    if target.seal.migrating and target.seal.claim:
        matching = [undo for undo in matching if undo.header.claim == target.seal.claim]
    if target.seal.migrating and (target.seal.migrating != to.hash or not matching):
        where = "to another ontology" if target.seal.migrating != to.hash else f"and its undo file is not in {home}"
        raise ProjectError(
            f"project {target.title!r} is half-way through a migration {where}; "
            "go on with the --to and the --workspace it was begun with, or go back with --undo"
        )
    if target.seal.edited and not target.seal.migrating:
        raise ProjectError(
            f"the labelling interface of project {target.title!r} was edited by hand ({target.seal.edited}); "
            "undo the edit in Label Studio first"
        )
    if target.seal.migrating:
        return matching[-1]
    # Files of runs killed before any change stay unused: only the last file may have work left. It has when someone
    # submitted old labels after its end, from a page that was still open.
    return matching[-1] if matching and target.ontology.hash == to.hash else None
