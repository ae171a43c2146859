"""The files of a folder that a command reads as a whole."""

from __future__ import annotations

import os
from pathlib import Path


def files_below(folder: Path) -> list[Path]:
    """Every file in the folder and its folders, in the order of their paths, hidden ones left out.

    Raises OSError where a folder cannot be looked into or vanishes meanwhile, for nothing in it may be left out unsaid.
    """
    found: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += (path for name in names if not name.startswith(".") and (path := Path(parent, name)).is_file())
    return sorted(found)


def _raise(error: OSError) -> None:
    raise error
