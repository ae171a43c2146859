"""`naba import` and `naba export`: what they say, and that the next commands take what was imported."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation.cli import app
from annotation.core.errors import UsageError
from annotation.formats.registry import FORMATS
from annotation.storage.documents_file import read_documents, write_documents
from tests.builders import build

MARKS = "T1\tPer 0 4\tDana\nT2\tHire 5 10\thired\nT3\tPer 90 99\tOmar\nE1\tHire:T2 Who:T1\n"


def run(*arguments: object) -> str:
    """What the command says on standard output; its exception is raised."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def standoff(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "d.txt").write_text("Dana hired Omar.", encoding="utf-8")
    (folder / "d.ann").write_text(MARKS, encoding="utf-8")
    return folder


def test_the_help_names_every_format() -> None:
    for command, formats in (
        ("import", [name for name, kind in FORMATS.items() if kind.read]),
        ("export", [name for name, kind in FORMATS.items() if kind.write]),
    ):
        assert set(formats) <= set(re.findall(r"[\w-]+", run(command, "--help")))


def test_import_counts_what_came_and_names_what_did_not(standoff: Path, tmp_path: Path) -> None:
    out = tmp_path / "docs.jsonl"
    said = run("import", standoff, "--format", "brat", "--out", out, "--language", "en")
    assert f"{out}: 1 Documents (en 1)" in said
    assert "wrong: 1 entity: leaves the text, or is empty; mend its offsets (first: d.ann, line 3)" in said
    (document,) = read_documents(out)
    assert [event.type for event in document.events] == ["Hire"]


def test_counts_and_items_for_a_machine(standoff: Path, tmp_path: Path) -> None:
    said = json.loads(run("import", standoff, "-f", "brat", "--out", tmp_path / "d.jsonl", "--json"))
    assert said["units"]["entity"] == {"over": 1, "wrong": 1, "lost": 0, "noted": 0}
    assert said["items"][0]["where"] == "d.ann, line 3"


def test_the_starter_ontology_serves_check_and_the_corpus_goes_out_again(standoff: Path, tmp_path: Path) -> None:
    out, ontology = tmp_path / "docs.jsonl", tmp_path / "own.yaml"
    run("import", standoff, "-f", "brat", "--out", out, "--write-ontology", ontology)
    assert "0 errors" in run("check", out, "--ontology", ontology)
    assert "1 Documents" in run("export", out, "-f", "brat", "--out", tmp_path / "out")
    assert (tmp_path / "out" / "d.ann").read_text(encoding="utf-8").splitlines()[:2] == [
        "T1\tPer 0 4\tDana",
        "T2\tHire 5 10\thired",
    ]


def test_labels_of_an_ontology_tell_triggers_in_columns(tmp_path: Path) -> None:
    rows, out = tmp_path / "a.bio", tmp_path / "docs.jsonl"
    rows.write_text("تفجير B-Bombing\nفي O\nحلب B-GPE\n", encoding="utf-8")
    run("import", rows, "-f", "conll", "--out", out, "--ontology", "conflict")
    (document,) = read_documents(out)
    assert ([s.label for s in document.triggers], [s.label for s in document.entities]) == (["Bombing"], ["GPE"])


def test_export_says_what_the_format_does_not_hold(tmp_path: Path) -> None:
    write_documents(tmp_path / "d.jsonl", [build("[Strike:trigger תקיפה] ב[Place>Strike:GPE עכו]")])
    said = run("export", tmp_path / "d.jsonl", "-f", "conll", "--out", tmp_path / "d.conll")
    assert "lost: 1 argument: tags have no roles" in said
    assert "noted: 1 event: tags do not tell triggers from entities" in said


def test_nothing_is_written_where_nothing_could_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="none of what was named holds an article"):
        run("import", tmp_path / "a.json", "-f", "labelstudio", "--out", tmp_path / "docs.jsonl")
    assert not (tmp_path / "docs.jsonl").exists()
