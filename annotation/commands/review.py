"""What was marked: checked, held against each other, decided."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import typer

from annotation import terminal
from annotation.commands.options import AsJson, DocumentsFile, OntologyOption, load_ontology
from annotation.errors import Refused
from annotation.files import read_documents, write_documents


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
