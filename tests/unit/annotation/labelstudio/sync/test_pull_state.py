from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from annotation.labelstudio.sync.pull_state import State, merged
from annotation.storage.pull_files import PullFiles

NUMBERS = st.lists(st.integers(1, 60), unique=True)


def files(folder: Path) -> PullFiles:
    made = PullFiles(folder / "docs.jsonl")
    made.out.write_text("")
    made.quarantine.write_text("")
    return made


def test_the_files_beside_the_documents() -> None:
    for name in ("docs.jsonl", "docs.jsonl.gz"):
        beside = PullFiles(Path("x") / name)
        assert (beside.quarantine, beside.state) == (Path("x/docs.quarantine.jsonl"), Path("x/docs.state.json"))


@given(tasks=NUMBERS, skipped=st.dictionaries(st.integers(1, 9), st.integers(1, 3)), watermark=st.none() | st.just("t"))
def test_a_state_is_read_as_it_was_written(
    tmp_path_factory: object, tasks: list[int], skipped: dict[int, int], watermark: str | None
) -> None:
    place = files(tmp_path_factory.mktemp("pulled"))  # type: ignore[attr-defined]
    state = State("basis", watermark, sorted(tasks), skipped, place.digest(), annotators=3)
    state.write(place.state)
    assert place.annotators() == 3
    assert State.read(place, "basis") == state
    assert State.read(place, "another") is None
    place.quarantine.write_text("changed")
    assert State.read(place, "basis") is None


def test_a_state_that_is_damaged_or_missing_is_none(tmp_path: Path) -> None:
    place = files(tmp_path)
    for text in ("", "{}", "[]", '{"tasks": 3}'):
        place.state.write_text(text)
        assert State.read(place, "basis") is None


@given(old=NUMBERS, fresh=NUMBERS, gone=NUMBERS)
def test_merged_is_what_a_fresh_reading_would_be(
    tmp_path_factory: object, old: list[int], fresh: list[int], gone: list[int]
) -> None:
    path = tmp_path_factory.mktemp("merged") / "docs.jsonl"  # type: ignore[attr-defined]
    path.write_text("".join(row(task, "old") for task in sorted(old)))
    lines = ((task, row(task, "fresh")) for task in sorted(fresh))
    result = list(merged(path, lines, without={*fresh, *gone}))
    kept = {task: "old" for task in old if task not in gone} | dict.fromkeys(fresh, "fresh")
    assert result == [row(task, kept[task]) for task in sorted(kept)]


def row(task: int, text: str) -> str:
    return json.dumps({"text": f"{text} \u2028 \x85", "provenance": {"task": task}}, ensure_ascii=False) + "\n"
