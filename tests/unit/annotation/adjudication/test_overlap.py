"""Articles with fewer submissions than the project asks for wait, unless somebody decided them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from annotation.adjudication.overlap import Overlap
from annotation.commands.review import adjudicate
from annotation.core.document import Document
from annotation.storage.documents_file import read_documents, write_documents
from tests.builders import build

DOCUMENTS = [build("[GPE רמלה] שקטה", by=name, id=id) for name, id in (("noa", "a"), ("dan", "a"), ("noa", "b"))]


def test_what_has_enough_submissions_or_a_decision_does_not_wait() -> None:
    assert Overlap.of(DOCUMENTS, None).complete == DOCUMENTS
    waiting = Overlap.of(DOCUMENTS, 2)
    assert (waiting.complete, waiting.incomplete) == (DOCUMENTS[:2], {"b": 1})
    assert Overlap.of(DOCUMENTS, 3, decided={"b"}).incomplete == {"a": 2}


def test_it_is_told_how_many_of_how_many() -> None:
    first, second, remedy = Overlap.of(DOCUMENTS, 3).lines()
    assert ("1 of 3" in first, "2 of 3" in second, "--annotators" in remedy) == (True, True, True)
    assert Overlap.of(DOCUMENTS, 1).lines() == []


NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def submitted(document: Document, at: str | None) -> Document:
    """The document, submitted or changed at this time."""
    assert document.provenance
    return replace(document, provenance=replace(document.provenance, updated_at=at))


def test_who_is_missing_for_so_long_no_longer_blocks_and_that_is_told_of_each_article() -> None:
    times = ("2026-11-10T09:00:00Z", "2026-11-20T09:00:00.25Z", "2026-11-21T13:00:00+02:00")
    documents = [submitted(document, at) for document, at in zip(DOCUMENTS, times, strict=True)]
    eight = Overlap.of(documents, 3, missing_after=timedelta(days=8), now=NOW)
    assert (eight.complete, eight.incomplete) == (documents[:2], {"b": 1})
    assert eight.lines()[0] == "article a: 2 of 3, the third missing since 2026-11-20"
    assert eight.as_dict()["missing"] == {"a": {"submitted": 2, "since": "2026-11-20T09:00:00.250000+00:00"}}
    seven = Overlap.of(documents, 3, missing_after=timedelta(days=7), now=NOW)
    assert (seven.complete, seven.incomplete) == (documents, {})
    assert seven.lines()[1] == "article b: 1 of 3, 2 of them missing since 2026-11-21"


@pytest.mark.parametrize("at", [None, "yesterday"])
def test_a_submission_without_a_time_is_waited_for(at: str | None) -> None:
    documents = [submitted(DOCUMENTS[0], "2020-01-01T00:00:00Z"), submitted(DOCUMENTS[1], at)]
    assert Overlap.of(documents, 3, missing_after=timedelta(0), now=NOW).incomplete == {"a": 2}


def test_the_command_goes_on_without_the_missing_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docs, out = tmp_path / "docs.jsonl", tmp_path / "gold.jsonl"
    write_documents(docs, [submitted(document, "2026-01-05T08:00:00Z") for document in DOCUMENTS])
    adjudicate(docs, out=out, annotators=3)
    assert list(read_documents(out)) == []
    adjudicate(docs, out=out, annotators=3, missing_after=7)
    assert [document.id for document in read_documents(out)] == ["a", "b"]
    assert "article a: 2 of 3, the third missing since 2026-01-05" in capsys.readouterr().out
