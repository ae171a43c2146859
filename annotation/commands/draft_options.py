"""The options of `naba draft`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_MODEL = "A language model (with --endpoint)"

ArticlesToDraft = Annotated[
    list[Path] | None, typer.Argument(help="Files and folders of articles: .txt .html .jsonl .parquet.")
]
Drafted = Annotated[Path, typer.Option(help="Where the drafted Documents go; - is standard output.")]
ProjectToDraft = Annotated[
    str | None,
    typer.Option("--project", "-P", help="Draft the articles nobody did yet; what was handed in are examples."),
]
Examples = Annotated[list[Path] | None, typer.Option(help="Documents that are marked (.jsonl); repeat it for several.")]
Lists = Annotated[
    list[Path] | None,
    typer.Option("--list", help="Phrases of your own: TSV, a column a type, its name on top; repeat it."),
]
Repeat = Annotated[
    bool, typer.Option("--repeat", help="Suggest what was marked in an article at its other places in that article.")
]
FillRoles = Annotated[
    bool, typer.Option("--roles/--no-roles", help="Fill in the roles that a pair of types nearly always has.")
]
EndpointAddress = Annotated[
    str | None, typer.Option(rich_help_panel=_MODEL, help="Its OpenAI-compatible address: http://127.0.0.1:8000/v1")
]
ModelName = Annotated[str | None, typer.Option(rich_help_panel=_MODEL, help="The model's name there.")]
SendTextTo = Annotated[
    str | None,
    typer.Option(rich_help_panel=_MODEL, help="The endpoint's host: that the articles may leave this machine for it."),
]
ApiKeyVariable = Annotated[
    str, typer.Option(rich_help_panel=_MODEL, help="The environment variable that holds the key, if it needs one.")
]
Shots = Annotated[int, typer.Option(rich_help_panel=_MODEL, help="Examples shown with each article.", min=0)]
Longest = Annotated[
    int,
    typer.Option(rich_help_panel=_MODEL, help="Characters asked about at once; longer articles in passages.", min=500),
]
AtOnce = Annotated[int, typer.Option(rich_help_panel=_MODEL, help="Articles asked about at once.", min=1)]
Timeout = Annotated[float, typer.Option(rich_help_panel=_MODEL, help="Seconds for an answer.", min=1)]
MaxTokens = Annotated[int | None, typer.Option(rich_help_panel=_MODEL, help="Tokens of an answer at most.", min=1)]
PriceIn = Annotated[
    float | None, typer.Option(rich_help_panel=_MODEL, help="Price of a million tokens in, to add it up.", min=0)
]
PriceOut = Annotated[float | None, typer.Option(rich_help_panel=_MODEL, help="Price of a million tokens out.", min=0)]
Cache = Annotated[
    Path | None, typer.Option(rich_help_panel=_MODEL, help="Where answers are kept; else in the workspace.")
]
AskAgain = Annotated[
    bool, typer.Option("--ask-again", rich_help_panel=_MODEL, help="Ask, and pay, for what is kept too.")
]
