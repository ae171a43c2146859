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
    assert json.loads(naba("agreement", documents, "--json").stdout)["overall"]["Entity"]["both"] == 1


def test_adjudicate_tells_every_outcome_and_needs_to_know_where_to(documents: Path, tmp_path: Path) -> None:
    told = naba("adjudicate", documents, "--out", tmp_path / "gold.jsonl", "--senior", "dan").stdout
    assert "overruled: a tie the senior annotator decided" in told
    assert list(read_documents(tmp_path / "gold.jsonl")) == [build(NO_PLACE, id="a")]
    with pytest.raises(UsageError, match="--out, or who decides with --project"):
        naba("adjudicate", documents)
