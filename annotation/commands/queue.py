"""`naba queue` and `naba suggested`: the order of labelling, and the use of suggestions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotation import terminal
from annotation.commands.options import HERE, AsJson, DocumentsFile, Project, Workspace
from annotation.core import json_text
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.storage.documents_file import atomic, read_documents

if TYPE_CHECKING:
    from annotation.labelstudio.sync.task_order import QueueReport, Waiting
    from annotation.selection.active_learning import Queued


def queue(
    predictions: DocumentsFile,
    labelled: Annotated[
        list[Path] | None, typer.Option(help="Documents that are labelled: what is like them comes late.")
    ] = None,
    project: Annotated[
        str | None,
        typer.Option("--project", "-P", help="Order the tasks of this project; its finished ones count too."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the order goes, an article a line.")] = None,
    mix: Annotated[float, typer.Option(help="How much uncertainty counts, novelty being the rest.")] = 0.5,
    quota: Annotated[str | None, typer.Option(help="Shares by language: he=0.5,ar=0.5")] = None,
    most: Annotated[int, typer.Option(help="How many are put in order; the rest keep no place.", min=1)] = 200,
    lists: Annotated[
        int,
        typer.Option(help="Lists to deal the order out to: people who label at the same time need one each.", min=1),
    ] = 1,
    as_json: AsJson = False,
    workspace: Workspace = HERE,
) -> None:
    """What to label next: where the model is unsure, unlike what is labelled, in the languages wanted."""
    if project is None and out is None:
        raise UsageError("say whose tasks to put in order with --project, or where the order goes with --out")
    from annotation.selection.active_learning import queue as order_queue

    shares = _shares(quota)
    waiting = _waiting(project, workspace) if project else None
    documents = chain.from_iterable(read_documents(path) for path in labelled or ())
    candidates = _Candidates(predictions, waiting)
    order = order_queue(candidates.left(), chain(documents, candidates.done()), mix=mix, quota=shares, most=most)
    if out is not None:
        with atomic(out) as file:
            file.writelines(json_text.dumps(asdict(queued)) + "\n" for queued in order)
    report = _arranged(order, project, lists, workspace) if project else None
    if as_json:
        counts = report.as_dict() if report else {}
        terminal.emit({**counts, "missing": candidates.missing, "order": [asdict(queued) for queued in order]})
    else:
        _say(order, candidates.missing, out, report)


def _say(order: Sequence[Queued], missing: int, out: Path | None, report: QueueReport | None) -> None:
    by_language = ", ".join(f"{count:,} {name}" for name, count in Counter(q.language for q in order).most_common())
    destination = f": {out}" if out else ""
    terminal.say(f"{len(order):,} articles put in order ({by_language or 'none is left'}){destination}")
    if report is not None:
        terminal.say(str(report))
    if missing:
        terminal.warn(f"{missing:,} predicted articles are not in the project, or with another text")


def _arranged(order: Sequence[Queued], project: str, lists: int, workspace: Path) -> QueueReport:
    from annotation.labelstudio.server.connect import connect
    from annotation.labelstudio.sync.task_order import arrange

    return arrange(connect(workspace), order, project=project, workspace=workspace, lists=lists)


def _waiting(project: str, workspace: Path) -> Waiting:
    from annotation.labelstudio.server.connect import connect
    from annotation.labelstudio.sync.task_order import waiting

    return waiting(connect(workspace), project=project, workspace=workspace)


class _Candidates:
    """The predicted Documents of a file, split by whether they are finished in the project, if there is one."""

    def __init__(self, path: Path, waiting: Waiting | None) -> None:
        self.path, self.waiting, self.missing = path, waiting, 0

    def left(self) -> Iterator[Document]:
        """The Documents to put in order. Counts in `missing` those that the project does not have."""
        for document in read_documents(self.path):
            if self.waiting is None or self.waiting.has(document):
                yield document
            else:
                self.missing += 1

    def done(self) -> Iterator[Document]:
        """The Documents that are finished in the project; they count as labelled."""
        if self.waiting is not None:
            yield from (document for document in read_documents(self.path) if document.id in self.waiting.done)


def _shares(quota: str | None) -> dict[str, float]:
    """Parse shares such as "he=0.5,ar=0.5". Raises UsageError when a share is no number."""
    shares: dict[str, float] = {}
    for part in (quota or "").split(",") if quota else ():
        language, _, share = part.partition("=")
        try:
            shares[language.strip()] = float(share)
        except ValueError as error:
            raise UsageError(f"--quota {quota}: {part!r} is not like he=0.5; write --quota he=0.5,ar=0.5") from error
    return shares


def suggested(project: Project, workspace: Workspace = HERE, as_json: AsJson = False) -> None:
    """What became of suggestions: kept, edited, deleted; and whether those who had them agree more than others."""
    from annotation.labelstudio.server.connect import connect
    from annotation.labelstudio.suggestions.usage import audit

    usage = audit(connect(workspace), project=project, workspace=workspace)
    if as_json:
        terminal.emit(usage.as_dict())
        return
    if not usage.versions:
        terminal.say(f"none of the {usage.unaided.annotations} annotations was made from a suggestion")
    for name, version in usage.versions.items():
        heading, *rows = usage.table(name)
        title = f"{name}: {version.annotations} annotations of {len(version.rows)} articles (?: too few to say)"
        terminal.table(title, heading, rows)
    if any(usage.pairs.values()):
        heading, *rows = usage.agreement_table()
        terminal.table("agreement, F1 (?: too few to say)", heading, rows)
