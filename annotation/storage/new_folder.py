"""Folders that are written whole: beside the place they are for, and renamed to it when they are complete."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotation.core.errors import UsageError
from annotation.core.system_errors import about
from annotation.storage.special_files import check_folder, check_outside_sealed


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """A temporary folder beside `folder`, for the caller to fill and rename to it; after the block it is gone.

    Raises UsageError where `folder` is standard output, a link, or within a snapshot or a release, and OSError where
    nothing can be written beside it.
    """
    check_folder(folder)
    check_outside_sealed(folder)
    if folder.is_symlink():
        raise UsageError(f"{folder}: is a link, and a new folder is made here; choose another one")
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:40]}."))
    except OSError as error:
        raise about(error, folder) from error
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)
