"""A trained model looked at before its release: what it is, how it was made, what it finds, and what it has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from omegaconf import OmegaConf
from pydantic import ValidationError

from annotation import terminal
from annotation.core.document import Document
from annotation.core.errors import SnapshotError, UsageError
from annotation.core.ontology import Ontology
from annotation.snapshot.snapshot import Snapshot
from training.analysis.leakage import leakage
from training.config.schema import ReleaseConfig, TrainConfig, typed
from training.encoding.coverage import aligned
from training.inference.loading import ready
from training.inference.predictor import predict as find
from training.inference.progress import watched
from training.lineage.release_record import Data, Trained
from training.loop.data_selection import Chosen
from training.model.fingerprint import model_version, weights


@dataclass(frozen=True)
class Trial:
    """What a model is tried on, how it was made, and what it was made with."""

    snapshot: Snapshot
    gold: Sequence[Document]
    how: Trained
    seen: Sequence[Document]


@dataclass(frozen=True)
class Examined:
    """A model and what it found in the gold documents; `alignment` is the share of their marks it could learn."""

    name: str
    weights: str
    ontology: Ontology
    found: Sequence[Document]
    alignment: float


def examine(path: str | Path, gold: Sequence[Document], run: ReleaseConfig) -> Examined:
    """Load the model and let it mark the documents. Raises UsageError when it is not whole."""
    model, encoding = ready(str(path), run)
    name = model_version(model)
    found = list(watched(find(model, encoding, gold, batch_size=run.batch_size, version=name)))
    return Examined(name, weights(model), encoding.ontology, found, aligned(encoding, gold).share)


def trained(path: str | Path) -> Trained:
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


def seen(how: Trained, scored: Snapshot, trained_on: str | None) -> list[Document]:
    """The documents the model was made with: those it learned from, and those it was chosen by.

    Raises UsageError when the snapshot it was trained on is not there any more, or changed.
    """
    same = scored.manifest.content == how.snapshot.content
    snapshot = scored if same else opened(how.snapshot, trained_on, setting="trained_on")
    chosen = Chosen.of(snapshot, typed(OmegaConf.create(how.config), TrainConfig).data, how.seed)
    return [*chosen.train, *chosen.dev]


def opened(wanted: Data, path: str | None, *, setting: str) -> Snapshot:
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


def warn_unknown(model: Examined, gold: Sequence[Document], *, path: str) -> None:
    """Say which labels of gold a model that is compared with cannot know."""
    marked = {span.label for document in gold for span in document.spans()}
    if unknown := sorted(marked - set(model.ontology.labels)):
        terminal.warn(f"{path} does not know {', '.join(unknown)}, which its scores suffer from")


def warn_seen(path: str | Path, trial: Trial) -> None:
    """Say how many of the documents scored a model that is compared with was made with: there it is too good."""
    try:
        leaks = leakage(trial.gold, seen(trained(path), trial.snapshot, None))
    except UsageError as error:
        terminal.warn(f"whether {path} has seen the documents it is scored on cannot be told: {error}")
        return
    if len(leaks):
        terminal.warn(f"{path} has seen {len(leaks)} of {len(trial.gold)} documents in training, so a drop may be none")
