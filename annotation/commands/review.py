"""`naba agreement` and `naba adjudicate`: annotators compared, and merged into gold."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from annotation import terminal
from annotation.commands.options import HERE, AsJson, DocumentsFile, OntologyOption, Workspace, load_ontology
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from annotation.storage.documents_file import read_documents, write_documents
from annotation.storage.pull_files import PullFiles

if TYPE_CHECKING:
    from annotation.adjudication.overlap import Overlap
    from annotation.adjudication.voting import Adjudication
    from annotation.agreement.pairwise import Agreement

PolicyOption: TypeAlias = Literal["majority", "senior"]
Adjudicators = Annotated[
    str | None,
    typer.Option("--project", "-P", help="Have people decide, in a second project beside the one of this title."),
]
Policy = Annotated[
    PolicyOption | None,
    typer.Option(help="What decides where nobody did: without --project the majority, with it nothing."),
]
SubmittedBy = Annotated[
    int | None,
    typer.Option(min=1, help="How many have to submit an article before it is gold; else the project's number."),
]
MissingAfter = Annotated[
    int | None,
    typer.Option(min=0, metavar="DAYS", help="After so many days without a new submission, go on without the rest."),
]
PageLanguage: TypeAlias = Literal["en", "he", "ar"]


def agreement(
    documents: DocumentsFile,
    ontology: OntologyOption = "conflict",
    html: Annotated[Path | None, typer.Option("--html", help="A page with the disagreements, worst first.")] = None,
    language: Annotated[PageLanguage, typer.Option(help="The language of the page.")] = "en",
    studio: Annotated[
        str | None, typer.Option(help="The address of the Label Studio project, for links from the page to its tasks.")
    ] = None,
    project: Annotated[
        str | None, typer.Option("--project", "-P", help="The same by the project's title, on the server in use.")
    ] = None,
    workspace: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """How far the annotators agree, in the scores a model gets."""
    if language != "en" and html is None:
        raise UsageError("--language is that of the page; name its file with --html")
    from annotation.agreement import agreement as measure

    annotated, loaded = list(read_documents(documents)), load_ontology(ontology)
    result = measure(annotated, ontology=loaded)
    if html is not None:
        from annotation.agreement.agreement_page import write_page

        address = studio or (_address(project, workspace) if project else None)
        write_page(annotated, html, ontology=loaded, studio=address, language=language)
    if as_json:
        terminal.emit(result.as_dict())
        return
    _say_agreement(result)
    if html is not None:
        terminal.say(f"the disagreements, worst first: {html}")


def _say_agreement(result: Agreement) -> None:
    if result.whole is None:
        terminal.say(f"none of the {result.single} articles was marked by two annotators")
        return
    heading, *rows = result.table()
    terminal.table(f"agreement on {result.documents} articles, F1 (?: too few to say)", heading, rows)
    heading, *rows = result.intervals()
    terminal.table("with 95% intervals", heading, rows)
    terminal.say(f"Cohen's kappa: {', '.join(result.kappas()) or 'nothing to compare'}")


def adjudicate(
    documents: DocumentsFile,
    out: Annotated[Path | None, typer.Option(help="Where the gold Documents go.")] = None,
    project: Adjudicators = None,
    policy: Policy = None,
    senior: Annotated[list[str] | None, typer.Option(help="Settles ties; the first named comes first.")] = None,
    annotators: SubmittedBy = None,
    missing_after: MissingAfter = None,
    ontology: OntologyOption = "conflict",
    workspace: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Merge the annotators' versions of each article into gold, and count how each item was decided.

    An article waits until as many have submitted it as the project says (`naba push --annotators`), which `naba pull`
    records beside the Documents; of a file without that record every article is decided. With --missing-after an
    article that got its last submission so many days ago counts with those it has, and a line says so.
    """
    from annotation.adjudication.overlap import Overlap

    if out is None and project is None:
        raise UsageError("say where the gold goes with --out, or who decides with --project")
    annotated, seniors = list(read_documents(documents)), tuple(senior or ())
    patience = None if missing_after is None else timedelta(days=missing_after)
    if project is None:
        needed = annotators or PullFiles(documents).annotators()
        overlap = Overlap.of(annotated, needed, missing_after=patience)
        result = _by_vote(overlap, policy or "majority", seniors, load_ontology(ontology))
    else:
        result, overlap = _by_people(annotated, project, policy, seniors, annotators, patience, workspace)
    if out is not None:
        write_documents(out, result.gold)
    if as_json:
        terminal.emit(result.as_dict() | overlap.as_dict())
    else:
        _say_outcomes(result, out)
        for line in overlap.lines():
            terminal.say(line)


def _by_vote(overlap: Overlap, policy: PolicyOption, senior: tuple[str, ...], ontology: Ontology) -> Adjudication:
    """The decisions of the policy, over the articles that enough have submitted."""
    from annotation.adjudication import voting as adjudication

    return adjudication.adjudicate(overlap.complete, policy=policy, senior=senior, ontology=ontology)


def _by_people(
    annotated: list[Document],
    project: str,
    policy: Literal["majority", "senior"] | None,
    senior: tuple[str, ...],
    annotators: int | None,
    missing_after: timedelta | None,
    workspace: Path,
) -> tuple[Adjudication, Overlap]:
    """The decisions made so far; contested articles without one are pushed to the adjudication project.

    Articles that too few have submitted are not pushed yet.
    """
    from annotation.adjudication import voting as adjudication
    from annotation.adjudication.overlap import Overlap
    from annotation.labelstudio.project.project import find_project
    from annotation.labelstudio.server.connect import connect
    from annotation.labelstudio.sync import adjudication_project as second

    client = connect(workspace)
    source = find_project(client, project, workspace=workspace)
    ontology = source.ontology
    contested = adjudication.contested(annotated, ontology)
    decisions = second.decisions(client, contested, project=project, workspace=workspace)
    if decisions.quarantined:
        terminal.warn(
            f"{decisions.quarantined} pieces of decisions could not be taken over: see {decisions.quarantine}"
        )
    expected = annotators or source.annotators
    overlap = Overlap.of(annotated, expected, decided=decisions.documents, missing_after=missing_after)
    not_now = overlap.incomplete.keys() | decisions.documents.keys()
    waiting = [versions for versions in contested if next(iter(versions.values())).id not in not_now]
    if waiting:
        place = second.hand_over(client, waiting, project=project, workspace=workspace, senior=senior)
        terminal.warn(f"{len(waiting)} articles wait for an adjudicator: {place}")
    result = adjudication.adjudicate(
        overlap.complete, policy=policy, senior=senior, ontology=ontology, decided=decisions.documents
    )
    return result, overlap


def _say_outcomes(result: Adjudication, out: Path | None) -> None:
    """Print counts of outcomes by layer, and the meaning of each outcome."""
    from annotation.adjudication.voting import KEPT, LEFT_OUT, OUTCOMES

    shown = [outcome for outcome in (*KEPT, *LEFT_OUT) if any(c[outcome] for c in result.outcomes.values())]
    rows = [(layer, *(counts[outcome] for outcome in shown)) for layer, counts in result.outcomes.items()]
    destination = f" into {out}" if out else ""
    terminal.table(f"{len(result.gold)} articles adjudicated{destination}", ("item", *shown), rows)
    ways = ", ".join(f"{count} {way}" for way, count in result.articles.items())
    terminal.say(
        f"articles: {', '.join(filter(None, [ways, f'{len(result.waiting)} waiting' if result.waiting else '']))}"
    )
    for outcome in shown:
        terminal.say(f"{outcome}: {OUTCOMES[outcome]}")


def _address(project: str, workspace: Path) -> str:
    """The URL of the project on the Label Studio server."""
    from annotation.labelstudio.project.project import find_project
    from annotation.labelstudio.server.connect import connect

    client = connect(workspace)
    return f"{client.url}/projects/{find_project(client, project, workspace=workspace).id}"
