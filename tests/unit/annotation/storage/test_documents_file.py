"""Files of Documents, and writing that is all or nothing."""

from __future__ import annotations

import gzip
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.core.document import Document, Span
from annotation.core.errors import DocumentsError, UsageError
from annotation.storage.documents_file import atomic, line, read_documents, write_documents
from tests.builders import conflict
from tests.strategies import documents


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(documents(conflict()), max_size=3), st.sampled_from(["a.jsonl", "a.jsonl.gz"]))
def test_documents_survive_a_file(tmp_path: Path, found: list[Document], name: str) -> None:
    assert write_documents(tmp_path / name, found) == len(found)
    assert list(read_documents(tmp_path / name)) == found


def test_a_lone_surrogate_survives_a_file(tmp_path: Path) -> None:
    found = [Document("a", "x\ud800y", entities=(Span(0, 3, "GPE"),))]
    write_documents(tmp_path / "a.jsonl", found)
    assert list(read_documents(tmp_path / "a.jsonl")) == found


@given(documents(conflict()))
def test_a_document_is_one_line_whatever_newlines_it_holds(document: Document) -> None:
    assert line(document).count("\n") == 1
    assert line(document).endswith("\n")


def test_letters_are_written_as_they_are(tmp_path: Path) -> None:
    write_documents(tmp_path / "a.jsonl", [Document("ד", "שלום")])
    assert "שלום" in (tmp_path / "a.jsonl").read_text(encoding="utf-8")


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(f"\n{line(Document('a', 'x'))}\n  \n{line(Document('b', 'y'))}", encoding="utf-8")
    assert [document.id for document in read_documents(tmp_path / "a.jsonl")] == ["a", "b"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "Expecting property name"),
        ("[1]", "Expected `object`, got `array`"),
        ('{"schema": 2}', "schema is 2, not 1"),
        ('{"schema": 1, "text": "x"}', "id"),
        ('{"schema": 1, "id": "a", "text": "x", "entitys": []}', r"entitys: no such key of a Document \(did you mean"),
        ('{"schema": 1, "id": "\xff"}', "can't decode byte 0xff"),
        ("[" * 100_000, "recursion|Expecting"),
    ],
)
def test_a_line_at_fault_is_named(tmp_path: Path, bad: str, reason: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(line(Document("a", "x")).encode() + bad.encode("latin-1"))
    found = read_documents(tmp_path / "a.jsonl")
    assert next(found).id == "a"
    with pytest.raises(DocumentsError, match=rf"a\.jsonl, line 2: .*({reason})"):
        next(found)


def test_an_unknown_key_in_the_middle_of_a_big_file_is_named_with_its_line(tmp_path: Path) -> None:
    documents = [Document(f"d{number}", "נעצר באטמה", entities=(Span(0, 4, "A"),)) for number in range(2000)]
    lines = list(map(line, documents))
    lines[1233] = lines[1233].replace('"label"', '"score": null, "labels": [], "label"')
    (tmp_path / "a.jsonl").write_text("".join(lines), encoding="utf-8")
    reading = read_documents(tmp_path / "a.jsonl")
    assert [next(reading).id for _ in range(1233)] == [document.id for document in documents[:1233]]
    with pytest.raises(DocumentsError, match=r"a\.jsonl, line 1234: .*entities\[0\]\.labels: no such key of a Span"):
        next(reading)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("missing.jsonl", None),
        ("a.jsonl.gz", gzip.compress(b"x" * 99, mtime=0)[:20]),
    ],
)
def test_a_file_that_cannot_be_read_is_one_error(tmp_path: Path, name: str, raw: bytes | None) -> None:
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    with pytest.raises(UsageError, match="cannot be read as a Documents file"):
        list(read_documents(tmp_path / name))


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    with atomic(path) as file:
        file.write("one")
        assert not path.exists()
    with pytest.raises(UnicodeEncodeError), atomic(path) as file:
        file.write("two\ud800")
    assert path.read_text() == "one"
    assert list(path.parent.iterdir()) == [path]


def test_documents_that_fail_half_way_leave_the_old_file(tmp_path: Path) -> None:
    def broken() -> Iterator[Document]:
        yield Document("b", "y")
        raise OSError("the disk is gone")

    write_documents(tmp_path / "a.jsonl", [Document("a", "x")])
    with pytest.raises(OSError, match="the disk is gone"):
        write_documents(tmp_path / "a.jsonl", broken())
    assert [document.id for document in read_documents(tmp_path / "a.jsonl")] == ["a"]


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    with atomic(tmp_path / "a.txt") as file:
        file.write("x")
    (tmp_path / "b.txt").write_text("x")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a.txt", "b.txt")}
    assert len(modes) == 1
