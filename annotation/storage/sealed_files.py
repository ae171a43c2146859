"""The files that a sealed record lists: named within its folder, all there, unchanged, and no other beside them.

A link may lead anywhere: caches of downloads keep files elsewhere, and the hash vouches for what it leads to.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from annotation.storage.sealed_record import file_hash


@dataclass(frozen=True)
class FileFaults:
    """Names of the files at fault, sorted.

    outside: listed under a name that may lead out of the folder. unlisted: required, and not in the list. missing and
    changed: listed. extra: in the folder and not listed; hidden files do not count.
    """

    outside: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.outside, self.unlisted, self.missing, self.changed, self.extra))


def file_faults(
    folder: Path, files: Mapping[str, str], *, record: str, required: Collection[str] = (), under: str = ""
) -> FileFaults:
    """What is wrong with the files of a folder, whose file `record` lists their hashes by name.

    With `under`, only files are looked at whose name begins with it.
    """
    outside = tuple(sorted(name for name in files if not _inside(name)))
    if outside:
        return FileFaults(outside=outside)  # nothing is opened by such names
    listed = {name: hash for name, hash in files.items() if name.startswith(under)}
    known = {*files, record}
    there = {name for name in listed if (folder / name).is_file()}
    return FileFaults(
        unlisted=tuple(sorted(name for name in required if name.startswith(under) and name not in files)),
        missing=tuple(sorted(listed.keys() - there)),
        changed=tuple(sorted(name for name in there if file_hash(folder / name) != listed[name])),
        extra=tuple(sorted(name for name in _present(folder) if name.startswith(under) and name not in known)),
    )


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and "\0" not in name and str(path) == name and not path.is_absolute() and ".." not in path.parts


def _present(folder: Path) -> Iterator[str]:
    """The names of all files in the folder and below it, hidden ones left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                yield (Path(parent) / name).relative_to(folder).as_posix()
