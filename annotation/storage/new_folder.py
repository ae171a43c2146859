"""Folders that are written whole: beside the place they are for, and renamed to it when they are complete."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import gethostname

from filelock import FileLock, Timeout

from annotation.core.errors import UsageError
from annotation.core.system_errors import about
from annotation.storage.special_files import check_folder, check_outside_sealed

_NEW, _LOCK = "new", "lock"
_SUFFIX = f".{gethostname()}.naba"
"""With the machine's name: not every disk that several share tells one that another holds a lock."""


def is_free(folder: Path) -> bool:
    """Whether nothing is there yet, or an empty folder."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def check_new_folder(folder: Path) -> None:
    """Raise where no new folder can be made: before the work of a command, not after it.

    Raises UsageError where it is standard output, a link, or within a snapshot or a release, and OSError where the disk
    or its rights do not allow it.
    """
    check_folder(folder)
    check_outside_sealed(folder)
    if folder.is_symlink():
        raise UsageError(f"{folder}: is a link, and a new folder is made here; choose another one")
    there = next(parent for parent in folder.absolute().parents if parent.exists())
    _made(there, folder, "").rmdir()


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder`, for the caller to fill and rename to it; after the block nothing else is left.

    What killed commands of this machine left for the same folder is removed. Raises as `check_new_folder` does, and
    OSError where nothing can be written.
    """
    check_new_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name[:40]}."
    place = _made(folder.parent, folder, prefix)
    try:
        with FileLock(place / _LOCK):
            _remove_left(folder.parent, prefix)
            (place / _NEW).mkdir()  # once the lock is held: another command takes a place without it for a new one
            yield place / _NEW
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _made(parent: Path, folder: Path, prefix: str) -> Path:
    """A temporary folder there. Its error is about the `folder` it is for."""
    try:
        return Path(tempfile.mkdtemp(dir=parent, prefix=prefix, suffix=_SUFFIX))
    except OSError as error:
        raise about(error, folder) from error


def _remove_left(parent: Path, prefix: str) -> None:
    """Remove what killed commands of this machine left: the folders whose lock nobody holds."""
    with suppress(OSError):  # of a folder that may be written to but not listed
        for place in parent.iterdir():
            ours = place.name.startswith(prefix) and place.name.endswith(_SUFFIX) and (place / _LOCK).is_file()
            if ours and (place / _NEW).is_dir():
                with suppress(Timeout, OSError), FileLock(place / _LOCK, blocking=False):
                    shutil.rmtree(place, ignore_errors=True)
