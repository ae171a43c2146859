"""Release candidate: a trained model with its predictions for gold, its training record and its training documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from annotation.core.document import Document
from annotation.core.ontology import Ontology
from annotation.snapshot.snapshot import Snapshot
from training.config.trained import ReleaseConfig
from training.encoding.coverage import coverage
from training.inference.loading import load_on_device
from training.inference.measured_prediction import MeasuredPrediction
from training.inference.running_cost import RunningCost
from training.lineage.release_record import Trained
from training.model.fingerprint import model_version, weights
from training.release.earlier_model import predict_each
from training.release.training_lineage import TrainingDocuments


@dataclass(frozen=True)
class Trial:
    """The data of a release: the snapshot and its gold, how the model was trained, and the documents it was made with.

    dev: development documents that it did not learn from; empty where they are what is scored.
    """

    snapshot: Snapshot
    gold: Sequence[Document]
    how: Trained
    training: TrainingDocuments
    dev: Sequence[Document]

    @property
    def seen(self) -> Sequence[Document]:
        """The documents the model was made with."""
        return self.training.seen


@dataclass(frozen=True)
class Examined:
    """A model and its predictions for the gold documents, and for those of dev and of `older` that were asked for.

    alignment: the coverage of its encoding, in 0..1. older: those of the test set of the model compared with. cost:
    what predicting gold cost.
    """

    name: str
    weights: str
    ontology: Ontology
    predicted: Sequence[Document]
    alignment: float
    dev: Sequence[Document] = ()
    older: Sequence[Document] = ()
    cost: RunningCost | None = None


def examine(
    path: str | Path,
    gold: Sequence[Document],
    run: ReleaseConfig,
    dev: Sequence[Document] = (),
    older: Sequence[Document] = (),
) -> Examined:
    """Load the model and predict the documents. Raises UsageError when the model is incomplete or changed."""
    model, encoding = load_on_device(str(path), run)
    digest = weights(model)
    name = model_version(model, digest)
    meter = MeasuredPrediction(model, encoding, Path(path), run.batch_size, name)
    parts = predict_each(partial(meter.predict, measured=len(gold)), gold, dev, older)
    share = coverage(encoding, gold).share
    return Examined(name, digest, encoding.ontology, parts[0], share, dev=parts[1], older=parts[2], cost=meter.cost)
