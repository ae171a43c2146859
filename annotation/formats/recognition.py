"""Which format a file or folder is in: each format looks at its opening and says whether it is one of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation.core.errors import UsageError
from annotation.formats.base import DocumentOrLost, Format, Lost, ReadOptions
from annotation.formats.opening import Opening
from annotation.formats.registry import FORMATS, format_to_read
from annotation.storage.folder_files import files_below


def recognised(path: Path) -> Format:
    """The one format that recognises the file or folder.

    Raises UsageError where none does, or several do, that names what can be said with --format.
    """
    opening = Opening(path)
    return _only(_formats_of(opening), opening)


def _only(found: Sequence[Format], opening: Opening) -> Format:
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"{opening.path}: {_why_none(opening)}")
    raise UsageError(f"{opening.path}: may be {' or '.join(kind.name for kind in found)}; say which with --format")


def _why_none(opening: Opening) -> str:
    if not opening.path.is_dir() and not opening.start.strip():
        return "is empty"
    if {"schema", "id", "text"} <= opening.keys:
        return "holds naba's own Documents already; it needs no import"
    every = ", ".join(kind.name for kind in FORMATS.values() if kind.read)
    known = f"looks like none of the formats naba reads; where it is one, say --format: {every}"
    broken = opening.text.lstrip()[:1] in ("{", "[") and not opening.objects
    return f"begins like JSON, but its first object is not whole; or it {known}" if broken else known


@dataclass(frozen=True)
class Recognised:
    """Files and folders, each with its format; None for a file of a folder that is in none."""

    formats: dict[Path, Format | None]

    @classmethod
    def of(cls, paths: Sequence[Path], name: str | None = None, *, mixed: bool = False) -> Recognised:
        """The inputs, a folder opened into its files where its format is not made of folders.

        With a `name` all are of that format; files of a folder that are not are told from it. Raises UsageError for a
        path that is not there or in no format, and for a folder of several formats unless `mixed`.
        """
        formats: dict[Path, Format | None] = {}
        for path in paths:
            if not path.exists():
                raise UsageError(f"{path}: is not there")
            formats |= _named(path, format_to_read(name)) if name else _found(path, mixed=mixed)
        return cls(formats)

    def read(self, path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
        """The Documents of one of the inputs, by its format."""
        kind = self.formats[path]
        if kind is None or kind.read is None:
            yield Lost("document", str(path), "is in no format naba reads; left out", kind="wrong")
        else:
            yield from kind.read(path, how)

    def __str__(self) -> str:
        counts = Counter(kind.name for kind in self.formats.values() if kind)
        return ", ".join(name if len(counts) == 1 else f"{name} {number}" for name, number in counts.most_common())


def _named(path: Path, kind: Format) -> dict[Path, Format | None]:
    own = kind.recognises
    if not path.is_dir() or own is None or own(Opening(path)):
        return {path: kind}
    files = {file: kind if own(Opening(file)) else None for file in files_below(path)}
    return files if any(files.values()) else {path: kind}  # its reader says what it misses


def _found(path: Path, *, mixed: bool) -> dict[Path, Format | None]:
    opening = Opening(path)
    own = _formats_of(opening)
    if own or not path.is_dir():
        return {path: _only(own, opening)}
    found = {file: _formats_of(Opening(file)) for file in files_below(path)}
    formats = {file: kinds[0] if len(kinds) == 1 else None for file, kinds in found.items()}
    counts = Counter(kind.name for kind in formats.values() if kind)
    if not counts:
        raise UsageError(f"{path}: none of its files is in a format naba reads; name the format with --format")
    if len(counts) > 1 and not mixed:
        told = ", ".join(f"{name} ({number})" for name, number in counts.most_common())
        raise UsageError(
            f"{path}: its files are in several formats: {told}; read one with --format, or all with --mixed"
        )
    return dict(formats)


def _formats_of(opening: Opening) -> list[Format]:
    return [kind for kind in FORMATS.values() if kind.read and kind.recognises and kind.recognises(opening)]
