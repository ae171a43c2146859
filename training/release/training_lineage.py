"""How a model was made, and the documents it was made with: what a release must know and cannot see in its weights."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from annotation.core.document import Document
from annotation.core.errors import SnapshotError, UsageError
from annotation.snapshot.snapshot import Snapshot
from training.config.schema import recorded
from training.lineage.release_record import Data, Trained
from training.loop.data_selection import DataSelection


def read_training_record(path: str | Path) -> Trained:
    """How the model in that folder was made. Raises UsageError when it does not say."""
    file = Path(path) / "config.yaml"
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        data = {**told["snapshot"], "path": told["config"]["snapshot"]}
        return Trained(config=told["config"], seed=told["seed"], packages=told["packages"], snapshot=Data(**data))
    except (OSError, yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValidationError) as error:
        raise UsageError(
            f"{file}: does not say how the model was trained ({type(error).__name__}); "
            "release a folder that naba train wrote"
        ) from error


def training_documents(how: Trained, scored: Snapshot, trained_on: str | None) -> list[Document]:
    """The documents the model was made with: those it learned from, and those it was chosen by.

    Raises UsageError when the snapshot it was trained on is not there any more, or changed.
    """
    same = scored.manifest.content == how.snapshot.content
    snapshot = scored if same else open_training_snapshot(how.snapshot, trained_on, setting="trained_on")
    chosen = DataSelection.of(snapshot, recorded(how.config).data, how.seed)
    return [*chosen.train, *chosen.dev]


def open_training_snapshot(wanted: Data, path: str | None, *, setting: str) -> Snapshot:
    """The snapshot a model was trained on, at `path` or else where it was. Raises UsageError if it is another one."""
    where = path or wanted.path
    try:
        snapshot = Snapshot.open(where)
    except SnapshotError as error:
        raise UsageError(
            f"the snapshot {wanted.name} that the model was trained on cannot be opened: {error}"
        ) from error
    if snapshot.manifest.content != wanted.content:
        raise UsageError(
            f"{where}: holds snapshot {snapshot.manifest.content[:12]}, but the model was trained on "
            f"{wanted.name} ({wanted.content[:12]}); say {setting}=FOLDER of that one"
        )
    return snapshot
