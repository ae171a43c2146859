"""What the commands of review say, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from annotation.cli import app
from annotation.core.errors import UsageError
from annotation.storage.documents_file import read_documents, write_documents
from tests.builders import build

RAID = "[Raid:trigger פשיטה] על [Target>Raid:Facility המחסן] ב[Place>Raid:GPE רמלה]"
NO_PLACE = RAID.replace("[Place>Raid:GPE רמלה]", "רמלה")


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    path = tmp_path / "docs.jsonl"
    write_documents(path, [build(RAID, by="noa", id="a"), build(NO_PLACE, by="dan", id="a")])
    return path


def naba(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False)


def test_agreement_tells_scores_intervals_and_where_the_page_is(documents: Path, tmp_path: Path) -> None:
    told = naba(
        "agreement", documents, "--html", tmp_path / "a.html", "--studio", "http://127.0.0.1:1/projects/1"
    ).stdout
    assert "dan / noa" in told
    assert "or one begins a proclitic earlier" in told
    assert "data?task=1" in (tmp_path / "a.html").read_text(encoding="utf-8")
    naba("agreement", documents, "--html", tmp_path / "he.html", "--language", "he")
    assert 'lang="he" dir="rtl"' in (tmp_path / "he.html").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="name its file with --html"):
        naba("agreement", documents, "--language", "he")
    assert json.loads(naba("agreement", documents, "--json").stdout)["overall"]["Entity"]["both"] == 1


def test_adjudicate_tells_every_outcome_and_needs_to_know_where_to(documents: Path, tmp_path: Path) -> None:
    told = naba("adjudicate", documents, "--out", tmp_path / "gold.jsonl", "--senior", "dan").stdout
    assert "overruled: a tie the senior annotator decided" in told
    assert list(read_documents(tmp_path / "gold.jsonl")) == [build(NO_PLACE, id="a")]
    with pytest.raises(UsageError, match="--out, or who decides with --project"):
        naba("adjudicate", documents)


def test_an_article_is_gold_only_when_all_who_are_to_annotate_it_did(tmp_path: Path) -> None:
    pulled, gold = tmp_path / "docs.jsonl", tmp_path / "gold.jsonl"
    alone, both = [build("שום דבר", by="noa", id="alone")], [build(RAID, by=name, id="both") for name in ("noa", "dan")]
    write_documents(pulled, [*alone, *both, *(build(RAID, by=name, id="all") for name in ("noa", "dan", "tal"))])
    (tmp_path / "docs.state.json").write_text('{"annotators": 3}', encoding="utf-8")
    told = naba("adjudicate", pulled, "--out", gold).stdout
    assert "not gold yet, 1 of 3 submitted: 1 articles (alone)" in told
    assert "2 of 3 submitted: 1 articles (both)" in told
    assert [document.id for document in read_documents(gold)] == ["all"]
    as_json = json.loads(naba("adjudicate", pulled, "--out", gold, "--json").stdout)
    assert (as_json["expected"], as_json["incomplete"]) == (3, {"alone": 1, "both": 2})


@pytest.mark.parametrize(
    ("state", "words", "gold"),
    [
        (None, (), ["a", "b"]),
        ('{"tasks": []}', (), ["a", "b"]),
        ("damaged", (), ["a", "b"]),
        (None, ("--annotators", 2), ["a"]),
        ('{"annotators": 3}', ("--annotators", 2), ["a"]),
        ('{"annotators": 3}', ("--annotators", 1), ["a", "b"]),
    ],
)
def test_a_file_without_the_number_is_decided_as_before_and_the_option_comes_first(
    tmp_path: Path, state: str | None, words: tuple[object, ...], gold: list[str]
) -> None:
    twice = [build(NO_PLACE, by="noa", id="b"), build(RAID, by="noa", id="b")]
    write_documents(tmp_path / "docs.jsonl", [*(build(RAID, by=name, id="a") for name in ("noa", "dan")), *twice])
    if state is not None:
        (tmp_path / "docs.state.json").write_text(state, encoding="utf-8")
    told = naba("adjudicate", tmp_path / "docs.jsonl", "--out", tmp_path / "gold.jsonl", *words).stdout
    assert [document.id for document in read_documents(tmp_path / "gold.jsonl")] == gold
    assert ("1 of 2 submitted: 1 articles (b)" in told) == (gold == ["a"])
