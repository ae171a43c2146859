"""The annotation commands, in the order the data flows."""

from __future__ import annotations

import typer

from annotation.commands import freeze, review, studio

LABEL = "Label"

app = typer.Typer(no_args_is_help=True)

for _command in (
    studio.serve,
    studio.read,
    studio.push,
    studio.pull,
    review.check,
    review.agreement,
    review.adjudicate,
    freeze.snapshot,
    freeze.diff,
    studio.suggest,
):
    app.command(rich_help_panel=LABEL)(_command)
