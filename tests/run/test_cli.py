"""The commands as a user types them: right ones do it, wrong ones end in one line and the right exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from annotation import sample
from annotation.storage.documents_file import read_documents, write_documents
from tests.builders import build


def naba(*words: object, code: int = 0, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command; its exit code must be `code`, and it must never show a traceback."""
    command = [sys.executable, "-m", "training", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_help_names_every_command_in_the_order_of_the_trip() -> None:
    said = naba("--help").stdout
    order = [
        "demo",
        "serve",
        "read",
        "push",
        "pull",
        "check",
        "agreement",
        "adjudicate",
        "snapshot",
        "train",
        "evaluate",
    ]
    places = [said.index(f"│ {name} ") for name in order]
    assert places == sorted(places)


def test_from_raw_articles_to_a_snapshot(tmp_path: Path) -> None:
    read = naba("read", *sample.raw(), "--out", tmp_path / "articles.jsonl")
    assert f"{len(sample.raw())} articles read" in read.stdout
    assert [d.text for d in read_documents(tmp_path / "articles.jsonl")] == [d.text for d in sample.gold()]
    write_documents(tmp_path / "annotated.jsonl", (document for _, document in sample.annotated()))
    naba("check", tmp_path / "annotated.jsonl")
    assert json.loads(naba("agreement", tmp_path / "annotated.jsonl", "--json").stdout)
    seniors = [word for names in sample.ANNOTATORS.values() for word in ("--senior", names[0])]
    naba("adjudicate", tmp_path / "annotated.jsonl", *seniors, "--out", tmp_path / "gold.jsonl")
    assert sorted(d.id for d in read_documents(tmp_path / "gold.jsonl")) == sorted(d.id for d in sample.gold())
    annotated = tmp_path / "annotated.jsonl"
    naba("snapshot", tmp_path / "gold.jsonl", "--annotated", annotated, "--out", tmp_path / "one")
    agreed = json.loads((tmp_path / "one" / "manifest.json").read_text(encoding="utf-8"))["agreement"]
    assert agreed == json.loads(naba("agreement", annotated, "--json").stdout)
    naba("snapshot", tmp_path / "gold.jsonl", "--out", tmp_path / "one")
    assert "0" in naba("diff", tmp_path / "one", tmp_path / "one").stdout


def test_findings_end_in_exit_code_1(tmp_path: Path) -> None:
    write_documents(tmp_path / "bad.jsonl", [build("[Arrest:trigger נעצר] [Attacker>Arrest:Person דוד כהן]")])
    done = naba("check", tmp_path / "bad.jsonl", code=1)
    assert "Arrest has no role Attacker" in done.stdout
    assert "mend them in Label Studio and pull again" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["check", "nothere.jsonl"], 2, "nothere.jsonl: No such file or directory; check the path"),
        (["snapshot", "nothere.jsonl", "--out", "s"], 2, "nothere.jsonl: No such file or directory; check the path"),
        (["read", "nothere", "--out", "o.jsonl"], 2, "none of what was named could be read"),
        (["check", "nothere.jsonl", "--ontology", "nope"], 2, "there is no ontology called 'nope'"),
        (
            ["check", "nothere.jsonl", "--project", "P: adjudication"],
            2,
            "what is contested, which findings would replace",
        ),
        (["pull", "--project", "p", "--out", "o.jsonl"], 3, "start one with `naba serve`"),
        (["push", "nothere", "--project", "p"], 3, "start one with `naba serve`"),
        (["diff", "a", "b"], 2, "a"),
        (["train"], 2, "snapshot"),
        (["train", "snapshot=nothere"], 2, "nothere"),
        (["evaluate", "model=nothere", "snapshot=nothere"], 2, "nothere"),
        (["predict", "model=nothere", "input=a.jsonl", "output=b.jsonl"], 2, "nothere"),
        (["fly"], 2, "No such command"),
    ],
)
def test_a_wrong_command_ends_in_one_line(words: list[str], code: int, said: str, tmp_path: Path) -> None:
    done = naba(*words, code=code, cwd=tmp_path)
    assert said in done.stderr


def test_a_line_that_is_no_document_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"schema": 1, "id": "x"}\n', encoding="utf-8")
    assert "a.jsonl, line 1: not a document" in naba("check", tmp_path / "a.jsonl", code=2).stderr
