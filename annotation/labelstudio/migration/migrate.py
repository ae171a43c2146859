"""A project -> the next version of its ontology: page, guidelines and everything marked, together, and back again.

Whenever it is killed the same call goes on. First everything that will change is written to the undo file; then the
page shows the labels of both ontologies, so that nobody meets a label it does not know; then the results are changed,
each at once and for good; then page and guidelines are the new ones. Results handed in meanwhile are changed as well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from annotation.core.errors import ProjectError, StudioDownError, StudioError
from annotation.core.ontology import Ontology
from annotation.labelstudio.migration.relabel import Relabelled, Relabelling
from annotation.labelstudio.migration.report import MigrateReport, MigrationCounts
from annotation.labelstudio.migration.results import Marked, attach, digest, everything, store
from annotation.labelstudio.migration.undo_file import Entry, Header, UndoFile, free_path, undo_files
from annotation.labelstudio.project.config_signature import half_way
from annotation.labelstudio.project.data_manager_tab import show_tab
from annotation.labelstudio.project.project import Project, described, find_project, interface
from annotation.labelstudio.project.task_index import alone
from annotation.labelstudio.server.client import Client, row
from annotation.labelstudio.server.streams import progress_bar
from annotation.migration.mapping import Migration
from annotation.migration.union_ontology import transition
from annotation.storage.documents_file import atomic

SETTINGS = ("label_config", "expert_instruction", "show_instruction", "description")
_SWEEPS = 5

log = logging.getLogger(__name__)


def migrate(
    client: Client, *, project: str, to: Ontology, workspace: Path, dry_run: bool = False, path: str = "ontology"
) -> MigrateReport:
    """Take the project to the ontology `to`, or only count what that would change.

    Raises OntologyError naming each label that `to` does not account for, ProjectError when there is no such project,
    its page was edited by hand, or it is on its way elsewhere, and StudioDownError when the server stays away.
    """
    with alone(workspace, project), to_be_continued():
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
    """One project on its way from one ontology to another."""

    def __init__(self, client: Client, target: Project, migration: Migration) -> None:
        self.client, self.target, self.migration = client, target, migration
        self.relabelling = Relabelling(migration, target.seal.ui_language)
        self.members = client.members()
        self.report = MigrateReport(target.title, f"{client.url}/projects/{target.id}", migration)

    @property
    def url(self) -> str:
        return f"api/projects/{self.target.id}/"

    def count(self) -> None:
        """What would be changed."""
        tally = MigrationCounts()
        for marks in self.tasks("looking at"):
            for marked in marks:
                tally.add(marked, self.relabelling(marked.rows))
        self.report.tally = tally

    def run(self, undo: UndoFile | None) -> None:
        """Everything, from wherever an earlier run ended."""
        undo = undo or self._write_down()
        self.report.undo = undo.path
        self.relabelling.again = undo.ended == "done" and not self.target.seal.migrating
        if self.target.ontology.hash != self.migration.new.hash or self.target.seal.migrating:
            self.show_both()
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

    def show_both(self) -> None:
        """The page of both ontologies, sealed as being on its way: every other command refuses the project now."""
        both = transition(self.migration.old, self.migration.new)
        config = half_way(both, self.migration.new, self.target.seal.ui_language)
        self.client.change(self.url, {"label_config": config})

    def settle(self, settings: dict[str, object], sweep: Callable[[], object]) -> None:
        """Page and guidelines at once. The server counts labels in use, and only when told does it count anew.

        `sweep` changes what somebody marked meanwhile with labels that are going away.
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
        """What is marked in each task."""
        with progress_bar(f"{what} {self.target.title}") as advance:
            for page in everything(self.client, self.target.id, self.members):
                yield from page
                advance(len(page))

    def _sweep_all(self, undo: UndoFile) -> int:
        """Change what still has old labels, until there is nothing; how many that were."""
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
                hanging = [d for d in marks if d.annotation == marked.id] if marked.kind == "annotation" else []
                store(self.client, marked, done.rows, hanging)
        for draft in marks:
            reattach(self.client, draft, undo)
        return sum(done.changed for _, done in changes)

    def _changes(self, marks: list[Marked], undo: UndoFile | None) -> list[tuple[Marked, Relabelled]]:
        """The results to be changed, and the drafts that hang on one of them."""
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
        )
        home = self.target.home or Path()
        entries = (_entry(*change) for marks in self.tasks("writing down") for change in self._changes(marks, None))
        return UndoFile.create(free_path(home, old.version, new.version), header, entries)

    def _settings(self, undo: UndoFile) -> dict[str, object]:
        """Page, guidelines, and what the project says it was made with unless somebody wrote something else there."""
        new = self.migration.new
        ours = undo.header.settings["description"] == described(self.migration.old)
        return {**interface(new, self.target.seal.ui_language), **({"description": described(new)} if ours else {})}


@contextmanager
def to_be_continued() -> Iterator[None]:
    """Say how to go on when the server stays away."""
    try:
        yield
    except StudioDownError as error:
        raise StudioDownError(f"{error}; run the same command again to go on") from error


def reattach(client: Client, draft: Marked, undo: UndoFile) -> None:
    """Hang a draft where it hung before a run was killed between taking it off and putting it back."""
    places = undo.index.get(draft.key, []) if draft.kind == "draft" and draft.annotation is None else []
    for annotation in {place.annotation for place in places if place.annotation is not None}:
        attach(client, draft, annotation)


def _entry(marked: Marked, done: Relabelled) -> Entry:
    return Entry(marked, digest(done.rows), done.asked)


def _begun(target: Project, to: Ontology) -> UndoFile | None:
    """The undo file of a migration to the same ontology that was begun before, if one was."""
    home = target.home or Path()
    mine = [undo for undo in undo_files(home) if undo.header.born == target.born and undo.ended != "undone"]
    same = [undo for undo in mine if Ontology.parse(undo.header.new).hash == to.hash]
    if target.seal.migrating and (target.seal.migrating != to.hash or not same):
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
        return same[-1]
    # One that was killed before it changed anything is left lying: only the last one may have work to do. It has when
    # somebody handed in old labels after its end, from a page that was open all the while.
    return same[-1] if same and target.ontology.hash == to.hash else None
