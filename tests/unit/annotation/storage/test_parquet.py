"""Parquet files of Documents, whatever the file is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation import sample
from annotation.storage.parquet import read_parquet, write_parquet


@pytest.mark.parametrize("name", ["~/docs.parquet", "דוגמה.parquet", "no text \udcff.parquet", "s3:x.parquet"])
def test_a_path_is_taken_as_it_is(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("~").mkdir()
    written = sample.gold()[:3]
    write_parquet(Path(name), written)
    assert list(read_parquet(Path(name))) == written
