"""`naba migrate` and `naba progress`: commands for whole Label Studio projects."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from annotation import terminal
from annotation.commands.options import HERE, AsJson, OntologyOption, Workspace, load_ontology
from annotation.core import json_text
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from annotation.storage.documents_file import atomic, read_documents, write_documents
from annotation.storage.special_files import is_stdout

ProjectOrNone = Annotated[str | None, typer.Option("--project", "-P", help="The Label Studio project's title.")]


def migrate(
    documents: Annotated[Path | None, typer.Argument(help="A Documents file to migrate instead of a project.")] = None,
    project: ProjectOrNone = None,
    to: Annotated[str | None, typer.Option("--to", help="The new ontology: a YAML file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be changed.")] = False,
    undo: Annotated[
        Path | None, typer.Option(help="Go back: the file an earlier migration of the project wrote.")
    ] = None,
    ontology: OntologyOption = "conflict",
    out: Annotated[
        Path | None, typer.Option(help="Where migrated Documents go; what is to be decided goes beside.")
    ] = None,
    workspace: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Take a project, or a Documents file, to the next version of its ontology.

    In the new ontology whatever was called something else lists its old names under `was`; several that list the same
    one split it, and one that lists several merges them. What is gone is listed at the top under `removed`, by path,
    such as events.Old or attributes.certainty.values.denied. Nothing may be left unaccounted for.

    Page, guidelines and everything marked change together, and can be brought back with --undo. What was split waits
    for people: such a region has no label until somebody chooses one, and its article is in a tab of its own.
    """
    if documents is not None:
        _migrate_file(documents, load_ontology(ontology), _target(to), out, as_json=as_json, dry_run=dry_run)
    elif project is None:
        raise UsageError("say what to migrate: --project P, or a Documents file")
    elif undo is not None:
        _undo(project, undo, workspace, as_json=as_json)
    else:
        _migrate_project(project, _target(to), str(to), workspace, as_json=as_json, dry_run=dry_run)


def progress(
    project: Annotated[list[str], typer.Option("--project", "-P", help="A Label Studio project's title; repeat it.")],
    notes: Annotated[
        Path | None, typer.Option(help="Also a page of what annotators wrote to the lead: OUT.html.", metavar="OUT")
    ] = None,
    ui_language: Annotated[
        Literal["ar", "he", "en"] | None, typer.Option(help="The page's language; else that of the labels.")
    ] = None,
    workspace: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """How far projects are, and how each annotator works: done, speed, marks and findings for each article.

    "An hour" goes by the time the page was open, "by clock" by the time from one article handed in to the next, without
    pauses of more than half an hour. "Shared" articles were done by somebody else too.
    """
    from annotation.labelstudio.project import progress as progressing
    from annotation.labelstudio.server.connect import connect

    client = connect(workspace)
    reports = [progressing.progress(client, project=title) for title in project]
    if notes is not None:
        from annotation.labelstudio.project.notes_page import write_notes

        write_notes(reports, notes, language=ui_language or reports[0].ui_language)
    if as_json:
        terminal.emit({"projects": [report.as_dict() for report in reports]})
        return
    for report in reports:
        if report.annotators:
            terminal.table(str(report), progressing.HEADER, report.table())
        else:
            terminal.say(str(report))
        for note in report.notes:
            terminal.say(f"note: {note}")
    if notes is not None:
        terminal.say(f"{sum(len(report.notes) for report in reports)} notes in {notes}")


def _target(to: str | None) -> Ontology:
    """The new ontology. Raises UsageError when none is named."""
    if to is None:
        raise UsageError("say where to: --to ontology.yaml, or --undo FILE to go back")
    return load_ontology(to)


def _migrate_project(project: str, to: Ontology, path: str, workspace: Path, *, as_json: bool, dry_run: bool) -> None:
    from annotation.labelstudio.migration.migrate import migrate as migrating
    from annotation.labelstudio.migration.report import HEADER
    from annotation.labelstudio.server.connect import connect

    report = migrating(connect(workspace), project=project, to=to, workspace=workspace, dry_run=dry_run, path=path)
    if as_json:
        terminal.emit(report.as_dict())
    elif report.already:
        terminal.say(f"{project} has this ontology already")
    else:
        terminal.table(f"{report} {'would be' if dry_run else 'were'} migrated", HEADER, report.table())
        waiting = len(report.tally.waiting)
        if waiting and not dry_run:
            terminal.say(f"{waiting:,} articles wait for a decision: the last tab of {report.url}/data")
        if report.undo:
            terminal.say("ask everybody to load the page anew; if somebody did not, run this again")
            terminal.say(f"undo: naba migrate --project '{project}' --undo {report.undo}")


def _undo(project: str, file: Path, workspace: Path, *, as_json: bool) -> None:
    from annotation.labelstudio.migration.undo import undo as undoing
    from annotation.labelstudio.server.connect import connect

    report = undoing(connect(workspace), project=project, file=file, workspace=workspace)
    if as_json:
        terminal.emit(report.as_dict())
        return
    for line in report.since.values():
        terminal.warn(line)
    terminal.say(str(report))


def _migrate_file(
    documents: Path, old: Ontology, new: Ontology, out: Path | None, *, as_json: bool, dry_run: bool
) -> None:
    from annotation.migration.documents import MigrationRun
    from annotation.migration.mapping import Migration

    if out is None and not dry_run:
        raise UsageError(f"{documents}: say where the migrated Documents go: --out FILE")
    if out is not None and is_stdout(out):
        raise UsageError("--out -: what is to be decided goes beside the file; name one")
    run = MigrationRun(Migration.between(old, new, path=str(new.name)))
    migrated = run.migrate(read_documents(documents))
    count = sum(1 for _ in migrated) if out is None or dry_run else write_documents(out, migrated)
    if out is not None and not dry_run:
        undecided_path = out.with_name(f"{out.name.removesuffix('.gz').removesuffix('.jsonl')}.undecided.jsonl")
        with atomic(undecided_path) as file:
            file.writelines(json_text.dumps(asdict(item)) + "\n" for item in run.undecided)
    if as_json:
        terminal.emit(run.as_dict())
        return
    terminal.table(f"{count:,} Documents", ("change", "what is touched"), run.table())
    if run.undecided:
        outcome = "would be left out" if dry_run or out is None else f"are left out, and listed in {undecided_path}"
        terminal.say(f"{len(run.undecided):,} marks wait for a decision: they {outcome}")
