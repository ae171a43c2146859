"""Training lineage of a model: its training record, the snapshot and the documents it was trained on."""

from __future__ import annotations

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
        return Trained(config=record["config"], seed=record["seed"], packages=record["packages"], snapshot=Data(**data))
    except (OSError, yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValidationError) as error:
        raise UsageError(
            f"{file}: does not say how the model was trained ({type(error).__name__}); "
            "release a folder that naba train wrote"
        ) from error


def training_documents(trained: Trained, scored: Snapshot, trained_on: str | None) -> list[Document]:
    """The documents used in training: those the model learned from, and those that selected its checkpoint.

    Raises UsageError when the snapshot it was trained on is missing or changed.
    """
    same_snapshot = scored.manifest.content == trained.snapshot.content
    snapshot = scored if same_snapshot else open_training_snapshot(trained.snapshot, trained_on, setting="trained_on")
    selection = DataSelection.of(snapshot, read_config(trained.config).data, trained.seed)
    return [*selection.train, *selection.dev]


def open_training_snapshot(recorded: Data, path: str | None, *, setting: str) -> Snapshot:
    """Open the snapshot a model was trained on, at `path` or else at its recorded path.

    Raises UsageError when it cannot be opened or has other content; `setting` names the option in the message.
    """
    location = path or recorded.path
    try:
        snapshot = Snapshot.open(location)
    except SnapshotError as error:
        raise UsageError(
            f"the snapshot {recorded.name} that the model was trained on cannot be opened: {error}"
        ) from error
    if snapshot.manifest.content != recorded.content:
        raise UsageError(
            f"{location}: holds snapshot {snapshot.manifest.content[:12]}, but the model was trained on "
            f"{recorded.name} ({recorded.content[:12]}); say {setting}=FOLDER of that one"
        )
    return snapshot
