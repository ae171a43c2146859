"""A trained model looked at before its release: what it is, how it was made, what it finds, and what it has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation import terminal
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from annotation.snapshot.snapshot import Snapshot
from training.analysis.leakage import leakage
from training.config.schema import ReleaseConfig
from training.encoding.coverage import coverage
from training.inference.loading import load_on_device
from training.inference.predictor import predict as find
from training.inference.progress import with_progress
from training.lineage.release_record import Trained
from training.model.fingerprint import model_version, weights
from training.release.training_lineage import read_training_record, training_documents


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
    model, encoding = load_on_device(str(path), run)
    name = model_version(model)
    found = list(with_progress(find(model, encoding, gold, batch_size=run.batch_size, version=name)))
    return Examined(name, weights(model), encoding.ontology, found, coverage(encoding, gold).share)


def warn_unknown(model: Examined, gold: Sequence[Document], *, path: str) -> None:
    """Say which labels of gold a model that is compared with cannot know."""
    marked = {span.label for document in gold for span in document.spans()}
    if unknown := sorted(marked - set(model.ontology.labels)):
        terminal.warn(f"{path} does not know {', '.join(unknown)}, which its scores suffer from")


def warn_seen(path: str | Path, trial: Trial) -> None:
    """Say how many of the documents scored a model that is compared with was made with: there it is too good."""
    try:
        leaks = leakage(trial.gold, training_documents(read_training_record(path), trial.snapshot, None))
    except UsageError as error:
        terminal.warn(f"whether {path} has seen the documents it is scored on cannot be told: {error}")
        return
    if len(leaks):
        terminal.warn(f"{path} has seen {len(leaks)} of {len(trial.gold)} documents in training, so a drop may be none")
