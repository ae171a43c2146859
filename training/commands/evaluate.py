"""The work behind `naba evaluate`: a trained model, and the one before it, on the documents of a split."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from annotation import terminal
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.messages import N_, Message, percent
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import write_documents
from training.analysis.evaluation import AGAINST, Evaluation, evaluation
from training.analysis.leakage import leakage
from training.analysis.other_trainings import OtherTrainings
from training.analysis.phrase_baseline import MEANING, UNITS_SHOWN
from training.commands.evaluated_models import (
    EvaluatedModel,
    HowTrained,
    ModelBefore,
    ModelPredictions,
    development_documents,
    how_trained,
    loaded_model,
)
from training.config.trained import EvaluateConfig
from training.lineage.model_folder import beside_model
from training.lineage.release_record import RECORD
from training.lineage.seed_scores import SeedScores
from training.release.earlier_model import EarlierModel
from training.release.gates import load_gates
from training.release.seed_predictions import other_trainings
from training.report.report_page import write_report
from training.scoring.scores import counted


def evaluate(run: EvaluateConfig) -> float:
    """Score a model on a split, write the report and the predictions, show the scores, and return Arg-C+."""
    out = Path(run.output) if run.output else beside_model(run.model, "report")
    snapshot = Snapshot.open(run.snapshot)
    gold = snapshot.split(run.split)
    if not gold:
        raise UsageError(f"{run.snapshot}: its {run.split} split is empty; choose another split=")
    model, how = loaded_model(run.model, run), how_trained(run.model, snapshot)
    earlier = _earlier(run, snapshot, how) if run.against else None
    predicted = ModelPredictions.of(model, gold, development_documents(run, snapshot, how), earlier, run)
    before = ModelBefore.of(earlier, gold, run) if earlier else None
    trainings = other_trainings(Path(run.model), Path(run.against) if run.against else None, gold, run)
    result = _evaluated(run, snapshot, model, how, predicted, before, trainings)
    page = write_report(replace(result, pages=_pages(run, out)), out, run.language)
    _write_predictions(out, predicted.scored, trainings)
    _show(result, f"{result.title}, {run.split}: {counted(len(gold), result.scores.overall.stories)}")
    terminal.say(f"report: {page}")
    return result.scores.arg_c_plus.f1


def _evaluated(
    run: EvaluateConfig,
    snapshot: Snapshot,
    model: EvaluatedModel,
    how: HowTrained,
    predicted: ModelPredictions,
    before: ModelBefore | None,
    trainings: OtherTrainings,
) -> Evaluation:
    """The evaluation of the predictions, with all that a report says beside them."""
    gold, manifest, seen = predicted.gold, snapshot.manifest, how.training.seen if how.training else None
    remarks = before.remarks if before else None
    return evaluation(
        gold,
        predicted.scored,
        ontology=snapshot.ontology,
        train=seen if run.split == "test" else None,
        before=(before.name, before.predicted) if before else None,
        before_seen=remarks.seen if remarks else None,
        since=before.since(how, snapshot, predicted, run) if before else None,
        dev=predicted.dev,
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
        notes=[*model.notes(gold, run.model), *_seen(run.model, gold, seen), *(remarks.notes if remarks else ())],
        drops=load_gates(run.gates).drops,
        trainings=trainings,
        phrases_of=snapshot.train if run.split != "train" else None,
        cost=predicted.cost,
    )


def _pages(run: EvaluateConfig, out: Path) -> dict[str, str]:
    """The address of the report of the release compared with, where the model belongs to one."""
    report = Path(run.against).resolve().parent / "report.html" if run.against else None
    if report is None or not (report.parent / RECORD).is_file() or not report.is_file():
        return {}
    return {AGAINST: quote(Path(os.path.relpath(report, out.resolve())).as_posix())}


def _earlier(run: EvaluateConfig, snapshot: Snapshot, how: HowTrained) -> EarlierModel:
    """The model compared with, before it is loaded."""
    opened = [how.training.sources.snapshot] if how.training else []
    return EarlierModel.open(str(run.against), snapshot, run.split, at_hand=opened, elsewhere=run.against_snapshot)


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
