"""A case for a reader: small files, and which of them is opened. Kept as a folder where it found something."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

FOUND = Path(__file__).parent / "found"


@dataclass(frozen=True)
class Case:
    """The files of a case by name, and the one that the reader of `target` opens, or "." for their folder."""

    target: str
    files: dict[str, bytes]
    entry: str

    def write(self, folder: Path) -> Path:
        """Write the files; return the path that is opened."""
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder / self.entry

    def keep(self, home: Path, what: str) -> Path:
        """Write the case into a folder of its own, with what it did; nothing where it is kept already."""
        digest = hashlib.sha256(b"".join(self.files.values())).hexdigest()[:10]
        folder = home / f"{self.target}-{digest}"
        if not folder.exists():
            self.write(folder / "files")
            (folder / "entry").write_text(f"{self.entry}\n{what}\n", encoding="utf-8")
        return folder

    @classmethod
    def read(cls, folder: Path) -> Case:
        """A case that was kept."""
        files = {p.relative_to(folder / "files").as_posix(): p for p in (folder / "files").rglob("*") if p.is_file()}
        entry = (folder / "entry").read_text(encoding="utf-8").splitlines()[0]
        target = folder.name.rpartition("-")[0]
        return cls(target, {name: path.read_bytes() for name, path in files.items()}, entry)


def cases_in(folder: Path, target: str, entry: str) -> Case:
    """All files of a folder as one case."""
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    return Case(target, files, entry)
