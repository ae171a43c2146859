"""An empty submission is a finding where others, or the model, find events; gold and predictions are no submissions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation.checks.corpus_counts import Corpus
from annotation.checks.run import check_file
from annotation.cli import app
from annotation.core.document import Document, Provenance
from annotation.labelstudio.repair.findings_panel import panel
from annotation.storage.documents_file import write_documents
from tests.builders import build, conflict

FULL = (
    "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס] בידי [Agent>Arrest:ArmedGroup הכוח]"
)
EMPTY = "נעצר באטמה אבו חפס בידי הכוח"


def empty(by: str | None = "noa", **said: object) -> Document:
    provenance = Provenance(task=1, annotation=4, annotator=by, **said)  # type: ignore[arg-type]
    return replace(build(EMPTY, id="a"), provenance=provenance)


def full(by: str) -> Document:
    return build(FULL, by=by, id="a")


def suggestion(score: float | None = None) -> Document:
    document = build(FULL, id="a")
    (event,) = document.events
    sure = replace(event, trigger=replace(event.trigger, score=score))
    return replace(document, events=(sure,), provenance=Provenance(model_version="compact-1"))


def kinds(documents: list[Document], folder: Path, suggested: tuple[Document, ...] = ()) -> list[str]:
    write_documents(folder / "docs.jsonl", documents)
    found = check_file(folder / "docs.jsonl", conflict(), suggested)
    return [finding.kind for finding in found if finding.kind.startswith("empty-")]


@pytest.mark.parametrize("no_events", [None, True])
def test_it_is_found_whether_or_not_no_events_was_chosen(tmp_path: Path, no_events: bool | None) -> None:
    assert kinds([empty(no_events=no_events), full("dan"), full("tal")], tmp_path) == ["empty-others"]
    assert kinds([empty(no_events=no_events)], tmp_path, (suggestion(),)) == ["empty-model"]
    assert kinds([empty(no_events=no_events), suggestion()], tmp_path) == ["empty-model"]


def test_agreement_on_nothing_and_doubtful_suggestions_are_no_findings(tmp_path: Path) -> None:
    assert kinds([empty("noa", no_events=True), empty("dan", no_events=True)], tmp_path) == []
    assert kinds([empty()], tmp_path, (suggestion(0.2),)) == []
    assert kinds([empty()], tmp_path, (replace(suggestion(), text=f"{EMPTY} אתמול"),)) == []
    assert kinds([full("noa"), full("dan"), replace(empty(), provenance=None)], tmp_path) == []
    assert kinds([full("noa"), empty("noa")], tmp_path) == []


def test_a_suggestion_in_the_file_is_nobodys_finding_of_events() -> None:
    corpus = Corpus([empty(), suggestion(), full("dan")])
    assert (corpus.found_events("a"), corpus.suggested_events(empty())) == ({"dan"}, 1)


@pytest.mark.parametrize(
    ("language", "said"), [("he", "אחרים סימנו כאן אירועים"), ("ar", "آخرين حدّدوا أحداثا"), ("en", "others marked")]
)
def test_the_page_says_it_in_the_annotators_language_without_the_whole_article(
    tmp_path: Path, language: str, said: str
) -> None:
    write_documents(tmp_path / "docs.jsonl", [empty(no_events=True), full("dan")])
    told = panel([*check_file(tmp_path / "docs.jsonl", conflict())], conflict(), language)
    assert said in told
    assert EMPTY not in told


def test_the_command_reads_suggestions_and_quotes_no_whole_article(tmp_path: Path) -> None:
    long = replace(empty(), text=f"{EMPTY}. {'ועוד דבר. ' * 100}")
    write_documents(tmp_path / "docs.jsonl", [long])
    write_documents(tmp_path / "suggested.jsonl", [replace(suggestion(), text=long.text)])
    words = ["check", str(tmp_path / "docs.jsonl"), "--suggested", str(tmp_path / "suggested.jsonl")]
    told = CliRunner().invoke(app, words, catch_exceptions=False).stdout
    assert "the model suggests events here (number: 1)" in told
    assert max(map(len, told.splitlines())) < 400
