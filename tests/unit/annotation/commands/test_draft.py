"""`naba draft` on files: what it writes and says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation import sample
from annotation.cli import app
from annotation.core.errors import UsageError
from annotation.storage.documents_file import read_documents, write_documents
from training.scoring.scores import score


def drafted(*words: object) -> str:
    found = CliRunner().invoke(app, ["draft", *map(str, words)], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_the_second_article_is_drafted_from_the_first_ones_and_can_be_scored(tmp_path: Path) -> None:
    gold = sample.gold()
    write_documents(tmp_path / "marked.jsonl", gold[:20])
    write_documents(tmp_path / "rest.jsonl", [document.bare() for document in gold[20:30]])
    out = tmp_path / "draft.jsonl"
    told = json.loads(drafted(tmp_path / "rest.jsonl", "--examples", tmp_path / "marked.jsonl", "--out", out, "--json"))
    drafts = list(read_documents(out))
    assert {document.provenance.model_version for document in drafts if document.provenance} == {told["version"]}
    assert told["documents"] == 10
    scores = score(gold[20:30], drafts)
    assert scores.micro["Entity"].precision > 0.6
    assert scores.micro["Trig-C"].f1 > 0.4


def test_repeats_of_a_file(tmp_path: Path) -> None:
    gold = sample.gold()[:3]
    first = [replace(document, entities=document.entities[:2], events=(), links=()) for document in gold]
    write_documents(tmp_path / "marked.jsonl", first)
    told = drafted(tmp_path / "marked.jsonl", "--repeat", "--out", tmp_path / "out.jsonl")
    assert "other places in" in told
    for document in read_documents(tmp_path / "out.jsonl"):
        (before,) = [other for other in first if other.id == document.id]
        assert set(before.entities) < set(document.entities)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "say what to draft"),
        (["a.jsonl", "--project", "abc"], "one of the two"),
        (["a.jsonl", "--endpoint", "http://localhost"], "go together"),
        (["a.jsonl", "--send-text-to", "x"], "goes with --endpoint"),
        (["a.jsonl", "--repeat", "--endpoint", "http://localhost", "--model", "m"], "leave out --endpoint"),
        (["a.jsonl", "--endpoint", "https://x.example/v1", "--model", "m"], "--send-text-to x.example"),
        (["a.jsonl"], "nothing is marked yet"),
        (["a.jsonl", "--list", "a.tsv", "--repeat"], "--list gives phrases"),
    ],
)
def test_wrong_options_are_named(words: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        drafted(*words)
