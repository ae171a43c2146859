"""The notebooks run from top to bottom on what `naba demo` leaves, and what a cell ends with can be shown."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest

from annotation import sample
from annotation.core.document import Document
from annotation.snapshot import snapshot
from annotation.storage.documents_file import write_documents
from tests.builders import conflict

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NAMES = ("annotators", "corpus", "errors")


def cells(name: str) -> list[dict[str, object]]:
    found = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    assert isinstance(found, list)
    return found


def run(source: str, names: dict[str, object]) -> object:
    """The cell, and the value of its last line if that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if isinstance(last, ast.Expr) else None


def sure(document: Document) -> Document:
    """The same, as sure of every entity as a model may be."""
    return replace(document, entities=tuple(replace(span, score=0.7) for span in document.entities))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of notebooks beside the workspace of a demo, in which a second annotator stands for the model."""
    folder = tmp_path_factory.mktemp("place")
    demo = folder / "workspace" / "demo"
    annotated = [document for _, document in sample.annotated()]
    gold = {document.id: document for document in sample.gold()}
    seconds = {document.id: document for document in annotated}
    write_documents(demo / "annotated.jsonl", annotated)
    made = snapshot.build(gold.values(), demo / "snapshot", ontology=conflict(), ratios=(0.4, 0.1, 0.5))
    write_documents(demo / "report" / "predictions.jsonl", (sure(seconds[document.id]) for document in made.test))
    (folder / "notebooks").mkdir()
    return folder / "notebooks"


def test_there_are_three_and_each_is_short() -> None:
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == list(NAMES)
    assert max(len(cells(name)) for name in NAMES) < 15


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_looks_and_defines_nothing(name: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    names: dict[str, object] = {}
    shown = 0
    for cell in cells(name):
        source = "".join(map(str, cell["source"])) if isinstance(cell["source"], list) else ""
        if cell["cell_type"] != "code":
            continue
        assert cell["outputs"] == []
        assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.walk(ast.parse(source)))
        value = run(source, names)
        if value is not None:
            table = value._repr_html_()  # type: ignore[attr-defined]
            assert "<td" in table
            shown += 1
    assert shown >= 4
