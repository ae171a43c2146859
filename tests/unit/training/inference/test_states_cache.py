"""The cache of encoders' states has a limit: what was not used for longest goes first, and nobody is disturbed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from training.inference.states_cache import LIMIT, mark_used, states_limit, trim


def cache(folder: Path, sizes: dict[str, int]) -> None:
    """A file of each size, the first one used first."""
    for at, (name, size) in enumerate(sizes.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
        os.utime(path, (1_000 + at, 1_000 + at))


def left(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_files_unused_for_longest_are_removed_first(tmp_path: Path) -> None:
    cache(tmp_path, {"a/1": 10, "b/2": 10, "a/3": 10, "b/4": 10})
    trim(tmp_path, 40)
    assert left(tmp_path) == {"a/1", "b/2", "a/3", "b/4"}
    mark_used(tmp_path / "a" / "1")
    trim(tmp_path, 25)
    assert left(tmp_path) == {"b/4", "a/1"}
    trim(tmp_path, 0)
    assert left(tmp_path) == set()
    trim(tmp_path / "nowhere", 0)
    mark_used(tmp_path / "nowhere")


def test_who_reads_a_file_reads_it_to_its_end(tmp_path: Path) -> None:
    cache(tmp_path, {"a/1": 100_000})
    with (tmp_path / "a" / "1").open("rb") as file:
        assert len(file.read(10)) == 10
        trim(tmp_path, 0)
        assert len(file.read()) == 99_990


def test_the_limit_is_a_number_of_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, limit in (("", 20e9), ("1.5", 1.5e9), ("0", 0.0), ("inf", float("inf"))):
        monkeypatch.setenv(LIMIT, text)
        assert states_limit() == limit
    for text in ("much", "-1", "nan", "20GB"):
        monkeypatch.setenv(LIMIT, text)
        with pytest.raises(UsageError, match=rf"^NABA_STATES_GB: must be a size in GB, .* not {text}$"):
            states_limit()
