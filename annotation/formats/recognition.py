"""Which format a file or folder is in: each format looks at its opening and says whether it is one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotation.core.errors import UsageError
from annotation.formats.base import Format
from annotation.formats.opening import Opening
from annotation.formats.registry import FORMATS


def recognised(path: Path) -> Format:
    """The one format that recognises the file or folder.

    Raises UsageError where none does, or several do, that names what can be said with --format.
    """
    found = _formats_of(Opening(path))
    if len(found) == 1:
        return found[0]
    if not found:
        every = ", ".join(kind.name for kind in FORMATS.values() if kind.read)
        raise UsageError(f"{path}: looks like none of the formats naba reads; where it is one, say --format: {every}")
    names = " or ".join(kind.name for kind in found)
    raise UsageError(f"{path}: may be {names}; say which with --format")


def inputs(paths: list[Path]) -> Iterator[tuple[Path, Format | None]]:
    """Each file, or folder of a format made of folders, with its format; None for a file of a folder that is of none.

    Raises UsageError for a path that was named itself and is of no format.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: is not there")
        if not path.is_dir() or _formats_of(Opening(path)):
            yield path, recognised(path)
            continue
        files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
        if not files:
            raise UsageError(f"{path}: holds no files")
        for file in files:
            found = _formats_of(Opening(file))
            yield file, found[0] if len(found) == 1 else None


def _formats_of(opening: Opening) -> list[Format]:
    return [kind for kind in FORMATS.values() if kind.read and kind.recognises and kind.recognises(opening)]
