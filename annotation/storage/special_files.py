"""Paths that are no ordinary files: "-" and what else names a standard stream, folders, devices and pipes."""

from __future__ import annotations

import atexit
import shutil
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import IO

from annotation.core.errors import UsageError
from annotation.core.system_errors import naba_error
from annotation.storage.json_file import read_object

_OUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
_IN = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
_SEALED = ("manifest.json", "release.json")
_GZIP = b"\x1f\x8b"


def is_stdout(path: str | Path) -> bool:
    """Whether this output is standard output: "-", or one of the system's names for it."""
    return str(path) in _OUT


def is_stdin(path: str | Path) -> bool:
    """Whether this input is standard input: "-", or one of the system's names for it."""
    return str(path) in _IN


def check_folder(path: str | Path) -> None:
    """Raise UsageError where an output that is a folder is named as standard output is."""
    if is_stdout(path):
        raise UsageError(f"{path}: is standard output, and here are several files; name a folder")


def check_apart(*outputs: Path | None) -> None:
    """Raise UsageError where two outputs of a command are one place, so that the later would replace the earlier."""
    places = ["-" if is_stdout(path) else str(path.absolute()) for path in outputs if path is not None]
    for place in places:
        if places.count(place) > 1:
            raise UsageError(f"{place}: is named for two outputs, of which one would be lost; name another")


def check_outside_sealed(output: Path) -> None:
    """Raise UsageError for an output within a snapshot or a release, which any other file would spoil."""
    for folder in output.absolute().parents:
        if any(_is_sealed(folder / name) for name in _SEALED):
            fault = f"is in {folder}, a snapshot or release, which stays as it is"
            raise UsageError(f"{output}: {fault}; choose another path")


def stdin_file() -> Path:
    """What standard input holds, in a file that can be read several times and is removed at exit."""
    return _spooled(sys.stdin.buffer)


def writable(path: Path) -> Path:
    """Where a file of this path is written: there, or where the link leads that stands there.

    Raises UsageError for a folder, a device, a pipe or a socket, which a file would replace, for a path that cannot be
    looked at, and as `check_outside_sealed` does.
    """
    try:
        target = path.resolve() if path.is_symlink() else path
        mode = target.stat().st_mode if target.exists() else stat.S_IFREG
    except (OSError, RuntimeError) as error:  # the latter where links lead in a circle
        if isinstance(error, OSError):
            raise naba_error(error) from error
        raise UsageError(f"{path}: its links lead in a circle; choose another path") from error
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path}: is a folder; name a file to write")
    if not stat.S_ISREG(mode):
        raise UsageError(f"{path}: is a device, pipe or socket, which a file would replace; name a file, or - to print")
    check_outside_sealed(target)
    return target


def _is_sealed(file: Path) -> bool:
    """Whether the file is the record of a snapshot or a release, and no other program's."""
    try:
        return {"files", "checksum"} <= read_object(file).keys()
    except (OSError, ValueError):
        return False


@cache
def _spooled(stream: IO[bytes]) -> Path:
    start = stream.read(len(_GZIP))
    suffix = ".jsonl.gz" if start == _GZIP else ".jsonl"
    with tempfile.NamedTemporaryFile(prefix="naba-stdin-", suffix=suffix, delete=False) as file:
        atexit.register(Path(file.name).unlink, missing_ok=True)
        file.write(start)
        shutil.copyfileobj(stream, file)
    return Path(file.name)
