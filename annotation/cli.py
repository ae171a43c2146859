"""The annotation commands of `naba`, registered in the order of the workflow."""

from __future__ import annotations

import typer

from annotation.commands import annotators, check, draft, exchange, projects, queue, read, review, snapshot, studio

LABEL = "Label"

app = typer.Typer(no_args_is_help=True)

for _command in (
    studio.serve,
    read.read,
    studio.push,
    projects.progress,
    studio.pull,
    exchange.import_,
    check.check,
    review.agreement,
    review.adjudicate,
    snapshot.snapshot,
    snapshot.diff,
    exchange.export,
    draft.draft,
    studio.suggest,
    queue.queue,
    queue.suggested,
    projects.migrate,
):
    # `import` is a keyword of Python, so that function ends in an underscore
    app.command(_command.__name__.rstrip("_").replace("_", "-"), rich_help_panel=LABEL)(_command)

app.add_typer(annotators.app, name="annotators", rich_help_panel=LABEL)
