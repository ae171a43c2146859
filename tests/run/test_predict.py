"""`naba predict` as a user runs it: files in, files out, and what is wrong said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.document import Document
from annotation.files import read_documents, write_documents
from tests.run.small import TINY, documents, naba, small


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a snapshot and a model trained on it."""
    folder = tmp_path_factory.mktemp("place")
    small(folder / "snap")
    done = naba("train", "snapshot=snap", "output=run", *TINY, "fit.epochs=10", cwd=folder)
    assert done.code == 0, done.err
    return folder


def test_a_file_of_documents_comes_out_with_what_was_found(place: Path) -> None:
    given = [document.bare() for document in documents(50, seed=2)]
    write_documents(place / "in.jsonl", given)
    done = naba("predict", "model=run/model", "input=in.jsonl", "output=found/out.jsonl.gz", cwd=place)
    assert done.code == 0, done.err
    assert done.out.strip() == "50 documents: found/out.jsonl.gz"
    found = list(read_documents(place / "found" / "out.jsonl.gz"))
    assert [document.bare() for document in found] == given
    assert sum(len(document.events) for document in found) >= 40
    assert all(document.provenance and document.provenance.model_version for document in found)


def test_the_documents_of_a_snapshot_can_be_asked_for(place: Path) -> None:
    done = naba("predict", "model=run/model", "input=snap", "output=snap.jsonl", "batch_size=3", cwd=place)
    assert done.code == 0, done.err
    assert {d.id for d in read_documents(place / "snap.jsonl")} == {d.id for d in documents(40)}


def test_no_documents_are_an_empty_file(place: Path) -> None:
    write_documents(place / "none.jsonl", [])
    done = naba("predict", "model=run/model", "input=none.jsonl", "output=none.out.jsonl", cwd=place)
    assert done.code == 0, done.err
    assert (place / "none.out.jsonl").read_text() == ""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("model=nowhere", "input=in.jsonl", "output=x.jsonl"), "nowhere: holds no model"),
        (("model=run/model", "input=nothing.jsonl", "output=x.jsonl"), "nothing.jsonl: no such file"),
        (("model=run/model", "input=raw.txt", "output=x.jsonl"), "naba read makes one of articles"),
        (("model=run/model", "input=bad.jsonl", "output=x.jsonl"), "bad.jsonl, line 2: "),
        (("input=in.jsonl",), "model: missing; say model=...; output: missing; say output=..."),
    ],
)
def test_what_is_wrong_is_one_line_and_leaves_nothing(place: Path, arguments: tuple[str, ...], expected: str) -> None:
    (place / "raw.txt").write_text("בלילה נעצר דוד", encoding="utf-8")
    write_documents(place / "bad.jsonl", [Document("a", "x")])
    with (place / "bad.jsonl").open("a", encoding="utf-8") as file:
        file.write("{}\n")
    done = naba("predict", *arguments, cwd=place)
    assert done.code == 2
    assert expected in done.err
    assert done.err.count("\n") == 1
    assert not (place / "x.jsonl").exists()
