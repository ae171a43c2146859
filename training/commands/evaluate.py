"""The work behind `naba evaluate`: a trained model, and the one before it, on the documents of a split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation import terminal
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.messages import N_, Message
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import write_documents
from annotation.terminal import with_progress
from training.analysis.evaluation import Evaluation, agreement_scores, evaluation
from training.analysis.leakage import leakage
from training.analysis.oracle_ceilings import Ceilings, ceilings
from training.config.schema import EvaluateConfig
from training.encoding.encoding import Encoding
from training.inference.loading import load_on_device
from training.inference.measured_prediction import predict_measured
from training.inference.predictor import predict
from training.inference.running_cost import RunningCost
from training.lineage.seed_scores import SeedScores
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version
from training.release.baseline_remarks import BaselineRemarks
from training.release.gates import load_gates
from training.release.training_lineage import development_documents, read_training_record, training_documents
from training.report.page import write_report
from training.scoring.compatibility import labels_lacking
from training.scoring.scores import counted


def evaluate(run: EvaluateConfig) -> float:
    """Score a model on a split, write the report and the predictions, show the scores, and return Arg-C+."""
    snapshot = Snapshot.open(run.snapshot)
    gold = snapshot.split(run.split)
    if not gold:
        raise UsageError(f"{run.snapshot}: its {run.split} split is empty; choose another split=")
    model, dev = _loaded_model(run.model, run), _development_documents(run, snapshot)
    seen = _training_documents(run.model, snapshot)
    predicted, cost = model.measured(gold, run)
    other = _loaded_model(run.against, run) if run.against else None
    about = BaselineRemarks.of(str(run.against), other.encoding.ontology, gold, snapshot) if other else None
    manifest = snapshot.manifest
    result = evaluation(
        gold,
        predicted,
        ontology=snapshot.ontology,
        train=seen if run.split == "test" else None,
        before=(other.name, other.predict(gold, run)) if other else None,
        before_seen=about.seen if about else None,
        dev=(dev, model.predict(dev, run)) if dev else None,
        agreement=manifest.agreement,
        ceilings=model.ceilings(gold, manifest.agreement, run) if run.ceilings else None,
        title=Message("%(model)s on %(snapshot)s", model=model.name, snapshot=manifest.name),
        meta={
            N_("model"): model.name,
            N_("snapshot"): f"{manifest.name} ({manifest.content[:12]})",
            N_("split"): run.split,
        },
        studio=run.studio,
        seeds=SeedScores.read(Path(run.model)),
        notes=[*model.notes(gold, run.model), *_seen(run.model, gold, seen), *(about.notes if about else ())],
        drops=load_gates(run.gates).drops,
        cost=cost,
    )
    out = Path(run.output) if run.output else Path(run.model).parent / "report"
    page = write_report(result, out, run.language)
    write_documents(out / "predictions.jsonl", predicted)
    _show(result, f"{result.title}, {run.split}: {counted(len(gold), result.scores.overall.stories)}")
    terminal.say(f"report: {page}")
    return result.scores.arg_c_plus.f1


@dataclass(frozen=True)
class _LoadedModel:
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

    def measured(self, gold: Sequence[Document], run: EvaluateConfig) -> tuple[list[Document], RunningCost]:
        """Its predictions for the gold documents, and what they cost."""
        return predict_measured(self.model, self.encoding, gold, Path(run.model), run.batch_size, self.name)

    def ceilings(
        self, gold: Sequence[Document], agreement: Mapping[str, object] | None, run: EvaluateConfig
    ) -> Ceilings:
        """The ceilings of its scores; it predicts three times more, given gold spans."""
        human = agreement_scores(agreement.get("overall")) if agreement and agreement.get("documents") else None
        return ceilings(
            gold, self.encoding, model=self.model, version=self.name, human=human, batch_size=run.batch_size
        )


def _loaded_model(path: str, run: EvaluateConfig) -> _LoadedModel:
    model, encoding = load_on_device(path, run)
    return _LoadedModel(model_version(model), model, encoding)


def _development_documents(run: EvaluateConfig, snapshot: Snapshot) -> list[Document]:
    """The dev documents that the model did not learn from, none where they are what is scored.

    Where its record does not tell, they are all of the snapshot's.
    """
    if run.split == "dev":
        return []
    try:
        return development_documents(read_training_record(run.model), snapshot)
    except UsageError:
        return snapshot.dev


def _training_documents(path: str, snapshot: Snapshot) -> list[Document] | None:
    """The documents the model was trained on; None, with a warning, where its record does not tell."""
    try:
        return training_documents(read_training_record(path), snapshot)
    except UsageError as error:
        terminal.warn(f"the report cannot tell what {path} has seen in training: {error}")
        return None


def _seen(path: str, gold: Sequence[Document], seen: Sequence[Document] | None) -> Iterator[str]:
    """That the model was trained with documents it is scored on."""
    if leaks := leakage(gold, seen or ()):
        yield Message(
            "%(path)s has seen %(seen)s of the %(all)s documents in training (%(how)s): its scores are too high",
            path=path,
            seen=len(leaks),
            all=len(gold),
            how=leaks.summary,
        )


def _show(result: Evaluation, title: str) -> None:
    """Notes and scores on the terminal and, with a baseline, the changes."""
    for note in result.notes:
        terminal.warn(note)
    heading, *rows = result.scores.table()
    terminal.table(title, heading, rows)
    if result.before:
        heading, *rows = result.before.comparison.table()
        terminal.table(f"against {result.before.name}", heading, rows)
