"""The model that is evaluated and the one before it: loaded, how they were trained, what they predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from annotation import terminal
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.messages import Message
from annotation.snapshot.snapshot import Snapshot
from annotation.terminal import with_progress
from training.analysis.human_agreement import agreement_scores
from training.analysis.oracle_ceilings import Ceilings, ceilings
from training.analysis.since_before import SinceBefore
from training.config.trained import EvaluateConfig
from training.encoding.encoding import Encoding
from training.inference.loading import load_on_device
from training.inference.measured_prediction import MeasuredPrediction
from training.inference.predictor import predict
from training.inference.running_cost import RunningCost
from training.lineage.release_record import Trained
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version
from training.release.baseline_remarks import BaselineRemarks
from training.release.earlier_model import EarlierModel, predict_each, test_sets
from training.release.training_lineage import TrainingDocuments, read_training_record
from training.scoring.compatibility import labels_lacking


@dataclass(frozen=True)
class EvaluatedModel:
    """A trained model with its encoding. name: its version, a hash of its weights."""

    name: str
    model: EventExtractor
    encoding: Encoding

    def notes(self, gold: Sequence[Document], path: str) -> list[str]:
        """The labels of gold that it does not know."""
        lacking = labels_lacking(self.encoding.ontology, gold, path=path)
        if not lacking:
            return []
        return [Message("%(lacking)s: it cannot find them, and they count as missed", lacking=lacking)]

    def predict(self, gold: Sequence[Document], run: EvaluateConfig) -> list[Document]:
        """Its predictions for the gold documents."""
        return list(
            with_progress(predict(self.model, self.encoding, gold, batch_size=run.batch_size, version=self.name))
        )

    def ceilings(
        self, gold: Sequence[Document], agreement: Mapping[str, object] | None, run: EvaluateConfig
    ) -> Ceilings:
        """The ceilings of its scores; it predicts three times more, given gold spans."""
        human = agreement_scores(agreement.get("overall")) if agreement and agreement.get("documents") else None
        return ceilings(
            gold, self.encoding, model=self.model, version=self.name, human=human, batch_size=run.batch_size
        )


def loaded_model(path: str, run: EvaluateConfig) -> EvaluatedModel:
    """The model in the folder `path`, on the device of `run`. Raises UsageError when it cannot be loaded."""
    model, encoding = load_on_device(path, run)
    return EvaluatedModel(model_version(model), model, encoding)


@dataclass(frozen=True)
class ModelPredictions:
    """What a model predicts for the gold documents, for dev (gold, predicted), and for another's test set; the cost."""

    gold: Sequence[Document]
    scored: Sequence[Document]
    dev: tuple[Sequence[Document], Sequence[Document]] | None
    older: Sequence[Document]
    cost: RunningCost | None

    @classmethod
    def of(
        cls,
        model: EvaluatedModel,
        gold: Sequence[Document],
        dev: Sequence[Document],
        earlier: EarlierModel | None,
        run: EvaluateConfig,
    ) -> ModelPredictions:
        """Predict; the time of the gold documents is taken."""
        meter = MeasuredPrediction(model.model, model.encoding, Path(run.model), run.batch_size, model.name)
        predict_gold = partial(meter.predict, measured=len(gold))
        scored, of_dev, older = predict_each(predict_gold, gold, dev, earlier.gold if earlier else [])
        return cls(gold, scored, (dev, of_dev) if dev else None, older, meter.cost)


@dataclass(frozen=True)
class HowTrained:
    """How the model was trained and with which documents; None where its record does not tell."""

    trained: Trained | None
    training: TrainingDocuments | None


def how_trained(path: str, snapshot: Snapshot) -> HowTrained:
    """How the model was trained. Warns where its record does not tell."""
    trained = None
    try:
        trained = read_training_record(path)
        return HowTrained(trained, TrainingDocuments.of(trained, snapshot))
    except UsageError as error:
        terminal.warn(f"the report cannot tell what {path} has seen in training: {error}")
        return HowTrained(trained, None)


def development_documents(run: EvaluateConfig, snapshot: Snapshot, how: HowTrained) -> list[Document]:
    """The dev documents that the model did not learn from, none where they are what is scored.

    Where its record does not tell, they are all of the snapshot's.
    """
    if run.split == "dev":
        return []
    return how.training.development(snapshot) if how.training else snapshot.dev


@dataclass(frozen=True)
class ModelBefore:
    """The model compared with, and what it predicts for the gold documents, and for those of its own test set."""

    model: EarlierModel
    name: str
    predicted: Sequence[Document]
    older: Sequence[Document]
    remarks: BaselineRemarks

    @classmethod
    def of(cls, earlier: EarlierModel, gold: Sequence[Document], run: EvaluateConfig) -> ModelBefore:
        """Load the model and predict. Raises UsageError where it cannot be loaded."""
        loaded = loaded_model(str(run.against), run)
        predicted, older = predict_each(partial(loaded.predict, run=run), gold, earlier.gold)
        remarks = BaselineRemarks.of(earlier, loaded.encoding.ontology, gold)
        return cls(earlier, loaded.name, predicted, older, remarks)

    def since(
        self,
        how: HowTrained,
        snapshot: Snapshot,
        now: ModelPredictions,
        run: EvaluateConfig,
    ) -> SinceBefore:
        """What changed since this model, which predicts `predicted` and `older` where the new one predicts `now`."""
        sets = test_sets(
            self.model,
            how.training,
            name=f"{snapshot.manifest.name}, {run.split}",
            scored=(now.gold, now.scored, self.predicted),
            older=(now.older, self.older),
        )
        found = self.model.since(now=how.trained, training=how.training, scored=snapshot, predictions=sets)
        for remark in found.remarks:
            terminal.warn(remark)
        return found
