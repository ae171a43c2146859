"""Training lineage of a model: its training record, the snapshot and the documents it was trained on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from pydantic import ValidationError

from annotation.core.document import Document
from annotation.core.errors import SnapshotError, UsageError
from annotation.snapshot.snapshot import Snapshot
from training.config.schema import read_config
from training.lineage.release_record import Data, Trained
from training.loop.data_selection import DataSelection


def read_training_record(path: str | Path) -> Trained:
    """The training record in the model's folder. Raises UsageError when it is missing or incomplete."""
    file = Path(path) / "config.yaml"
    try:
        record = yaml.safe_load(file.read_text(encoding="utf-8"))
        data = {**record["snapshot"], "path": record["config"]["snapshot"]}
        parts = {name: record[name] for name in ("config", "seed", "packages")}
        return Trained(**parts, snapshot=Data(**data), init=record.get("init"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValidationError) as error:
        raise UsageError(
            f"{file}: does not say how the model was trained ({type(error).__name__}); "
            "release a folder that naba train wrote"
        ) from error


def training_documents(trained: Trained, scored: Snapshot, trained_on: str | None) -> list[Document]:
    """The documents used in training: those the model learned from, and those that selected its checkpoint.

    Those of the models that it went on from are among them. Raises UsageError when a snapshot is missing or changed.
    """
    selections = list(_selections(trained, scored, trained_on))
    return _each_once(document for selection in selections for document in (*selection.train, *selection.dev))


def learned_documents(trained: Trained, scored: Snapshot) -> list[Document]:
    """As `training_documents`, without those that selected a checkpoint alone."""
    return _each_once(document for selection in _selections(trained, scored, None) for document in selection.train)


def _selections(
    trained: Trained, scored: Snapshot, trained_on: str | None, *, setting: str | None = "trained_on"
) -> Iterator[DataSelection]:
    """The documents of the model's own training, then of those before it."""
    same_snapshot = scored.manifest.content == trained.snapshot.content
    snapshot = scored if same_snapshot else open_training_snapshot(trained.snapshot, trained_on, setting=setting)
    yield DataSelection.of(snapshot, read_config(trained.config).data, trained.seed)
    if trained.init:
        yield from _selections(trained.init.trained, scored, None, setting=None)


def _each_once(documents: Iterable[Document]) -> list[Document]:
    """The first document of each id, in order."""
    first: dict[str, Document] = {}
    for document in documents:
        first.setdefault(document.id, document)
    return list(first.values())


def open_training_snapshot(recorded: Data, path: str | None, *, setting: str | None) -> Snapshot:
    """Open the snapshot a model was trained on, at `path` or else at its recorded path.

    Raises UsageError when it cannot be opened or has other content; `setting` names the option, if any, that helps.
    """
    location = path or recorded.path
    try:
        snapshot = Snapshot.open(location)
    except SnapshotError as error:
        raise UsageError(
            f"the snapshot {recorded.name} that the model was trained on cannot be opened: {error}"
        ) from error
    if snapshot.manifest.content != recorded.content:
        remedy = f"say {setting}=FOLDER of that one" if setting else "put that one back there"
        raise UsageError(
            f"{location}: holds snapshot {snapshot.manifest.content[:12]}, but the model was trained on "
            f"{recorded.name} ({recorded.content[:12]}); {remedy}"
        )
    return snapshot
