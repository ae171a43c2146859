"""`naba check`: findings in the annotations, shown to the annotators in Label Studio if asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotation import terminal
from annotation.checks.finding import Finding
from annotation.commands.options import HERE, AsJson, DocumentsFile, OntologyOption, Workspace, load_ontology
from annotation.core.document import Document
from annotation.core.errors import DocumentsError, Refused, UsageError
from annotation.core.ontology import Ontology
from annotation.storage.documents_file import read_documents
from annotation.storage.special_files import check_folder

if TYPE_CHECKING:
    from annotation.labelstudio.repair.apply import MendReport
    from annotation.labelstudio.repair.show_findings import ShowReport


def check(
    documents: DocumentsFile,
    project: Annotated[
        str | None, typer.Option("--project", "-P", help="Show what is found on the tasks of this project.")
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what is safe to, as new annotations beside the old ones.")
    ] = False,
    suspects: Annotated[
        list[Path] | None,
        typer.Option(
            help="Also where models agree against the annotator: a report's folder, or a file of predictions a model."
        ),
    ] = None,
    suggested: Annotated[
        list[Path] | None,
        typer.Option(help="What a model suggested (Documents): an empty submission where it finds events is told."),
    ] = None,
    mine: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A page for each person about their own work, without others' marks."),
    ] = None,
    ui_language: Annotated[
        Literal["ar", "he", "en"] | None,
        typer.Option(help="The language of those pages; else that of the project's labels, or English."),
    ] = None,
    ontology: OntologyOption = "conflict",
    as_json: AsJson = False,
    workspace: Workspace = HERE,
) -> None:
    """Find what is wrong in the annotations. Exit code 1 when there are errors, 2 when a line is no Document.

    The pages of --mine hold nothing of what others did, so they may be given out before the last has finished.
    """
    if fix and project is None:
        raise UsageError("--fix needs to know the project whose annotations it mends; give --project")
    from annotation.checks.run import check_file

    reports: dict[str, ShowReport | MendReport] = {}
    suggestions = [document for path in suggested or () for document in read_documents(path)]
    if mine is not None:
        check_folder(mine)
    suspected = _suspected(documents, suspects) if suspects else []
    if project is None:
        findings = [*check_file(documents, load_ontology(ontology), suggestions), *suspected]
    else:
        check_it = partial(check_file, documents, suggested=suggestions)
        findings, reports = _in_project(check_it, project, load_ontology(ontology), workspace, suspected, fix=fix)
    pages: dict[str, str] | None = None
    if mine is not None:
        pages = _own_pages(
            documents, mine, suggestions, suspected, load_ontology(ontology), project, ui_language, workspace
        )
    _say(findings, reports, pages, as_json=as_json)
    _refuse(documents, findings)


def _say(
    findings: list[Finding],
    reports: dict[str, ShowReport | MendReport],
    pages: dict[str, str] | None,
    *,
    as_json: bool,
) -> None:
    counts = Counter(finding.severity for finding in findings)
    if as_json:
        report: dict[str, object] = {"counts": dict(counts), "findings": [finding.as_dict() for finding in findings]}
        more = {} if pages is None else {"pages": pages}
        terminal.emit(report | more | {name: part.as_dict() for name, part in reports.items()})
        return
    for line in (*findings, *reports.values(), *(pages or {}).values()):
        terminal.say(str(line))
    terminal.say(f"{counts['error']} errors, {counts['warning']} warnings")


def _refuse(documents: Path, findings: list[Finding]) -> None:
    """Raise DocumentsError for the first line that is no Document, else Refused where there are errors."""
    for finding in findings:
        if finding.line is not None:
            raise DocumentsError(path=str(documents), line=finding.line, reason=str(finding.values["problem"]))
    if errors := sum(finding.severity == "error" for finding in findings):
        raise Refused(f"{documents}: {errors} errors; mend them in Label Studio and pull again")


def _own_pages(
    documents: Path,
    folder: Path,
    suggested: list[Document],
    suspected: list[Finding],
    ontology: Ontology,
    project: str | None,
    language: str | None,
    workspace: Path,
) -> dict[str, str]:
    """Write a page for each person. Returns, by name, a line with their counts and where the page is."""
    from annotation.checks.own_work import own_works, write_pages

    studio = None
    if project is not None:
        from annotation.labelstudio.project.project import find_project
        from annotation.labelstudio.server.connect import connect

        client = connect(workspace)
        found = find_project(client, project, workspace=workspace)
        ontology = ontology if ontology.hash == found.ontology.hash else found.ontology
        language, studio = language or found.seal.ui_language, f"{client.url}/projects/{found.id}"
    works = own_works(documents, ontology, suggested, suspected)
    pages = write_pages(works, folder, ontology=ontology, language=language or "en", studio=studio)
    return {
        work.name: f"{work.name}: {len(work.documents)} articles, {work.count('error')} errors, "
        f"{work.count('warning')} warnings in their own work: {pages[work.name]}"
        for work in works
    }


def _suspected(documents: Path, models: list[Path]) -> list[Finding]:
    """Where the models agree against the annotators, the surest first within an article."""
    from annotation.checks.model_votes import Votes

    return [suspect.finding for suspect in Votes.read(models).suspects(documents)]


def _in_project(
    check_it: Callable[[Ontology], Iterable[Finding]],
    title: str,
    ontology: Ontology,
    workspace: Path,
    suspected: list[Finding],
    *,
    fix: bool,
) -> tuple[list[Finding], dict[str, ShowReport | MendReport]]:
    """Check with the project's ontology and show the findings on its tasks. Return those not mended, and the reports.

    Raises UsageError when the project is an adjudication project.
    """
    from annotation.labelstudio.project.project import find_project
    from annotation.labelstudio.repair.apply import mend_all
    from annotation.labelstudio.repair.show_findings import show
    from annotation.labelstudio.server.connect import connect
    from annotation.labelstudio.sync.adjudication_project import is_second

    if is_second(title):
        raise UsageError(
            f"{title!r}: its tasks say what is contested, which findings would replace; leave out --project"
        )
    client = connect(workspace)
    project_ontology = find_project(client, title, workspace=workspace).ontology
    findings = list(check_it(ontology if ontology.hash == project_ontology.hash else project_ontology))
    reports: dict[str, ShowReport | MendReport] = {}
    if fix:
        mended = mend_all(client, findings, project=title, workspace=workspace)
        findings = [finding for finding in findings if not mended.covers(finding)]
        reports["mended"] = mended
    findings += suspected
    reports["shown"] = show(client, findings, project=title, workspace=workspace)
    return findings, reports
