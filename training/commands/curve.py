"""The work behind `naba curve`: a model for each share of the documents, and what more labels would bring."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

from annotation import terminal
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.matching import UNITS
from annotation.core.messages import N_, Message, percent
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import read_documents, write_documents
from training.analysis.learning_curve import Curve, TrainingPoint
from training.commands.train import train
from training.config.schema import CurveConfig, TrainConfig
from training.inference.loading import load_model
from training.inference.predictor import predict
from training.loop.data_selection import DataSelection
from training.loop.training_sources import TrainingSources
from training.report.learning_curve_page import TREND_HEADING, trend_row, verdict, write_curve
from training.scoring.scores import score

_log = logging.getLogger(__name__)


def curve(run: CurveConfig) -> float:
    """Train what is not trained yet, write curve.html and curve.json, and return `fit.metric` with everything, in 0..1.

    Each point is a run in a folder of its own, as `naba train` makes it, and is not repeated once it is finished.
    """
    sources = TrainingSources.open(run.snapshot, run.data.also)
    gold = _gold(sources.snapshot, run)
    runs = list(_runs(run))
    points = []
    for number, (share, one) in enumerate(runs, start=1):
        _log.info("point %d of %d: %g%% of the documents, seed %d", number, len(runs), 100 * share, one.seed)
        train(one)
        points.append(_point(share, one, sources, gold, run.split))
    learning_curve = Curve(points)
    manifests = [each.manifest for each in sources.all]
    about = {N_("snapshot"): " + ".join(f"{m.name} ({m.content[:12]})" for m in manifests), N_("split"): run.split}
    page = write_curve(
        learning_curve,
        Path(run.output),
        ontology=sources.snapshot.ontology,
        title=Message("What more labels bring to %(name)s", name=run.name),
        meta=about,
        language=run.language,
    )
    _show(learning_curve)
    terminal.say(f"curve: {page}")
    return learning_curve.trends[run.fit.metric].f1[-1]


def _gold(snapshot: Snapshot, run: CurveConfig) -> list[Document]:
    """The documents that every point is scored on. Raises UsageError where there are none."""
    languages = run.data.languages
    gold = [d for d in snapshot.split(run.split) if languages is None or d.language in languages]
    if not gold:
        raise UsageError(f"{run.snapshot}: its {run.split} split has no document to score; choose another split=")
    return gold


def _runs(run: CurveConfig) -> Iterator[tuple[float, TrainConfig]]:
    """The training of each point, the small shares first: they take little time and show what goes wrong."""
    base = TrainConfig(**{field.name: getattr(run, field.name) for field in fields(TrainConfig)})
    for share in sorted(set(run.shares)):
        times = 1 / share if run.same_steps else 1.0
        fit = replace(
            run.fit, epochs=round(run.fit.epochs * times), evaluate_every=round(run.fit.evaluate_every * times)
        )
        for seed in run.seeds or (run.seed,):
            name = f"share-{share:g}-seed-{seed}"
            yield (
                share,
                replace(
                    base,
                    name=f"{run.name}-{name}",
                    output=str(Path(run.output) / name),
                    seed=seed,
                    seeds=None,
                    fit=fit,
                    data=replace(run.data, share=share),
                    tracking=replace(run.tracking, group=run.tracking.group or run.name),
                ),
            )


def _point(
    share: float, one: TrainConfig, sources: TrainingSources, gold: Sequence[Document], split: str
) -> TrainingPoint:
    """The point of a trained model. Its predictions are stored in its folder, so another model there removes them."""
    learned = DataSelection.of(sources, one.data, one.seed).train
    folder = Path(one.output) / "model"
    file = folder / f"predictions-{split}.jsonl"
    if not file.exists():
        model, encoding = load_model(folder)
        write_documents(file, predict(model, encoding, gold, batch_size=one.fit.batch_size))
    return TrainingPoint(
        share=share,
        seed=one.seed,
        documents=len(learned),
        examples=Counter(event.type for document in learned for event in document.events),
        scores=score(gold, read_documents(file)),
    )


def _show(learning_curve: Curve) -> None:
    """The scores at each size, and their trends."""
    heading = ("documents", *UNITS)
    rows = [
        (f"{size:g} ({100 * share:g}%)", *(percent(learning_curve.trends[unit].f1[at]) for unit in UNITS))
        for at, (share, size) in enumerate(zip(learning_curve.shares, learning_curve.sizes, strict=True))
    ]
    terminal.table(f"F1 on {len(learning_curve.points[0].scores.ids)} documents", heading, rows)
    terminal.table("with more documents", TREND_HEADING, map(trend_row, learning_curve.trends.values()))
    terminal.say(verdict(learning_curve).words)
