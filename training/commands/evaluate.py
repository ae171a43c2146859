"""The work behind `naba evaluate`: a trained model, and the one before it, on the documents of a split."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

from annotation import terminal
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.messages import N_, Message, percent
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import write_documents
from annotation.terminal import with_progress
from training.analysis.evaluation import AGAINST, Evaluation, agreement_scores, evaluation
from training.analysis.leakage import leakage
from training.analysis.oracle_ceilings import Ceilings, ceilings
from training.analysis.other_trainings import OtherTrainings
from training.analysis.phrase_baseline import MEANING, UNITS_SHOWN
from training.analysis.since_before import SinceBefore
from training.config.schema import EvaluateConfig
from training.encoding.encoding import Encoding
from training.inference.loading import load_on_device
from training.inference.measured_prediction import MeasuredPrediction
from training.inference.predictor import predict
from training.lineage.release_record import RECORD, Trained
from training.lineage.seed_scores import SeedScores
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version
from training.release.baseline_remarks import BaselineRemarks
from training.release.earlier_model import EarlierModel, predict_each, test_sets
from training.release.gates import load_gates
from training.release.seed_predictions import other_trainings
from training.release.training_lineage import TrainingDocuments, read_training_record
from training.report.page import write_report
from training.scoring.compatibility import labels_lacking
from training.scoring.scores import counted


def evaluate(run: EvaluateConfig) -> float:
    """Score a model on a split, write the report and the predictions, show the scores, and return Arg-C+."""
    snapshot = Snapshot.open(run.snapshot)
    gold = snapshot.split(run.split)
    if not gold:
        raise UsageError(f"{run.snapshot}: its {run.split} split is empty; choose another split=")
    model, how = _loaded_model(run.model, run), _training(run.model, snapshot)
    dev, seen = _development_documents(run, snapshot, how), how.training.seen if how.training else None
    earlier = _earlier(run, snapshot, how) if run.against else None
    older = earlier.gold if earlier else []
    meter = MeasuredPrediction(model.model, model.encoding, Path(run.model), run.batch_size, model.name)
    predicted, dev_predicted, older_predicted = predict_each(
        partial(meter.predict, measured=len(gold)), gold, dev, older
    )
    before = _Before.of(earlier, gold, run) if earlier else None
    about = before.remarks if before else None
    manifest = snapshot.manifest
    trainings = other_trainings(Path(run.model), Path(run.against) if run.against else None, gold, run)
    result = evaluation(
        gold,
        predicted,
        ontology=snapshot.ontology,
        train=seen if run.split == "test" else None,
        before=(before.name, before.predicted) if before else None,
        before_seen=about.seen if about else None,
        since=before.since(how, snapshot, (gold, predicted), older_predicted, run) if before else None,
        dev=(dev, dev_predicted) if dev else None,
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
        trainings=trainings,
        phrases_of=snapshot.train if run.split != "train" else None,
        cost=meter.cost,
    )
    out = Path(run.output) if run.output else Path(run.model).parent / "report"
    page = write_report(replace(result, pages=_pages(run, out)), out, run.language)
    _write_predictions(out, predicted, trainings)
    _show(result, f"{result.title}, {run.split}: {counted(len(gold), result.scores.overall.stories)}")
    terminal.say(f"report: {page}")
    return result.scores.arg_c_plus.f1


def _pages(run: EvaluateConfig, out: Path) -> dict[str, str]:
    """The address of the report of the release compared with, where the model belongs to one."""
    report = Path(run.against).resolve().parent / "report.html" if run.against else None
    if report is None or not (report.parent / RECORD).is_file() or not report.is_file():
        return {}
    return {AGAINST: quote(Path(os.path.relpath(report, out.resolve())).as_posix())}


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


@dataclass(frozen=True)
class _Training:
    """How the model was trained and with which documents; None where its record does not tell."""

    trained: Trained | None
    training: TrainingDocuments | None


def _training(path: str, snapshot: Snapshot) -> _Training:
    """How the model was trained. Warns where its record does not tell."""
    trained = None
    try:
        trained = read_training_record(path)
        return _Training(trained, TrainingDocuments.of(trained, snapshot))
    except UsageError as error:
        terminal.warn(f"the report cannot tell what {path} has seen in training: {error}")
        return _Training(trained, None)


def _development_documents(run: EvaluateConfig, snapshot: Snapshot, how: _Training) -> list[Document]:
    """The dev documents that the model did not learn from, none where they are what is scored.

    Where its record does not tell, they are all of the snapshot's.
    """
    if run.split == "dev":
        return []
    return how.training.development(snapshot) if how.training else snapshot.dev


def _earlier(run: EvaluateConfig, snapshot: Snapshot, how: _Training) -> EarlierModel:
    """The model compared with, before it is loaded."""
    opened = [how.training.sources.snapshot] if how.training else []
    return EarlierModel.open(str(run.against), snapshot, run.split, at_hand=opened, elsewhere=run.against_snapshot)


@dataclass(frozen=True)
class _Before:
    """The model compared with, and what it predicts for the gold documents, and for those of its own test set."""

    model: EarlierModel
    name: str
    predicted: Sequence[Document]
    older: Sequence[Document]
    remarks: BaselineRemarks

    @classmethod
    def of(cls, earlier: EarlierModel, gold: Sequence[Document], run: EvaluateConfig) -> _Before:
        """Load the model and predict. Raises UsageError where it cannot be loaded."""
        loaded = _loaded_model(str(run.against), run)
        predicted, older = predict_each(partial(loaded.predict, run=run), gold, earlier.gold)
        remarks = BaselineRemarks.of(earlier, loaded.encoding.ontology, gold)
        return cls(earlier, loaded.name, predicted, older, remarks)

    def since(
        self,
        how: _Training,
        snapshot: Snapshot,
        scored: tuple[Sequence[Document], Sequence[Document]],
        older: Sequence[Document],
        run: EvaluateConfig,
    ) -> SinceBefore:
        """What changed since this model. scored: gold and what the new one predicts; older: the same there."""
        sets = test_sets(
            self.model,
            how.training,
            name=f"{snapshot.manifest.name}, {run.split}",
            scored=(*scored, self.predicted),
            older=(older, self.older),
        )
        found = self.model.since(now=how.trained, training=how.training, scored=snapshot, predictions=sets)
        for remark in found.remarks:
            terminal.warn(remark)
        return found


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


def _write_predictions(out: Path, predicted: Sequence[Document], trainings: OtherTrainings) -> None:
    """The model's own predictions, and those of its other seeds, which `naba check --suspects` reads beside them."""
    for stale in out.glob("predictions-seed-*.jsonl"):
        stale.unlink()
    write_documents(out / "predictions.jsonl", predicted)
    for seed, documents in trainings.now.items():
        write_documents(out / f"predictions-seed-{seed}.jsonl", documents)


def _show(result: Evaluation, title: str) -> None:
    """Notes and scores on the terminal and, with a baseline, the changes."""
    for note in result.notes:
        terminal.warn(note)
    heading, *rows = result.scores.table()
    terminal.table(title, heading, rows)
    if result.phrases:
        figures = ", ".join(f"{unit} {percent(result.phrases.micro[unit].f1)}" for unit in UNITS_SHOWN)
        terminal.say(f"{MEANING}: {figures} F1")
    if result.before:
        heading, *rows = result.before.comparison.table()
        terminal.table(f"against {result.before.name}", heading, rows)
