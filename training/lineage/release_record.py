"""release.json: what a release is, what it was made from, and the hash of every file of it."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from annotation.core.errors import UsageError

SCHEMA = 1
RECORD = "release.json"
_PACKAGES = ("naba", "torch", "transformers", "accelerate", "datasets", "numpy", "tokenizers")
_CODE = ("annotation", "training", "conf")


class _RecordPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Data(_RecordPart):
    """A snapshot: `path` as it was named, from the folder that the command ran in."""

    name: str
    path: str
    content: str
    ontology: str


class Trained(_RecordPart):
    """What a model was trained with; the same again gives the same weights, to the bit, on such a machine."""

    config: dict[str, object]
    seed: int
    packages: dict[str, str]
    snapshot: Data

    @property
    def encoder(self) -> str:
        """The id of the pretrained encoder, or `compact`."""
        told = self.config.get("encoder")
        return str((told.get("name") if isinstance(told, dict) else None) or "compact")


class Gate(_RecordPart):
    """What a gate said."""

    gate: str
    passed: bool
    said: str


class Against(_RecordPart):
    """What a release was compared with."""

    version: str | None
    model: str


class Record(_RecordPart):
    """A release. `weights` hashes the model's tensors, `code` naba's own sources, `checksum` all of the record."""

    schema_: int = Field(SCHEMA, alias="schema")
    version: str
    created: str
    model: str
    weights: str
    trained: Trained
    snapshot: Data
    split: str
    documents: int
    languages: dict[str, int]
    against: Against | None
    gates: tuple[Gate, ...]
    gates_preset: str
    scores: dict[str, dict[str, float]]
    intervals: dict[str, tuple[float, float]]
    code: str
    packages: dict[str, str]
    files: dict[str, str] = {}
    checksum: str = ""

    @property
    def passed(self) -> bool:
        """Whether every gate let it pass."""
        return all(gate.passed for gate in self.gates)

    def to_json(self) -> str:
        """The record as it is written."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=2) + "\n"

    def sealed(self, folder: Path) -> Record:
        """The record with the hashes of the folder's files, and its own."""
        found = {path.relative_to(folder).as_posix(): file_hash(path) for path in sorted(_files(folder))}
        open_ = self.model_copy(update={"files": found, "checksum": ""})
        return open_.model_copy(update={"checksum": hashlib.sha256(open_.to_json().encode()).hexdigest()})

    @classmethod
    def read(cls, folder: Path) -> Record:
        """The record of a release, which has not changed. Its files are not looked at. Raises UsageError."""
        path = folder / RECORD
        try:
            record = cls.model_validate_json(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}; name a version that naba release made") from error
        except (ValidationError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: cannot be read: {str(error).splitlines()[0]}; restore it") from error
        open_ = record.model_copy(update={"checksum": ""})
        if hashlib.sha256(open_.to_json().encode()).hexdigest() != record.checksum:
            raise UsageError(f"{path}: changed since the release; restore it")
        return record

    @classmethod
    def open(cls, folder: Path, *, under: str = "") -> Record:
        """The record, every file whose path begins with `under` verified against it.

        Raises UsageError with how many changed, and which is first.
        """
        record = cls.read(folder)
        expected = {name: hash for name, hash in record.files.items() if name.startswith(under)}
        there = {name for name in expected if (folder / name).is_file()}
        faults = {
            "missing": sorted(expected.keys() - there),
            "changed": sorted(name for name in there if file_hash(folder / name) != expected[name]),
        }
        told = [f"{len(names)} {what} ({names[0]})" for what, names in faults.items() if names]
        if told:
            raise UsageError(f"{folder}: files of the release: {', '.join(told)}; restore them")
        return record


def unchanged(model: Path) -> None:
    """Refuse the model of a release that is no longer what was released; other models pass. Raises UsageError."""
    folder = model.resolve().parent
    if (folder / RECORD).is_file():
        Record.open(folder, under=f"{model.resolve().name}/")


def code_hash() -> str:
    """A hash of naba's own sources and presets."""
    digest = hashlib.sha256()
    for package in _CODE:
        with as_file(files(package)) as folder:
            for path in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".yaml")):
                digest.update(f"{package}/{path.relative_to(folder).as_posix()} {file_hash(path)}\n".encode())
    return digest.hexdigest()


def packages() -> dict[str, str]:
    """The versions of everything that has a part in the weights."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def file_hash(path: Path) -> str:
    """The file's sha256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> list[Path]:
    """Every file of a release but the record and what operating systems leave about."""
    known = (folder / RECORD, folder / ".DS_Store")
    return [path for path in folder.rglob("*") if path.is_file() and path not in known]
