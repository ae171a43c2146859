"""Command-line options that several commands share."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology

Workspace = Annotated[
    Path, typer.Option("--workspace", envvar="NABA_WORKSPACE", help="Where the embedded server and the state live.")
]
Project = Annotated[str, typer.Option("--project", "-P", help="The Label Studio project's title.")]
OntologyOption = Annotated[
    str, typer.Option("--ontology", help="A YAML file, or the name of one that comes with naba.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For a machine to read.")]
Repair = Annotated[
    bool,
    typer.Option("--repair", help="Move marks that cover other words than they quote to those, where it is certain."),
]
DocumentsFile = Annotated[Path, typer.Argument(help="Documents, one a line (.jsonl, .jsonl.gz); - is standard input.")]
LabelledBy = Annotated[
    int | None, typer.Option(help="How many annotators label each article; 1 in a new project.", min=1)
]
SkipNearDuplicates = Annotated[
    bool, typer.Option("--skip-near-duplicates", help="Leave out articles nearly the same as one before them.")
]
Teams = Annotated[
    str | None, typer.Option(help="Deal the articles out, such as north,south: each team has a project 'P TEAM'.")
]

HERE = Path("workspace")


def load_ontology(name: str) -> Ontology:
    """The ontology in a YAML file, or the bundled one of that name. Raises UsageError when there is none."""
    if Path(name).suffix in (".yaml", ".yml"):
        return Ontology.load(name)
    bundled = files("conf") / "ontology" / f"{name}.yaml"
    if not bundled.is_file():
        raise UsageError(f"there is no ontology called {name!r}; give a .yaml file, or 'conflict'")
    with as_file(bundled) as path:
        return Ontology.load(path)
