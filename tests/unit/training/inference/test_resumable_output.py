"""A file written in pieces is the same however often it is broken off, and is not there before it is whole."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from training.inference.document_source import Position
from training.inference.resumable_output import Resumable

PIECES = [(f"{number} נעצר\n" * number, number, Position(0, number)) for number in range(1, 6)]
TASK = {"model": "demo-1", "input": [["a.jsonl", 1]]}


class StoppedError(Exception):
    """What breaks a run off."""


def written(path: Path, *, stop: int | None = None, task: dict[str, object] | None = None) -> int:
    """Write the pieces that are not there yet; before piece `stop`, be broken off."""
    with Resumable.open(path, task or TASK) as file:
        begun = 0 if file.place == Position() else file.place.row
        for number, piece in enumerate(PIECES[begun:], start=begun):
            if number == stop:
                raise StoppedError
            file.add(*piece)
        return file.finish()


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_broken_off_at_every_piece_the_bytes_are_the_same(name: str, tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole" / name, tmp_path / "broken" / name
    assert written(whole) == 15
    for stop in range(1, 5):
        with pytest.raises(StoppedError):
            written(broken, stop=stop)
        assert not broken.exists()
        partial = broken.with_name(f"{name}.partial")
        partial.write_bytes(partial.read_bytes() + b"half a pie")  # what was on its way when the power went
    assert written(broken) == 15
    assert broken.read_bytes() == whole.read_bytes()
    read = gzip.decompress(whole.read_bytes()) if name.endswith(".gz") else whole.read_bytes()
    assert read.decode() == "".join(lines for lines, _, _ in PIECES)
    assert [path.name for path in broken.parent.iterdir()] == [name]


def test_another_task_starts_again(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with pytest.raises(StoppedError):
        written(path, stop=3)
    other = {**TASK, "model": "demo-2"}
    with pytest.raises(StoppedError):
        written(path, stop=0, task=other)
    assert list(tmp_path.iterdir()) == []


def test_a_state_that_cannot_be_read_starts_again(tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        written(tmp_path / "out.jsonl", stop=3)
    (tmp_path / "out.jsonl.partial.json").write_text("{", encoding="utf-8")
    assert written(tmp_path / "out.jsonl") == 15
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8").count("\n") == 15


def test_nothing_at_all_is_an_empty_file(tmp_path: Path) -> None:
    for name in ("out.jsonl", "out.jsonl.gz"):
        with Resumable.open(tmp_path / name, TASK) as file:
            assert file.finish() == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b""
    assert gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()) == b""


def test_two_do_not_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with Resumable.open(path, TASK) as file:
        file.add(*PIECES[0])
        with pytest.raises(UsageError, match="another process is writing it"):
            written(path)
        file.finish()
    assert path.read_text(encoding="utf-8") == PIECES[0][0]


def test_a_folder_is_no_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder; name a file to write"):
        written(tmp_path)
