"""Files of Documents, and writing that is all or nothing."""

from __future__ import annotations

import errno
import gzip
import json
import math
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.core.document import Document, Span
from annotation.core.errors import DocumentsError, UsageError
from annotation.storage.documents_file import atomic, line, read_documents, write_bytes, write_documents
from tests.builders import conflict
from tests.strategies import documents


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(documents(conflict()), max_size=3), st.sampled_from(["a.jsonl", "a.jsonl.gz"]))
def test_documents_survive_a_file(tmp_path: Path, found: list[Document], name: str) -> None:
    assert write_documents(tmp_path / name, found) == len(found)
    assert list(read_documents(tmp_path / name)) == found


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ({"id": "a\ud800", "text": "x"}, "id: character 1"),
        ({"id": "a", "text": "\udfffx"}, "text: character 0"),
        ({"id": "a", "text": "x", "source": {"name": "n", "title": "ab\ud800"}}, "source.title: character 2"),
        ({"id": "a", "text": "x", "entities": [{"start": 0, "end": 1, "label": "\ud83d"}]}, "entities[0].label: char"),
        ({"id": "a", "text": "x", "provenance": {"annotator": "\udc00"}}, "provenance.annotator: character 0"),
    ],
)
def test_half_a_character_is_refused_with_its_line_and_place(
    tmp_path: Path, row: dict[str, object], where: str
) -> None:
    text = line(Document("b", "y")) + json.dumps({"schema": 1, **row}) + "\n"
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(DocumentsError, match=re.escape(f"a.jsonl, line 2: {where}") + ".*half a surrogate pair"):
        list(read_documents(tmp_path / "a.jsonl"))


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_score_that_is_no_number_is_refused_with_its_line_and_place(tmp_path: Path, score: str) -> None:
    text = '{"schema": 1, "id": "a", "text": "x", "entities": [{"start": 0, "end": 1, "label": "A", "score": %s}]}'
    (tmp_path / "a.jsonl").write_text(text % score, encoding="utf-8")
    with pytest.raises(DocumentsError, match=r"line 1: entities\[0\]\.score: -?(nan|inf) is no number"):
        list(read_documents(tmp_path / "a.jsonl"))


@pytest.mark.parametrize(
    "document", [Document("a", "x\ud800"), Document("a", "x", entities=(Span(0, 1, "A", math.nan),))]
)
def test_what_cannot_be_read_is_not_written(tmp_path: Path, document: Document) -> None:
    write_documents(tmp_path / "a.jsonl", [Document("b", "y")])
    with pytest.raises(UsageError, match="document a: "):
        write_documents(tmp_path / "a.jsonl", [document])
    assert [document.id for document in read_documents(tmp_path / "a.jsonl")] == ["b"]


@pytest.mark.parametrize(
    "twice",
    [
        '{"schema":1,"id":"a","text":"x","text":"y"}',
        '{"schema":1,"id":"a","text":"x","entities":[{"start":0,"end":1,"label":"A","label":"B"}]}',
        '{"schema":1,"id":"a","text":"x","events":[{"trigger":{"start":0,"end":1,"label":"A"},"trigger":null}]}',
    ],
)
def test_a_key_that_stands_twice_is_refused(tmp_path: Path, twice: str) -> None:
    (tmp_path / "a.jsonl").write_text(twice, encoding="utf-8")
    with pytest.raises(DocumentsError, match=r"line 1: the key '\w+' stands twice"):
        list(read_documents(tmp_path / "a.jsonl"))


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
        ("[" * 100_000, "nested more than 100 levels deep"),
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
    ("name", "raw", "said"),
    [
        ("missing.jsonl", None, "missing.jsonl: No such file or directory; check the path"),
        ("a.jsonl.gz", gzip.compress(b"x" * 99, mtime=0)[:20], "cannot be read as a Documents file: .*; write it"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_error(tmp_path: Path, name: str, raw: bytes | None, said: str) -> None:
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    with pytest.raises(UsageError, match=said):
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


def test_what_is_no_file_is_refused_and_stays(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name, said in (("pipe", "device, pipe or socket"), ("folder", "is a folder")):
        for write in (lambda path: write_documents(path, []), lambda path: write_bytes(path, b"")):
            with pytest.raises(UsageError, match=said):
                write(tmp_path / name)
    assert (tmp_path / "pipe").is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "pipe"]


def test_a_link_is_written_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "b" / "file.txt")
    with atomic(tmp_path / "link.txt") as file:
        file.write("x")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "b" / "file.txt").read_text() == "x"


def test_an_error_of_the_disk_names_the_file_that_was_to_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as caught, atomic(tmp_path / "a.txt"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.filename == str(tmp_path / "a.txt")


def test_a_name_as_long_as_the_disk_allows_can_be_written(tmp_path: Path) -> None:
    write_bytes(tmp_path / ("א" * 127), b"x")
    assert len(list(tmp_path.iterdir())) == 1
