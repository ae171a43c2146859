"""release.json: the record of a release, with its scores, its origin and the hash of every file."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

from pydantic import Field, SerializerFunctionWrapHandler, ValidatorFunctionWrapHandler, WrapValidator, model_serializer

from annotation.core.errors import UsageError
from annotation.core.messages import N_, Message
from annotation.storage.new_folder import check_new_folder
from annotation.storage.sealed_files import file_faults
from annotation.storage.sealed_record import RecordPart, SealedRecord, file_hash
from training.lineage.release_change import Against

SCHEMA = 1
RECORD = "release.json"
COULD_NOT_SAY, PASSED, FAILED = N_("could not say"), N_("passed"), N_("FAILED")
REQUIRED = (
    "metrics.json",
    "predictions.jsonl",
    "model/config.json",
    "model/encoding.json",
    "model/ontology.yaml",
)
"""Files that every release has; the weights of a large model may be several."""
_PACKAGES = ("naba", "torch", "transformers", "accelerate", "datasets", "numpy", "tokenizers")
_CODE = ("annotation", "training", "conf")


class Data(RecordPart):
    """A snapshot. `path` is relative to the folder the command ran in; `content` and `ontology` are hashes."""

    name: str
    path: str
    content: str
    ontology: str


class Trained(RecordPart):
    """How a model was trained; the same settings on the same kind of machine give identical weights.

    also: the snapshots whose training documents it learnt from besides. init: the model it went on from, None for one
    from the start.
    """

    config: dict[str, object]
    seed: int
    packages: dict[str, str]
    snapshot: Data
    also: tuple[Data, ...] = ()
    init: Origin | None = None

    @model_serializer(mode="wrap")
    def _plain(self, plain: SerializerFunctionWrapHandler) -> dict[str, object]:
        """Records made before `also` and `init` keep their checksum."""
        row: dict[str, object] = plain(self)
        return {name: value for name, value in row.items() if value or name not in ("also", "init")}

    @property
    def encoder(self) -> str:
        """The id of the encoder on the hub, or its kind: `compact` or `bundled`."""
        encoder = self.config.get("encoder")
        values = encoder if isinstance(encoder, dict) else {}
        return str(values.get("name") or values.get("kind") or "compact")


class Origin(RecordPart):
    """The model that a training went on from: where it was, its version, a hash of its weights, how it was trained."""

    path: str
    model: str
    weights: str
    trained: Trained


Trained.model_rebuild()


def _kept(said: object, validate: ValidatorFunctionWrapHandler) -> str:
    """A Message stays one, for a page in another language; anything else is validated as text."""
    return said if isinstance(said, Message) else str(validate(said))


class Gate(RecordPart):
    """The outcome of one gate; `said` is its message, `passed` None where it could test nothing.

    said_in: the message in other languages than English; None, and absent, in records made before it.
    """

    later = frozenset({"said_in"})
    gate: str
    passed: bool | None
    said: Annotated[str, WrapValidator(_kept)]
    said_in: dict[str, str] | None = None

    @property
    def state(self) -> str:
        """The outcome in words."""
        return COULD_NOT_SAY if self.passed is None else PASSED if self.passed else FAILED


class Record(SealedRecord):
    """A release. `weights` is a hash of the model's tensors, `code` of naba's sources, `checksum` of the record.

    gates_config: what the gates asked for, with every default, so that the release can be judged again; `gates_hash` is
    a hash of it. stories: the documents with near-duplicates counted as one. These are None, and absent, in records
    made before them.
    """

    later = frozenset({"gates_config", "gates_hash", "stories"})
    schema_: int = Field(SCHEMA, alias="schema")
    version: str
    created: str
    model: str
    weights: str
    trained: Trained
    snapshot: Data
    split: str
    documents: int
    stories: int | None = None
    languages: dict[str, int]
    against: Against | None
    gates: tuple[Gate, ...]
    gates_preset: str
    gates_config: dict[str, object] | None = None
    gates_hash: str | None = None
    scores: dict[str, dict[str, float]]
    intervals: dict[str, tuple[float, float]]
    code: str
    packages: dict[str, str]
    files: dict[str, str] = Field(default_factory=dict)
    checksum: str = ""

    @property
    def passed(self) -> bool:
        """Whether no gate failed."""
        return all(gate.passed is not False for gate in self.gates)

    @property
    def undecided(self) -> tuple[Gate, ...]:
        """The gates that could test nothing."""
        return tuple(gate for gate in self.gates if gate.passed is None)

    @classmethod
    def read(cls, folder: Path) -> Record:
        """Read the record of a release; its files are not verified.

        Raises UsageError when the record is missing, unreadable or changed.
        """
        return cls.read_sealed(
            folder / RECORD,
            absent="name a version that naba release made",
            changed="changed since the release; restore it",
        )

    @classmethod
    def open_whole(cls, folder: Path) -> Record:
        """As `open`, and raise UsageError also where the record does not list what every release has."""
        record = cls.open(folder)
        for name in REQUIRED:
            if name not in record.files:
                raise UsageError(f"{folder / RECORD}: does not list {name}, which every release has; restore it")
        return record

    @classmethod
    def open(cls, folder: Path, *, under: str = "") -> Record:
        """Read the record and verify every file whose path begins with `under`: its name, presence and hash.

        Raises UsageError with the numbers of files that are missing, changed or extra, and the first of each.
        """
        record = cls.read(folder)
        faults = file_faults(folder, record.files, record=RECORD, under=under)
        for name in faults.outside:
            raise UsageError(f"{folder / RECORD}: lists {name!r}, which leads out of the release; restore it")
        kinds = {"missing": faults.missing, "changed": faults.changed, "no part of it": faults.extra}
        summary = [f"{len(names)} {fault} ({names[0]})" for fault, names in kinds.items() if names]
        if summary:
            remedy = "restore them" if faults.missing or faults.changed else "move them elsewhere"
            raise UsageError(f"{folder}: files of the release: {', '.join(summary)}; {remedy}")
        return record


def check_free(folder: Path) -> None:
    """Raise UsageError where the folder of a new release is there already, or cannot be made."""
    if folder.exists():
        raise UsageError(f"{folder}: exists, and a release is never overwritten; choose another version=")
    check_new_folder(folder)


def unchanged(model: Path) -> None:
    """Raise UsageError if the model belongs to a release and its files changed; other models pass."""
    folder = model.resolve().parent
    if (folder / RECORD).is_file():
        Record.open(folder, under=f"{model.resolve().name}/")


def settings_hash(settings: Mapping[str, object]) -> str:
    """The SHA-256, as hex digits, of settings as JSON with sorted keys."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def code_hash() -> str:
    """A SHA-256 of naba's sources and presets (.py and .yaml), as hex digits."""
    digest = hashlib.sha256()
    for package in _CODE:
        with as_file(files(package)) as folder:
            for path in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".yaml")):
                digest.update(f"{package}/{path.relative_to(folder).as_posix()} {file_hash(path)}\n".encode())
    return digest.hexdigest()


def packages() -> dict[str, str]:
    """The versions of Python and of the packages that affect the weights, by name."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def file_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of a release except its record and .DS_Store, by relative path."""
    excluded = (folder / RECORD, folder / ".DS_Store")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path not in excluded)
    return {path.relative_to(folder).as_posix(): file_hash(path) for path in paths}
