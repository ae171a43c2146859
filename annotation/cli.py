"""The annotation commands, in the order the data flows. They parse options and say results; the work is elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Literal

import typer

from annotation import terminal
from annotation.document import Document
from annotation.errors import ArticleError, Refused, UsageError
from annotation.files import read_documents, write_documents
from annotation.ontology import Ontology

app = typer.Typer(no_args_is_help=True)

LABEL = "Label"
Workspace = Annotated[
    Path, typer.Option("--workspace", envvar="NABA_WORKSPACE", help="Where the embedded server and the state live.")
]
Project = Annotated[str, typer.Option("--project", "-P", help="The Label Studio project's title.")]
OntologyOption = Annotated[
    str, typer.Option("--ontology", help="A YAML file, or the name of one that comes with naba.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For a machine to read.")]
DocumentsFile = Annotated[Path, typer.Argument(help="Documents, one a line (.jsonl, .jsonl.gz).")]

HERE = Path("workspace")


def load_ontology(name: str) -> Ontology:
    """The ontology in the file, or the bundled one of that name."""
    if Path(name).suffix in (".yaml", ".yml"):
        return Ontology.load(name)
    bundled = files("conf") / "ontology" / f"{name}.yaml"
    if not bundled.is_file():
        raise UsageError(f"there is no ontology called {name!r}; give a .yaml file, or 'conflict'")
    with as_file(bundled) as path:
        return Ontology.load(path)


@app.command(rich_help_panel=LABEL)
def serve(
    workspace: Workspace = HERE,
    port: Annotated[int | None, typer.Option(help="A port of your choice; else a free one.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the running one.")] = False,
) -> None:
    """Start the embedded Label Studio, or say where it runs."""
    from annotation.labelstudio import server

    if stop:
        terminal.say("stopped" if server.stop(workspace) else "was not running")
        return
    running = server.start(workspace, port=port)
    terminal.say(f"Label Studio: {running.url}  user {running.username}  password {running.password}")


@app.command(rich_help_panel=LABEL)
def read(
    articles: Annotated[list[Path], typer.Argument(help="Files and folders: .txt .html .jsonl .parquet.")],
    out: Annotated[Path, typer.Option(help="Where the Documents go.")],
) -> None:
    """Read raw articles: find the language and the body, and write them as Documents."""
    faults: list[ArticleError] = []
    count = write_documents(out, _articles(articles, faults))
    terminal.say(f"{count} articles read into {out}, {len(faults)} refused")


@app.command(rich_help_panel=LABEL)
def push(
    articles: Annotated[list[Path], typer.Argument(help="Files and folders: .txt .html .jsonl .parquet.")],
    project: Project,
    ontology: OntologyOption = "conflict",
    ui_language: Annotated[Literal["ar", "he", "en"], typer.Option(help="The language of the labels.")] = "en",
    annotators: Annotated[
        int | None, typer.Option(help="How many annotators label each article; 1 in a new project.", min=1)
    ] = None,
    skip_near_duplicates: Annotated[
        bool, typer.Option("--skip-near-duplicates", help="Leave out articles nearly the same as one before them.")
    ] = False,
    workspace: Workspace = HERE,
) -> None:
    """Read raw articles and put them in front of the annotators. A second push adds only what is new."""
    from annotation.labelstudio import push as pushing
    from annotation.labelstudio.connect import connect

    faults: list[ArticleError] = []
    found = _articles(articles, faults)
    report = pushing.push(
        connect(workspace),
        _first_of_each(found) if skip_near_duplicates else found,
        project=project,
        ontology=load_ontology(ontology),
        ui_language=ui_language,
        annotators=annotators,
        workspace=workspace,
    )
    terminal.say(f"{report}, {len(faults)} refused")


@app.command(rich_help_panel=LABEL)
def pull(
    project: Project,
    out: Annotated[Path, typer.Option(help="Where the Documents go; what is quarantined goes beside it.")],
    workspace: Workspace = HERE,
) -> None:
    """Fetch what the annotators submitted, one Document an annotation. What changed since is brought up to date."""
    from annotation.labelstudio import pull as pulling
    from annotation.labelstudio.connect import connect

    terminal.say(str(pulling.pull(connect(workspace), project=project, out=out, workspace=workspace)))


@app.command(rich_help_panel=LABEL)
def check(documents: DocumentsFile, ontology: OntologyOption = "conflict", as_json: AsJson = False) -> None:
    """Find what is wrong in the annotations. Exit code 1 when there are errors."""
    from annotation.check import check_all

    findings = list(check_all(read_documents(documents), load_ontology(ontology)))
    counts = Counter(finding.severity for finding in findings)
    if as_json:
        terminal.emit({"counts": dict(counts), "findings": [finding.as_dict() for finding in findings]})
    else:
        for finding in findings:
            terminal.say(str(finding))
        terminal.say(f"{counts['error']} errors, {counts['warning']} warnings")
    if counts["error"]:
        raise Refused(f"{documents}: {counts['error']} errors; mend them in Label Studio and pull again")


@app.command(rich_help_panel=LABEL)
def agreement(documents: DocumentsFile, ontology: OntologyOption = "conflict", as_json: AsJson = False) -> None:
    """How far the annotators agree, in the scores a model gets."""
    from annotation.agreement import agreement as measure

    result = measure(read_documents(documents), ontology=load_ontology(ontology))
    if as_json:
        terminal.emit(result.as_dict())
    elif not result.documents:
        terminal.say(f"none of the {result.single} articles was marked by two annotators")
    else:
        heading, *rows = result.table()
        terminal.table(f"agreement on {result.documents} articles, F1", heading, rows)
        kappas = ", ".join(f"{name} {k.kappa:.2f}" for name, k in result.attributes.items() if k.kappa is not None)
        terminal.say(f"Cohen's kappa: {kappas or 'nothing to compare'}")


@app.command(rich_help_panel=LABEL)
def adjudicate(
    documents: DocumentsFile,
    out: Annotated[Path, typer.Option(help="Where the gold Documents go.")],
    policy: Annotated[Literal["majority", "senior"], typer.Option(help="Who decides.")] = "majority",
    senior: Annotated[list[str] | None, typer.Option(help="Settles ties; the first named comes first.")] = None,
    as_json: AsJson = False,
) -> None:
    """Merge the annotators' versions of each article into gold, and count how each item was decided."""
    from annotation import adjudicate as adjudication

    result = adjudication.adjudicate(read_documents(documents), policy=policy, senior=senior or ())
    write_documents(out, result.gold)
    if as_json:
        terminal.emit(result.as_dict())
        return
    known = (*adjudication.KEPT, *adjudication.LEFT_OUT)
    shown = [outcome for outcome in known if any(counts[outcome] for counts in result.outcomes.values())]
    rows = [(layer, *(counts[outcome] for outcome in shown)) for layer, counts in result.outcomes.items()]
    terminal.table(f"{len(result.gold)} articles adjudicated into {out}", ("item", *shown), rows)


@app.command(rich_help_panel=LABEL)
def snapshot(
    gold: DocumentsFile,
    out: Annotated[Path, typer.Option(help="The folder of the snapshot; it must not hold another one.")],
    ontology: OntologyOption = "conflict",
    seed: Annotated[int, typer.Option(help="Decides which article falls in which split.")] = 13,
    annotated: Annotated[
        Path | None,
        typer.Option(help="What the annotators marked: how far they agree is kept, to hold models against."),
    ] = None,
) -> None:
    """Freeze gold into an immutable, split and hashed dataset."""
    from annotation import snapshot as snapshots
    from annotation.agreement import agreement as measure

    known = load_ontology(ontology)
    agreed = measure(read_documents(annotated), ontology=known).as_dict() if annotated else None
    built = snapshots.build(read_documents(gold), out, ontology=known, seed=seed, agreement=agreed)
    sizes = ", ".join(f"{name} {len(built.split(name))}" for name in ("train", "dev", "test"))
    terminal.say(f"{out}: {sizes}")


@app.command(rich_help_panel=LABEL)
def diff(
    a: Annotated[Path, typer.Argument(help="A snapshot.")],
    b: Annotated[Path, typer.Argument(help="Another one.")],
    as_json: AsJson = False,
) -> None:
    """Compare two snapshots: articles added, removed and changed, labels per split."""
    from annotation.snapshot import Snapshot, compare

    difference = compare(Snapshot.open(a), Snapshot.open(b))
    if as_json:
        terminal.emit(difference.as_dict())
        return
    for name in ("added", "removed", "changed", "moved"):
        ids: tuple[str, ...] = getattr(difference, name)
        terminal.say(f"{name} {len(ids)}{': ' if ids else ''}{' '.join(ids)}")
    if difference.ontology_changed:
        terminal.say("the ontology changed")
    for split, labels in difference.labels.items():
        rows = [(label, before, after) for label, (before, after) in labels.items()]
        if rows:
            terminal.table(split, ("label", str(a), str(b)), rows)


@app.command(rich_help_panel=LABEL)
def suggest(
    predictions: DocumentsFile,
    project: Project,
    workspace: Workspace = HERE,
) -> None:
    """Show a model's predictions to the annotators as suggestions, in place of earlier ones."""
    from annotation.labelstudio import suggest as suggesting
    from annotation.labelstudio.connect import connect

    report = suggesting.suggest(connect(workspace), read_documents(predictions), project=project, workspace=workspace)
    terminal.say(str(report))


def _articles(paths: list[Path], faults: list[ArticleError]) -> Iterator[Document]:
    """The articles that could be read; a line for each that could not. UsageError when that is all of them."""
    from annotation.articles import read as read_articles

    found_any = False
    for found in read_articles(paths):
        if isinstance(found, Document):
            found_any = True
            yield found
        else:
            faults.append(found)
            terminal.warn(str(found))
    if not found_any:
        raise UsageError("none of what was named could be read as an article")


def _first_of_each(documents: Iterable[Document]) -> Iterator[Document]:
    """The documents without those nearly the same as an earlier one; a line for each that is left out."""
    from annotation.duplicates import alike

    names: list[str] = []
    for document, others in alike(documents):
        names.append(document.source.name if document.source else document.id)
        if others:
            terminal.warn(f"{names[-1]}: left out, nearly the same as {names[others[0]]}")
        else:
            yield document
