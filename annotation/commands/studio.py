"""Commands for Label Studio: start the server, push articles, pull annotations, suggest predictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal, TypedDict

import typer

from annotation import terminal
from annotation.commands.options import (
    HERE,
    DocumentsFile,
    LabelledBy,
    OntologyOption,
    Project,
    Repair,
    SkipNearDuplicates,
    Teams,
    Workspace,
    load_ontology,
)
from annotation.core.document import Document
from annotation.core.errors import ArticleError, UsageError
from annotation.core.ontology import Ontology
from annotation.storage.documents_file import read_documents
from annotation.storage.special_files import is_stdout


class _PushOptions(TypedDict):
    """The options common to a push to one project and to several."""

    ontology: Ontology
    ui_language: str
    annotators: int | None
    workspace: Path


def serve(
    workspace: Workspace = HERE,
    port: Annotated[int | None, typer.Option(help="A port of your choice; else a free one.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the running one.")] = False,
) -> None:
    """Start the embedded Label Studio, or say where it runs."""
    from annotation.labelstudio.server import embedded

    if stop:
        terminal.say("stopped" if embedded.stop(workspace) else "was not running")
        return
    running = embedded.start(workspace, port=port)
    terminal.say(f"Label Studio: {running.url}  user {running.username}  password {running.password}")


def push(
    project: Project,
    articles: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders: .txt .html .jsonl .parquet.")
    ] = None,
    ontology: OntologyOption = "conflict",
    ui_language: Annotated[Literal["ar", "he", "en"], typer.Option(help="The language of the labels.")] = "en",
    annotators: LabelledBy = None,
    skip_near_duplicates: SkipNearDuplicates = False,
    teams: Teams = None,
    shared: Annotated[int, typer.Option(help="With --teams: how many articles all teams get.", min=0)] = 0,
    restore_page: Annotated[
        bool,
        typer.Option(
            "--restore-page", help="Put the labelling page back as naba made it, where it was edited by hand."
        ),
    ] = False,
    workspace: Workspace = HERE,
) -> None:
    """Read raw articles and put them in front of the annotators. A second push adds only what is new.

    Everybody in a project sees all of it, and with --annotators 2 each article goes to the first two who come. With
    --teams each team has a project of its own, with as many articles of each language as the others; near-duplicates
    stay together, and what a team has it keeps when more articles come. On the --shared articles the teams can be held
    against each other: pull each project, put the files together, and ask naba agreement.

    --restore-page puts back configuration and guidelines, needs no articles, and first saves what was there to a file.
    """
    from annotation.labelstudio.server.connect import connect
    from annotation.labelstudio.sync.push import push as pushing
    from annotation.labelstudio.sync.push_to_teams import push_to_teams

    if restore_page:
        _restore_page(project, workspace)
        if not articles:
            return
    if not articles:
        raise UsageError("say what to push: files or folders of articles; or --restore-page")
    faults: list[ArticleError] = []
    documents = read_or_warn(articles, faults)
    chosen = _first_of_each(documents) if skip_near_duplicates else documents
    loaded, client = load_ontology(ontology), connect(workspace)
    options: _PushOptions = {
        "ontology": loaded,
        "ui_language": ui_language,
        "annotators": annotators,
        "workspace": workspace,
    }
    if teams:
        names = [name.strip() for name in teams.split(",") if name.strip()]
        for team, report in push_to_teams(
            client, chosen, project=project, teams=names, shared=shared, **options
        ).items():
            terminal.say(f"{team}: {report}")
        terminal.say(f"{len(faults)} refused")
    elif shared:
        raise UsageError("--shared goes with --teams: say which teams share the articles")
    else:
        terminal.say(f"{pushing(client, chosen, project=project, **options)}, {len(faults)} refused")


def pull(
    project: Project,
    out: Annotated[Path, typer.Option(help="Where the Documents go; what is quarantined goes beside it.")],
    repair: Repair = False,
    workspace: Workspace = HERE,
) -> None:
    """Fetch what the annotators submitted, one Document an annotation. What changed since is brought up to date."""
    if is_stdout(out):
        raise UsageError("--out -: a pull keeps what it needs for the next one beside its file; name a file")
    from annotation.labelstudio.server.connect import connect
    from annotation.labelstudio.sync import pull as pulling

    report = pulling.pull(connect(workspace), project=project, out=out, workspace=workspace, repair=repair)
    for warning in (*report.by_hand, *report.moved):
        terminal.warn(warning)
    terminal.say(str(report))


def suggest(
    predictions: DocumentsFile,
    project: Project,
    workspace: Workspace = HERE,
) -> None:
    """Show a model's predictions to the annotators as suggestions, in place of earlier ones."""
    from annotation.labelstudio.server.connect import connect
    from annotation.labelstudio.suggestions import suggest as suggesting

    report = suggesting.suggest(connect(workspace), read_documents(predictions), project=project, workspace=workspace)
    terminal.say(str(report))


def _restore_page(project: str, workspace: Path) -> None:
    from annotation.labelstudio.project.page_edits import restore_page
    from annotation.labelstudio.server.connect import connect

    terminal.say(str(restore_page(connect(workspace), project=project, workspace=workspace)))


def read_or_warn(paths: list[Path], faults: list[ArticleError]) -> Iterator[Document]:
    """The readable articles; warns of each other one and adds it to `faults`. Raises UsageError if none is readable."""
    from annotation.articles.reader import read as read_articles

    any_read = False
    for article in read_articles(paths):
        if isinstance(article, Document):
            any_read = True
            yield article
        else:
            faults.append(article)
            terminal.warn(str(article))
    if not any_read:
        raise UsageError("none of what was named could be read as an article")


def _first_of_each(documents: Iterable[Document]) -> Iterator[Document]:
    """The documents without near-duplicates of an earlier one; warns of each that is left out."""
    from annotation.core.near_duplicates import alike

    names: list[str] = []
    for document, others in alike(documents):
        names.append(document.source.name if document.source else document.id)
        if others:
            terminal.warn(f"{names[-1]}: left out, nearly the same as {names[others[0]]}")
        else:
            yield document
