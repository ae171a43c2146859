"""What the command says and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.commands.check import check
from annotation.core.errors import DocumentsError, Refused, UsageError
from annotation.storage.documents_file import line, write_documents
from tests.builders import build

WIDE = build("ב[GPE רמלה ]אמש", id="wide")
LOOSE = build("[Arrest:trigger נעצר]", id="loose")


def test_findings_are_said_as_lines_or_for_a_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "docs.jsonl"
    write_documents(path, [WIDE, LOOSE])
    with pytest.raises(Refused, match="1 errors; mend them in Label Studio and pull again"):
        check(path)
    said = capsys.readouterr().out
    assert "error: article wide, 'רמלה ' [1:6]: white space at its edge; mark the words without it" in said
    assert said.rstrip().endswith("1 errors, 1 warnings")
    with pytest.raises(Refused):
        check(path, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert report["counts"] == {"error": 1, "warning": 1}
    assert [(f["kind"], f["document"], f["words"], f["after"]) for f in report["findings"]] == [
        ("edge-space", "wide", "רמלה ", "אמש"),
        ("expected", "loose", "נעצר", ""),
    ]


def test_warnings_alone_are_no_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_documents(tmp_path / "docs.jsonl", [LOOSE])
    check(tmp_path / "docs.jsonl")
    assert capsys.readouterr().out.rstrip().endswith("0 errors, 1 warnings")


def test_a_line_that_is_no_document_is_named_after_the_rest_was_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "docs.jsonl"
    path.write_text("{}\n" + line(WIDE), encoding="utf-8")
    with pytest.raises(DocumentsError, match=r"docs\.jsonl, line 1: .*; mend or remove the line"):
        check(path)
    assert "white space at its edge" in capsys.readouterr().out


def test_mending_needs_a_project(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give --project"):
        check(tmp_path / "docs.jsonl", fix=True)


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_a_line_with_a_number_that_is_none_is_no_document(tmp_path: Path, number: str) -> None:
    path = tmp_path / "docs.jsonl"
    span = f'{{"start": 0, "end": 4, "label": "Person", "score": {number}}}'
    path.write_text(f'{{"schema": 1, "id": "d", "text": "נועה", "language": "he", "entities": [{span}]}}\n')
    with pytest.raises(DocumentsError, match=r"docs\.jsonl, line 1: .*; mend or remove the line"):
        check(path)
