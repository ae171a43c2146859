"""Rows of a table that are kept in a file as they are measured, so that a run that is cut short goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path


def kept(file: Path | None, asked: list[object], measure: Callable[[], Mapping[str, float]]) -> Mapping[str, float]:
    """The row of the file for what is asked, or else measured and added to it; measured only where there is no file."""
    lines = file.read_text(encoding="utf-8").splitlines() if file and file.is_file() else []
    known: list[Mapping[str, float]] = [row for key, row in map(json.loads, lines) if key == asked]
    if known:
        return known[0]
    row = measure()
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as rows:
            rows.write(json.dumps([asked, row]) + "\n")
    return row
