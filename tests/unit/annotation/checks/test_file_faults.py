"""Lines that hold no Document and rows a pull set aside are findings like others, and stop nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from annotation.checks.run import check_file
from annotation.core.errors import UsageError
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_result, to_result, to_task_data
from annotation.labelstudio.convert.schemas import Row
from annotation.storage.documents_file import line, write_documents
from tests.builders import build, conflict

ONTOLOGY = conflict()
ARTICLE = build("[Person>Arrest:Person דוד כהן] [Arrest:trigger נעצר] ב[GPE רמלה]", id="a1")


def test_lines_that_hold_no_document_are_named_and_the_rest_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "docs.jsonl"
    loose = line(build("[Arrest:trigger נעצר]", id="a2"))
    path.write_text("{broken\n" + '{"schema": 7, "id": "x"}\n' + line(ARTICLE) + loose, encoding="utf-8")
    assert [(f.kind, f.document) for f in check_file(path, ONTOLOGY)] == [
        ("unreadable", "of line 1"),
        ("unreadable", "of line 2"),
        ("expected", "a2"),
    ]


def test_an_unknown_key_is_a_finding_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "docs.jsonl"
    odd = line(ARTICLE).replace('"entities"', '"entitys"')
    path.write_text(line(ARTICLE) + odd + line(ARTICLE), encoding="utf-8")
    (finding,) = [f for f in check_file(path, ONTOLOGY) if f.line is not None]
    assert (finding.kind, finding.line, finding.document, finding.severity) == ("unreadable", 2, "of line 2", "error")
    assert (finding.message, finding.remedy) == (
        "the line holds no Document: entitys: no such key of a Document (did you mean entities?)",
        "mend or remove the line",
    )


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.jsonl: No such file"):
        list(check_file(tmp_path / "none.jsonl", ONTOLOGY))


def set_aside(rows: list[Row], folder: Path, **data: object) -> list[tuple[str, str, str | None]]:
    """What is found when a pull meets these rows on the article's task."""
    task = schemas.Task(id=7, data={**to_task_data(ARTICLE), **data})
    annotation = schemas.Annotation(id=8, result=rows, completed_by={"email": "noa@example.org"})
    converted = from_result(task, annotation, ontology=ONTOLOGY, titles={})
    write_documents(folder / "docs.jsonl", [converted.document] if converted.document else [])
    rest = "".join(json.dumps(asdict(item)) + "\n" for item in converted.quarantined)
    (folder / "docs.quarantine.jsonl").write_text(rest, encoding="utf-8")
    found = list(check_file(folder / "docs.jsonl", ONTOLOGY))
    assert {(f.task, f.annotation) for f in found} <= {(7, 8)}
    return [(f.kind, f.words, f.annotator) for f in found if f.kind != "expected"]


def test_what_a_pull_set_aside_says_what_to_do_about_it(tmp_path: Path) -> None:
    person, place, trigger, arrow = to_result(ARTICLE, titles={})
    drifted = {**place, "value": {"start": 14, "end": 18, "labels": ["GPE"], "text": "חיפה"}}
    noa = "noa@example.org"
    assert set_aside([person, drifted, trigger], tmp_path) == [("drifted", "חיפה", noa)]
    assert set_aside([person, place, trigger, {**arrow, "labels": []}], tmp_path) == [
        ("no-role", "נעצר – דוד כהן", noa)
    ]
    between = {**arrow, "from_id": place["id"], "labels": ["Person"]}
    assert set_aside([person, place, trigger, between], tmp_path) == [("no-event", "רמלה – דוד כהן", noa)]
    assert set_aside([person, trigger, {**arrow, "to_id": "gone"}], tmp_path) == [("hangs", "נעצר", noa)]
    both = {**place, "value": {"start": 14, "end": 18, "labels": ["GPE", "Location"], "text": "רמלה"}}
    assert set_aside([person, both, trigger], tmp_path) == [("labels", "רמלה", noa)]
    other = {**place, "from_name": "colour"}
    assert set_aside([person, other, trigger], tmp_path) == [("set-aside", "רמלה", noa)]
    assert [kind for kind, _, _ in set_aside([person], tmp_path, text="אחר")] == ["text"]


def test_what_nobody_foresaw_is_said_in_the_words_of_the_pull(tmp_path: Path) -> None:
    other = {**to_result(ARTICLE, titles={})[0], "from_name": "colour"}
    set_aside([other], tmp_path)
    (finding,) = [f for f in check_file(tmp_path / "docs.jsonl", ONTOLOGY) if f.kind == "set-aside"]
    assert (finding.message, finding.remedy) == (
        "was made by the control 'colour', which naba does not have",
        "mark it again",
    )


WORDINGS = (
    "the arrow says no role",
    "the annotator marked 'x' but the offsets cover 'y'",
    "carries the labels A, B instead of one",
    "x joins y, but neither is an event; z",
    "hangs on region r, which is not there or was not taken over",
    "the text was edited after it was pushed",
)
"""Wordings of the kinds, which people may also use in labels and in texts."""


@pytest.mark.parametrize("words", WORDINGS)
def test_words_like_those_of_another_kind_change_no_kind(tmp_path: Path, words: str) -> None:
    person, place, trigger, arrow = to_result(ARTICLE, titles={})
    unknown = {**place, "value": {"start": 14, "end": 18, "labels": [words], "text": "רמלה"}}
    drifted = {**place, "value": {"start": 14, "end": 18, "labels": ["GPE"], "text": words}}
    several = {**place, "value": {"start": 14, "end": 18, "labels": ["GPE", words], "text": "רמלה"}}
    loose = {**arrow, "to_id": words}
    for rows, kind in (
        ([person, unknown, trigger], "set-aside"),
        ([person, drifted, trigger], "drifted"),
        ([person, several, trigger], "labels"),
        ([person, trigger, loose], "hangs"),
        ([person, place, trigger, {**arrow, "labels": [words]}], "set-aside"),
    ):
        assert [found for found, _, _ in set_aside(rows, tmp_path)] == [kind]


def test_the_messages_quote_what_the_annotator_marked_as_it_is(tmp_path: Path) -> None:
    person, place, trigger, _ = to_result(ARTICLE, titles={})
    value = {"start": 14, "end": 18, "labels": ["GPE"], "text": "צה\"ל ו'כן' but the offsets cover 'x'"}
    set_aside([person, {**place, "value": value}, trigger], tmp_path)
    (finding,) = [f for f in check_file(tmp_path / "docs.jsonl", ONTOLOGY) if f.kind == "drifted"]
    assert finding.message == f"the words marked were {value['text']!r}, but the mark stands on others"
    set_aside([person, {**place, "value": {**value, "labels": ["GPE", "Person"], "text": ""}}, trigger], tmp_path)
    (finding,) = [f for f in check_file(tmp_path / "docs.jsonl", ONTOLOGY) if f.kind == "labels"]
    assert finding.message == "carries the labels 'GPE, Person' instead of one"


OLDER = {"task": 7, "annotation": 8, "region": "r", "reason": "task 7: the arrow says no role; choose one", "raw": {}}
OLD_WORDING = ("task 7: the arrow says no role", "choose one")


@pytest.mark.parametrize(
    ("row", "kind", "wording"),
    [
        (OLDER, "set-aside", OLD_WORDING),
        ({**OLDER, "kind": "of another version", "values": {}}, "set-aside", OLD_WORDING),
        ({**OLDER, "kind": "drifted", "values": {}}, "set-aside", OLD_WORDING),
        ({**OLDER, "kind": "drifted", "values": None}, "set-aside", OLD_WORDING),
        (
            {**OLDER, "kind": "new", "values": {"problem": "is odd", "remedy": "mend it"}},
            "set-aside",
            ("is odd", "mend it"),
        ),
        ({**OLDER, "reason": "no remedy"}, "set-aside", ("was set aside", "no remedy")),
        (
            {**OLDER, "kind": "no-role", "values": {}},
            "no-role",
            ("the arrow says no role", "choose its role in the list of relations"),
        ),
    ],
)
def test_rows_of_other_versions_are_findings_too(tmp_path: Path, row: Row, kind: str, wording: tuple[str, str]) -> None:
    write_documents(tmp_path / "docs.jsonl", [])
    (tmp_path / "docs.quarantine.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    (finding,) = check_file(tmp_path / "docs.jsonl", ONTOLOGY)
    assert (finding.kind, finding.message, finding.remedy, finding.region) == (kind, *wording, "r")
