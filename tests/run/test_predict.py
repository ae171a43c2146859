"""`naba predict` as a user runs it: files in, files out, and what is wrong said in one line."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

import pytest
from transformers import pipeline

from annotation.core.document import Document
from annotation.storage.documents_file import read_documents, write_documents
from tests.run.small import TINY, documents, naba, process, small


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


def test_killed_at_any_moment_it_goes_on_and_writes_the_same(place: Path) -> None:
    write_documents(place / "many.jsonl", [document.bare() for document in documents(120, seed=3)])
    arguments = ("predict", "model=run/model", "input=many.jsonl", "batch_size=1", "threads=1")
    assert naba(*arguments, "output=whole.jsonl", cwd=place).code == 0
    started = process(*arguments, "output=broken.jsonl", cwd=place)
    state = place / "broken.jsonl.partial.json"
    while not state.exists() and started.poll() is None:
        time.sleep(0.02)
    started.send_signal(signal.SIGKILL)
    started.communicate()
    assert started.returncode == -signal.SIGKILL
    assert 0 < json.loads(state.read_text())["documents"] < 120
    assert not (place / "broken.jsonl").exists()
    done = naba(*arguments, "output=broken.jsonl", cwd=place)
    assert "going on after the" in done.err
    assert (place / "broken.jsonl").read_bytes() == (place / "whole.jsonl").read_bytes()
    assert list(place.glob("broken.jsonl.*")) == []


def test_ray_writes_the_same_bytes_of_a_folder(place: Path) -> None:
    folder = place / "archive"
    write_documents(folder / "a.jsonl.gz", [document.bare() for document in documents(20, seed=4)])
    write_documents(folder / "b.jsonl", [document.bare() for document in documents(40, seed=5)])
    arguments = ("predict", "model=run/model", "input=archive", "batch_size=1", "threads=1")
    assert naba(*arguments, "output=local.jsonl", cwd=place).code == 0
    done = naba(*arguments, "output=ray.jsonl", "engine=ray", "workers=1", cwd=place)
    assert done.code == 0, done.err
    assert (place / "ray.jsonl").read_bytes() == (place / "local.jsonl").read_bytes()


def test_without_ray_there_is_a_line(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    done = naba("predict", "model=run/model", "input=snap", "output=ray.jsonl", "engine=ray", cwd=place)
    assert done.code == 2
    assert "pip install 'naba[ray]'" in done.err


def test_what_is_written_is_not_what_is_read(place: Path) -> None:
    done = naba("predict", "model=run/model", "input=snap", "output=snap/out.jsonl", cwd=place)
    assert done.code == 2
    assert "is in what is read" in done.err


def test_transformers_has_a_pipeline_of_it(place: Path) -> None:
    import training.pipeline  # noqa: F401

    find = pipeline("event-extraction", model=str(place / "run" / "model"), device="cpu")
    given = documents(20, seed=6)
    found = find([document.text for document in given])
    assert find(given[0].text) == found[0]
    assert list(find(document.text for document in given)) == found
    (event,) = [event for event in found[0] if event["type"] == "Arrest"]
    (gold,) = given[0].events
    assert (event["start"], event["end"], event["text"]) == (
        gold.trigger.start,
        gold.trigger.end,
        gold.trigger.quote(given[0].text),
    )
    assert {a["role"]: a["text"] for a in event["arguments"]} == {
        a.role: a.filler.quote(given[0].text) for a in gold.arguments
    }
    assert 0 < event["score"] <= 1


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
