"""Release candidate: a trained model with its predictions for gold, its training record and its training documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation import terminal
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from annotation.snapshot.snapshot import Snapshot
from annotation.terminal import with_progress
from training.analysis.leakage import leakage
from training.config.schema import ReleaseConfig
from training.encoding.coverage import coverage
from training.inference.loading import load_on_device
from training.inference.predictor import predict
from training.lineage.release_record import Trained
from training.model.fingerprint import model_version, weights
from training.release.training_lineage import read_training_record, training_documents


@dataclass(frozen=True)
class Trial:
    """The data of a release: the snapshot and its gold, how the model was trained, and the documents it has seen."""

    snapshot: Snapshot
    gold: Sequence[Document]
    how: Trained
    seen: Sequence[Document]


@dataclass(frozen=True)
class Examined:
    """A model and its predictions for the gold documents; `alignment` is the coverage of its encoding, in 0..1."""

    name: str
    weights: str
    ontology: Ontology
    predicted: Sequence[Document]
    alignment: float


def examine(path: str | Path, gold: Sequence[Document], run: ReleaseConfig) -> Examined:
    """Load the model and predict the gold documents. Raises UsageError when the model is incomplete or changed."""
    model, encoding = load_on_device(str(path), run)
    digest = weights(model)
    name = model_version(model, digest)
    predicted = list(with_progress(predict(model, encoding, gold, batch_size=run.batch_size, version=name)))
    return Examined(name, digest, encoding.ontology, predicted, coverage(encoding, gold).share)


def warn_unknown(model: Examined, gold: Sequence[Document], *, path: str) -> None:
    """Warn of the labels of gold that the baseline's ontology does not have."""
    labels = {span.label for document in gold for span in document.spans()}
    if unknown := sorted(labels - set(model.ontology.labels)):
        terminal.warn(f"{path} does not know {', '.join(unknown)}, which its scores suffer from")


def warn_seen(path: str | Path, trial: Trial) -> None:
    """Warn if the baseline was trained on some of the gold documents, where its scores are too high."""
    try:
        leaks = leakage(trial.gold, training_documents(read_training_record(path), trial.snapshot))
    except UsageError as error:
        terminal.warn(f"whether {path} has seen the documents it is scored on cannot be told: {error}")
        return
    if len(leaks):
        terminal.warn(f"{path} has seen {len(leaks)} of {len(trial.gold)} documents in training, so a drop may be none")
