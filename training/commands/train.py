"""The work behind `naba train`, as a plain function of a checked configuration."""

from __future__ import annotations

import json
import logging
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import torch
import yaml
from transformers import set_seed

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.layers import LAYERS
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import atomic
from training.config.schema import TrainConfig
from training.encoding.coverage import ENOUGH, coverage
from training.encoding.encoding import Encoding
from training.inference.encoder_states import EncoderStates
from training.lineage.release_record import packages
from training.lineage.wandb_tracking import Tracker, tracking
from training.loop.calibrate import calibrate
from training.loop.data_selection import DataSelection
from training.loop.phases import phases
from training.loop.process_group import ProcessGroup, process_group
from training.loop.run_folder import RunFolder
from training.loop.trainer import fit
from training.model.encoder_training import Regime
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version
from training.scoring.scores import Scores, score

_log = logging.getLogger(__name__)
METRICS, CONFIG = "metrics.json", "config.yaml"
_FREE = ("output", "name", "resume", "tracking")
"""Settings that may differ when a run is resumed; so may the device and the number of threads."""


def train(run: TrainConfig) -> float:
    """Train a model into `output`/model and return its Arg-C+ on the development documents.

    An interrupted run is resumed from its last checkpoint; a finished one is not repeated. Processes started by
    torchrun train together, and the main one writes.
    """
    with process_group(cpu=run.fit.device == "cpu") as group:
        agreed = group.broadcast(lambda: run)  # a name made of the time of day is the main process's
        snapshot = Snapshot.open(agreed.snapshot)
        return _trained(agreed, snapshot, group)


def _trained(run: TrainConfig, snapshot: Snapshot, group: ProcessGroup) -> float:
    about = {"name": snapshot.manifest.name, "content": snapshot.manifest.content, "ontology": snapshot.ontology.hash}
    bound = {**_bound(run), "snapshot": about}
    folder = group.broadcast(lambda: RunFolder.claim(Path(run.output).resolve(), bound, resume=run.resume))
    if group.broadcast(folder.finished):
        _log.info("%s is finished already; resume=false trains it again", folder.model)
        return float(json.loads((folder.model / METRICS).read_text(encoding="utf-8"))["micro"]["Arg-C+"]["f1"])
    again = shlex.quote(f"output={run.output}")
    _log.info("training in %s; should it be broken off, the same with %s goes on", folder.path, again)
    lineage = {"config": asdict(run), "seed": run.seed, "snapshot": about, "packages": packages()}
    wish = run.tracking if group.is_main else replace(run.tracking, mode="off")
    with tracking(wish, output=folder.path, name=run.name, id=folder.id, settings=lineage) as tracker:
        tracker.used(snapshot.path, name=snapshot.manifest.name, kind="dataset", about=about)
        model, encoding, dev = _fitted(run, snapshot, folder, tracker, group)
        scores = None
        if group.is_main:
            regime = Regime.of(run.encoder)
            states = EncoderStates.of(model, encoding) if regime and regime.learns == "frozen" else None
            scores = score(dev, calibrate(model, encoding, dev, batch_size=run.fit.batch_size, states=states))
            folder.publish(lambda path: _save(path, model, encoding, scores, lineage))
            _track(tracker, scores)
            made = {"version": model_version(model), "snapshot": about["content"], "seed": run.seed}
            tracker.made(folder.model, name=f"model-{run.name}", kind="model", about=made)
            _log.info("the model is in %s; development Arg-C+ %.1f", folder.model, 100 * scores.arg_c_plus.f1)
    return group.broadcast(lambda: scores.arg_c_plus.f1 if scores else 0.0)


def _fitted(
    run: TrainConfig, snapshot: Snapshot, folder: RunFolder, tracker: Tracker, group: ProcessGroup
) -> tuple[EventExtractor, Encoding, Sequence[Document]]:
    """The trained model, its encoding, and the documents that chose its weights."""
    if run.fit.threads:
        torch.set_num_threads(run.fit.threads)
    set_seed(run.seed)
    chosen = DataSelection.of(snapshot, run.data, run.seed)
    encoding = Encoding.build(snapshot.ontology, run.model, run.encoder)
    _log_lost(encoding, chosen.train, run.snapshot)
    model = EventExtractor.build(run.model, run.encoder, encoding)
    model.config.run_name = run.name
    for phase in phases(run.fit, run.encoder):
        checkpoint = group.broadcast(partial(folder.checkpoint, phase.name))
        if phase.name and group.broadcast(folder.checkpoint):
            continue  # a later phase had begun
        if checkpoint:
            _log.info("going on from %s", checkpoint)
        fit(
            model,
            encoding,
            chosen,
            phase.fit,
            seed=run.seed,
            tracker=tracker,
            checkpoints=folder.checkpoints / phase.name,
            resume=checkpoint,
            group=group,
            regime=phase.regime,
        )
    return model, encoding, chosen.dev


def _log_lost(encoding: Encoding, documents: Sequence[Document], snapshot: str) -> None:
    """Log which annotations the model cannot learn, before it is trained.

    Raises UsageError where the encoder sees no character of most of the marked words.
    """
    totals = coverage(encoding, documents)
    spans = totals.spans
    if 2 * spans.unseen > spans.total:
        raise UsageError(
            f"the encoder knows no character of {spans.unseen} of {spans.total} marked words of {snapshot}; "
            "give it the scripts of the articles (encoder.scripts), or another encoder"
        )
    if not totals.lost:
        return
    reasons = ", ".join(f"{why}: {count}" for why, count in totals.reasons([*LAYERS, "attribute"])[:5])
    if totals.share < ENOUGH:
        _log.warning(
            "only %.2f%% of the marks of %d documents can be learned (%s); naba audit snapshot=%s says more",
            100 * totals.share,
            totals.documents,
            reasons,
            snapshot,
        )
    else:
        _log.info("%d marks of %d documents cannot be learned (%s)", totals.lost.total(), totals.documents, reasons)


def _bound(run: TrainConfig) -> dict[str, object]:
    """The settings that must be equal for a run to be resumed."""
    row = {key: value for key, value in asdict(run).items() if key not in _FREE}
    return {**row, "fit": {key: value for key, value in row["fit"].items() if key not in ("device", "threads")}}


def _save(
    folder: Path, model: EventExtractor, encoding: Encoding, scores: Scores, lineage: Mapping[str, object]
) -> None:
    """Fill a model folder; `lineage` becomes its config.yaml."""
    model.save_pretrained(str(folder))
    encoding.save_pretrained(folder)
    with atomic(folder / METRICS) as file:
        json.dump(scores.as_dict(), file, ensure_ascii=False, indent=2)
    with atomic(folder / CONFIG) as file:
        yaml.safe_dump(json.loads(json.dumps(lineage)), file, allow_unicode=True, sort_keys=False)


def _track(tracker: Tracker, scores: Scores) -> None:
    """The final scores, and those of each type, beside the curves."""
    tracker.summary({f"final/{unit}": prf.f1 for unit, prf in scores.micro.items()})
    columns = ("kind", "type", "f1", "precision", "recall", "gold", "predicted", "correct")
    rows = (
        (kind, name, prf.f1, prf.precision, prf.recall, prf.gold, prf.predicted, prf.correct)
        for kind, types in scores.by_type.items()
        for name, prf in types.items()
    )
    tracker.table("types", columns, rows)
