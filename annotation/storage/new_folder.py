"""Folders that are written whole: beside the place they are for, and renamed to it when they are complete."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from annotation.core.errors import UsageError
from annotation.core.system_errors import about
from annotation.storage.special_files import check_folder, check_outside_sealed

_NEW, _LOCK, _SUFFIX = "new", "lock", ".naba"


def check_new_folder(folder: Path) -> None:
    """Raise where no new folder can be made there: before the work of a command, not after it.

    Raises UsageError where it is standard output, a link, or within a snapshot or a release, and OSError where it is
    below a file, or the rights are missing.
    """
    check_folder(folder)
    check_outside_sealed(folder)
    if folder.is_symlink():
        raise UsageError(f"{folder}: is a link, and a new folder is made here; choose another one")
    there = next(parent for parent in folder.absolute().parents if parent.exists())
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder`, for the caller to fill and rename to it; after the block nothing else is left.

    What killed commands left of theirs for the same folder is removed. Raises as `check_new_folder` does, and OSError
    where nothing can be written.
    """
    check_new_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name[:40]}."
    try:
        place = Path(tempfile.mkdtemp(dir=folder.parent, prefix=prefix, suffix=_SUFFIX))
    except OSError as error:
        raise about(error, folder) from error
    try:
        with FileLock(place / _LOCK):
            _remove_left(folder.parent, prefix)
            (place / _NEW).mkdir()
            yield place / _NEW
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _remove_left(parent: Path, prefix: str) -> None:
    """Remove what killed commands left: the folders whose lock nobody holds."""
    with suppress(OSError):  # of a folder that may be written to but not listed
        for place in parent.iterdir():
            if place.name.startswith(prefix) and place.name.endswith(_SUFFIX) and (place / _LOCK).is_file():
                with suppress(Timeout, OSError), FileLock(place / _LOCK, blocking=False):
                    shutil.rmtree(place, ignore_errors=True)
