"""What `naba queue` writes and says; the order itself is tested where it is made."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation.cli import app
from annotation.core.document import Provenance
from annotation.core.errors import UsageError
from annotation.storage.documents_file import write_documents
from tests.generated import articles

PREDICTED = [
    replace(article, provenance=Provenance(model_version="m", uncertainty=number / 10))
    for number, article in enumerate(articles(6, characters=300))
]


@pytest.fixture
def predicted(tmp_path: Path) -> Path:
    write_documents(tmp_path / "predicted.jsonl", PREDICTED)
    return tmp_path / "predicted.jsonl"


def asked(*words: object) -> str:
    found = CliRunner().invoke(app, ["queue", *map(str, words)], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_the_order_is_written_an_article_a_line(predicted: Path, tmp_path: Path) -> None:
    write_documents(tmp_path / "gold.jsonl", PREDICTED[4:5])
    out = tmp_path / "order.jsonl"
    said = asked(predicted, "--labelled", tmp_path / "gold.jsonl", "--out", out, "--mix", 1, "--most", 3)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(row["rank"], row["id"], row["uncertainty"]) for row in rows] == [
        (1, "made-5", 0.5),
        (2, "made-3", 0.3),
        (3, "made-2", 0.2),
    ]
    assert "3 articles put in order (2 he, 1 ar)" in said


def test_a_quota_is_by_language_and_json_says_it_all(predicted: Path, tmp_path: Path) -> None:
    options = ("--out", tmp_path / "order.jsonl", "--quota", "ar=0.75", "--most", 4, "--json")
    order = json.loads(asked(predicted, *options))["order"]
    assert [row["language"] for row in order].count("ar") == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say whose tasks to put in order with --project"),
        (("--out", "order.jsonl", "--quota", "he"), "'he' is not like he=0.5"),
        (("--out", "order.jsonl", "--mix", "2"), "mix is 2"),
    ],
)
def test_what_is_missing_or_cannot_be_is_said(predicted: Path, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        asked(predicted, *words)
