"""`naba import` and `naba export`: what they say, and that the next commands take what was imported."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation.cli import app
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
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
    assert f"{out}: 1 Documents (en 1) from brat" in said
    assert "wrong: 1 entity: leaves the text, or is empty; mend its offsets" in said
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
    assert "no place for: 1 argument: tags have no roles" in said
    assert "changed: 1 event: tags do not tell triggers from entities" in said


def test_nothing_is_written_where_nothing_could_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="none of what was named holds an article"):
        run("import", tmp_path / "a.json", "-f", "labelstudio", "--out", tmp_path / "docs.jsonl")
    assert not (tmp_path / "docs.jsonl").exists()


def test_a_file_s_format_is_found_and_said(standoff: Path, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps([{"id": 1, "data": {"text": "נח"}, "annotations": []}]), "utf-8")
    assert "1 Documents (he 1) from labelstudio" in run("import", tmp_path / "t.json", "--out", tmp_path / "d.jsonl")


def test_every_item_is_in_the_report_and_the_first_are_shown(tmp_path: Path) -> None:
    regions = [
        {
            "id": f"r{at}",
            "type": "labels",
            "from_name": "l",
            "to_name": "text",
            "value": {"start": at, "end": at + 2, "text": "xx", "labels": ["A"]},
        }
        for at in range(5)
    ]
    task = {"id": 1, "data": {"text": "אבגדהוזח"}, "annotations": [{"id": 2, "result": regions}]}
    (tmp_path / "t.json").write_text(json.dumps([task]), "utf-8")
    said = run("import", tmp_path / "t.json", "--out", tmp_path / "d.jsonl", "--report", tmp_path / "report.jsonl")
    items = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text("utf-8").splitlines()]
    assert [item["where"].rpartition(", ")[2] for item in items] == [f"region r{at}" for at in range(5)]
    assert "wrong: 5 entity: does not cover the words it quotes" in said
    assert f"and 2 more; all are in {tmp_path / 'report.jsonl'}" in said.replace("\n", "")


def test_marks_are_moved_to_the_words_they_quote_only_when_told(tmp_path: Path) -> None:
    region = {"id": "r", "type": "labels", "from_name": "l", "to_name": "text"}
    value = {"start": 5, "end": 8, "text": "עכו", "labels": ["GPE"]}
    task = {
        "id": 1,
        "data": {"text": "נחת בעכו אתמול"},
        "annotations": [{"id": 2, "result": [{**region, "value": {**value, "start": 4}}]}],
    }
    (tmp_path / "t.json").write_text(json.dumps([task]), "utf-8")
    said = run("import", tmp_path / "t.json", "--out", tmp_path / "d.jsonl")
    assert "wrong: 1 entity" in said
    said = run("import", tmp_path / "t.json", "--out", tmp_path / "d.jsonl", "--repair")
    (document,) = read_documents(tmp_path / "d.jsonl")
    assert [span.quote(document.text) for span in document.entities] == ["עכו"]
    assert "changed: 1 entity: is moved to the words it quotes" in said


def test_labels_with_dots_and_blanks_score_as_themselves(tmp_path: Path) -> None:
    from training.cli import app as naba

    row = {"doc_id": "d", "wnd_id": "d", "tokens": ["נורה", "רמי"], "text": "נורה רמי", "lang": "he"}
    row["entity_mentions"] = [{"id": "e", "start": 1, "end": 2, "entity_type": "Per Civ=x"}]
    arguments = [{"entity_id": "e", "role": "Victim.1"}]
    row["event_mentions"] = [{"event_type": "Life.Die", "trigger": {"start": 0, "end": 1}, "arguments": arguments}]
    (tmp_path / "g.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    own = tmp_path / "own.yaml"
    run("import", tmp_path / "g.jsonl", "-f", "textee", "--out", tmp_path / "d.jsonl", "--write-ontology", own)
    run("export", tmp_path / "d.jsonl", "-f", "textee", "--out", tmp_path / "back.jsonl")
    for pair in (("d.jsonl", "g.jsonl"), ("g.jsonl", "d.jsonl"), ("back.jsonl", "d.jsonl")):
        said = CliRunner().invoke(
            naba, ["score", *(str(tmp_path / one) for one in pair), "--json", "--ontology", str(own)]
        )
        assert json.loads(said.stdout)["micro"]["Arg-C+"]["f1"] == 1.0
    assert "Life.Die" in Ontology.load(own).events
