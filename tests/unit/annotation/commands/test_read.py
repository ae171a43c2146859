"""`naba read`: what it writes, what it says was cut, and one line for each thing that is no article."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation.cli import app
from annotation.core.errors import UsageError
from annotation.storage.documents_file import read_documents

PAGE = """وفد يزور بلدة السنابل بعد عام من الغياب
2022.02.10 | 10:00 دمشق
وصل الوفد صباح الخميس إلى بلدة السنابل والتقى رئيس مجلسها.
أطفال ينتظرون الوفد عند مدخل البلدة - AFP
وقال رئيس المجلس سامر الوادي إن الزيارة تأخرت كثيرا.
تابعونا على قناتنا في تلغرام
"""
CUT = ["2022.02.10 | 10:00 دمشق", "أطفال ينتظرون الوفد عند مدخل البلدة - AFP", "تابعونا على قناتنا في تلغرام"]
REASONS = ["date or byline", "caption", "share"]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "wadi.txt"
    path.write_text(PAGE, encoding="utf-8")
    return path


def run(*arguments: object) -> tuple[str, str]:
    """Standard output and error; the command's exception is raised."""
    result = CliRunner().invoke(app, ["read", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def test_explain_shows_each_cut_line_with_its_reason_and_writes_nothing(page: Path) -> None:
    said, _ = run(page, "--explain")
    for number, reason, text in zip((2, 4, 6), REASONS, CUT, strict=True):
        assert f"  line {number}, {reason}: {text}\n" in said
    assert "2022-02-10" in said
    assert "caption: the words under a picture" in said
    assert "1 articles read, 0 refused; 1 with a date" in said
    assert [path.name for path in page.parent.iterdir()] == ["wadi.txt"]


def test_explain_for_a_machine_beside_the_documents(page: Path, tmp_path: Path) -> None:
    out = tmp_path / "docs.jsonl"
    said = json.loads(run(page, "--explain", "--json", "--out", out)[0])
    (article,) = said["articles"]
    assert (article["name"], article["published"], article["language"]) == ("wadi.txt", "2022-02-10", "ar")
    assert [(cut["text"], cut["reason"]) for cut in article["cut"]] == list(zip(CUT, REASONS, strict=True))
    assert all(PAGE[cut["start"] : cut["end"]] == cut["text"] and cut["why"] for cut in article["cut"])
    assert said["cut"]["caption"] == {"lines": 1, "characters": len(CUT[1])}
    (document,) = read_documents(out)
    assert document.id == article["id"]
    assert not any(text in document.text for text in CUT)


def test_a_long_line_is_shortened_on_the_terminal_only(tmp_path: Path) -> None:
    paragraph = "وأوضح سامر الوادي أن الزيارة تأخرت كثيرا بسبب إغلاق الطريق بين البلدتين، " * 4 + "وفق قوله."
    (tmp_path / "a.txt").write_text(f"{PAGE.splitlines()[0]}\n{paragraph}\n{paragraph}\n", encoding="utf-8")
    said, _ = run(tmp_path / "a.txt", "--explain")
    assert f"line 3, repeated: {paragraph[:160]}… ({len(paragraph):,} characters)" in said
    exact = json.loads(run(tmp_path / "a.txt", "--explain", "--json")[0])
    assert exact["articles"][0]["cut"][0]["text"] == paragraph


def test_what_holds_no_article_is_named_with_what_was_cut(page: Path, tmp_path: Path) -> None:
    empty = tmp_path / "menu.txt"
    empty.write_text("-----\nصورة: سامر\n", encoding="utf-8")
    said = json.loads(run(page, empty, "--explain", "--json")[0])
    (fault,) = said["faults"]
    assert "holds no article" in fault["reason"]
    assert [cut["reason"] for cut in fault["cut"]] == ["separator", "caption"]


def test_what_is_no_article_gets_one_line_and_the_rest_is_read(page: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "empty.txt").write_bytes(b"")
    (bad / "blank.txt").write_bytes(b" \n\n")
    (bad / "scan.txt").write_bytes(b"%PDF-1.7 \x00\x01")
    (bad / "photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    (bad / "packed.txt").write_bytes(gzip.compress(PAGE.encode()))
    (bad / "letters.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / "nothing").mkdir()
    names = [bad, bad / "letters.docx", tmp_path / "nothing", tmp_path / "gone.txt", "https://wadi.example/news/7"]
    _, err = run(page, *names, "--out", tmp_path / "docs.jsonl")
    told = [line for line in err.splitlines() if line.startswith("!")]
    expected = {
        "empty.txt": "is empty",
        "blank.txt": "is empty",
        "scan.txt": "is a PDF, not text",
        "photo.txt": "is ",
        "packed.txt": "is compressed, not text",
        "letters.docx": "is of no kind read here",
        "nothing": "holds no .txt",
        "gone.txt": "does not exist",
        "wadi.example/news/7": "is an address (https:) and no file; save the page as .html, and name that file",
    }
    for name, reason in expected.items():
        assert [reason in line for line in told if f"{name}: " in line] == [True], name
    assert len(told) == len(expected)
    assert len(list(read_documents(tmp_path / "docs.jsonl"))) == 1


def test_without_a_place_for_the_documents_it_says_what_to_add(page: Path) -> None:
    with pytest.raises(UsageError, match="say --out FILE for the Documents, or --explain"):
        run(page)


def test_nothing_readable_is_an_error_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    for options in (("--explain",), ("--out", tmp_path / "docs.jsonl")):
        with pytest.raises(UsageError, match="none of what was named could be read"):
            run(tmp_path / "a.txt", *options)
    assert not (tmp_path / "docs.jsonl").exists()
