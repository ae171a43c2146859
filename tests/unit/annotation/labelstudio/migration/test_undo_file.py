from __future__ import annotations

from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from annotation.labelstudio.migration.results import Marked, digest
from annotation.labelstudio.migration.undo_file import Entry, Header, UndoFile, free_path, undo_files

HEADER = Header(1, "today", "some project", "ar", "old", "new", {"label_config": "<View/>"})
FIRST = Marked("annotation", 7, 1, "noa@example.org", [{"id": "x", "value": {"labels": ["תקיפה"]}}])
SECOND = Marked("draft", 8, 1, "dan@example.org", [], annotation=7)


def written(path: Path) -> UndoFile:
    return UndoFile.create(path, HEADER, [Entry(FIRST, "after", frozenset("x"))])


def test_what_is_written_down_is_read_back(tmp_path: Path) -> None:
    undo = written(tmp_path / "undo-a.jsonl")
    undo.append([Entry(SECOND, "same")])
    undo.end("done")
    again = UndoFile.open(undo.path)
    assert (again.header, again.ended, again.index) == (HEADER, "done", undo.index)
    assert list(again.entries()) == [FIRST, SECOND]
    [place] = again.index[FIRST.key]
    assert (again.rows(place), place.before, place.after) == (FIRST.rows, digest(FIRST.rows), "after")
    assert again.knows(FIRST)
    assert again.asked(FIRST.key) == {"x"}


def test_what_a_kill_left_of_a_line_is_cut_off(tmp_path: Path) -> None:
    undo = written(tmp_path / "undo-a.jsonl")
    whole = undo.path.read_bytes()
    undo.path.write_bytes(whole + b'{"kind": "annot')
    again = UndoFile.open(undo.path)
    again.append([Entry(SECOND, "same")])
    assert list(UndoFile.open(undo.path).entries()) == [FIRST, SECOND]


def test_no_file_is_written_over_another(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        names.append(written(free_path(tmp_path, "1.0", "2/0")).path.name)
    assert names == ["undo-1.0-to-2_0.jsonl", "undo-1.0-to-2_0-2.jsonl", "undo-1.0-to-2_0-3.jsonl"]
    assert len(undo_files(tmp_path)) == 3


@pytest.mark.parametrize("text", ["", "no json\n", '{"a": 1}\n'])
def test_what_is_no_undo_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "docs.jsonl"
    path.write_text(text)
    with pytest.raises(UsageError, match="not an undo file"):
        UndoFile.open(path)
