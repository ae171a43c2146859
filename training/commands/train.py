"""The work behind `naba train`, as a plain function of a checked configuration."""

from __future__ import annotations

import json
import logging
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
import yaml
from transformers import set_seed

from annotation.core import json_text
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.layers import LAYERS
from annotation.storage.documents_file import atomic
from annotation.storage.json_file import read_object
from training.commands.initial_model import InitialModel
from training.commands.train_record import about, made_of, must_be_equal
from training.commands.train_seeds import train_seeds
from training.config.schema import PretrainedEncoderConfig, TrainConfig
from training.encoding.bundled import checkpoint_of
from training.encoding.coverage import ENOUGH, coverage
from training.encoding.encoding import Encoding
from training.encoding.hub import checkpoint_hash
from training.inference.encoder_states import EncoderStates
from training.lineage.git_commit import git_commit
from training.lineage.pretraining_record import may_have_read
from training.lineage.release_record import packages
from training.lineage.wandb_tracking import Tracker, tracking
from training.loop.calibrate import calibrate
from training.loop.checkpoints import check_space
from training.loop.continued_run import Finished
from training.loop.data_selection import DataSelection
from training.loop.one_device import computed_on
from training.loop.phases import phases
from training.loop.process_group import ProcessGroup, process_group
from training.loop.run_folder import METRICS, RunFolder
from training.loop.trainer import check_splits, fit
from training.loop.training_sources import TrainingSources
from training.model.encoder_training import Regime, check_regime, least_trained
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version
from training.release.training_card import training_card
from training.scoring.scores import Scores, score

_log = logging.getLogger(__name__)
CONFIG, CARD = "config.yaml", "README.md"


def train(run: TrainConfig) -> float:
    """Train a model into `output`/model and return its `fit.metric` on the development documents, in 0..1.

    An interrupted run is resumed from its last checkpoint; a finished one is not repeated, but taken further where it
    is to have more epochs. Processes started by torchrun train together, and the main one writes. With `seeds`, the
    mean over them is returned.
    """
    with process_group(cpu=run.fit.device == "cpu") as group:
        agreed = group.broadcast(lambda: run)  # a name made of the time of day is the main process's
        sources = TrainingSources.open(agreed.snapshot, agreed.data.also)
        initial = InitialModel.open(agreed, sources.snapshot.ontology)
        if agreed.seeds is None:
            return _trained(agreed, sources, initial, group)
        bound = must_be_equal(agreed, sources, initial)
        return train_seeds(agreed, bound, lambda one: _trained(one, sources, initial, group), group)


def _trained(run: TrainConfig, sources: TrainingSources, initial: InitialModel | None, group: ProcessGroup) -> float:
    snapshot = sources.snapshot
    bound = must_be_equal(run, sources, initial)
    folder = group.broadcast(lambda: RunFolder.plan(Path(run.output).resolve(), bound, resume=run.resume))
    if group.broadcast(folder.finished):
        group.broadcast(folder.tidied)
        _log.info("%s is finished already; resume=false trains it again", folder.model)
        return float(read_object(folder.model / METRICS)["micro"][run.fit.metric]["f1"])
    prepared = _prepared(run, sources, initial)  # what is wrong is found before anything is written
    group.broadcast(partial(_check_space, run, prepared.model, folder.checkpoints))
    before = Finished.read(folder, prepared.model, run) if folder.stages else None
    begun = {"commit": git_commit(), **computed_on(run.fit), **_encoder_hash(run)}
    group.broadcast(lambda: folder.begin(bound, begun))
    again = shlex.quote(f"output={run.output}")
    _log.info("training in %s; if it is interrupted, the same command with %s resumes it", folder.path, again)
    lineage = {**made_of(run, sources, initial), "packages": packages(), **begun}
    if run.encoder.tables and may_have_read(run.encoder.tables, snapshot.manifest.content):
        _log.warning(
            "%s may have been made of dev or test articles of this snapshot: naba pretrain was not given snapshot=%s",
            run.encoder.tables,
            run.snapshot,
        )
    if folder.stages:
        lineage["stages"] = [stage.epochs for stage in folder.stages]
    wish = run.tracking if group.is_main else replace(run.tracking, mode="off", tensorboard=False)
    with tracking(wish, output=folder.path, name=run.name, id=folder.id, settings=lineage) as tracker:
        for each in sources.all:
            tracker.used(each.path, name=each.manifest.name, kind="dataset", about=about(each))
        if initial:
            tracker.used(initial.folder, name=f"model-{initial.name}", kind="model", about=initial.about)
        _fit(run, prepared, folder, tracker, group)
        reached = _published(run, sources, prepared, folder, before, lineage, tracker) if group.is_main else 0.0
    return group.broadcast(lambda: reached)


def _published(
    run: TrainConfig,
    sources: TrainingSources,
    prepared: _Prepared,
    folder: RunFolder,
    before: Finished | None,
    lineage: Mapping[str, object],
    tracker: Tracker,
) -> float:
    """Save the best of this training and of the finished model before, and return what it reaches on dev."""
    model, encoding = prepared.model, prepared.encoding
    scores = _scores(run, prepared)
    if before and before.reached > scores.micro[run.fit.metric].f1:
        _log.info("no epoch was better than the finished model, whose weights stay")
        before.restore(model)
        scores = _scores(run, prepared)
    card = training_card(run, prepared.selection.train, [each.manifest for each in sources.all], scores, packages())
    folder.publish(lambda path: _save(path, model, encoding, scores, lineage, card))
    _track(tracker, scores)
    content = sources.snapshot.manifest.content
    made = {"version": model_version(model), "snapshot": content, "seed": run.seed}
    tracker.made(folder.model, name=f"model-{run.name}", kind="model", about=made)
    reached = scores.micro[run.fit.metric].f1
    _log.info("the model is in %s; development %s %.1f", folder.model, run.fit.metric, 100 * reached)
    return reached


def _check_space(run: TrainConfig, model: EventExtractor, checkpoints: Path) -> None:
    """Raise UsageError where the disk has no room for the run."""
    check_space(checkpoints, model, least_trained(model, (model.encoder, *model.others), Regime.of(run.encoder)))


def _encoder_hash(run: TrainConfig) -> dict[str, str]:
    """The hash of a pretrained encoder's weights, by its place in records."""
    if not isinstance(run.encoder, PretrainedEncoderConfig):
        return {}
    return {"encoder_weights": checkpoint_hash(*checkpoint_of(run.encoder))}


@dataclass(frozen=True)
class _Prepared:
    """What a training needs: the documents, their encoding, and the model that is not trained yet."""

    selection: DataSelection
    encoding: Encoding
    model: EventExtractor


def _prepared(run: TrainConfig, sources: TrainingSources, initial: InitialModel | None) -> _Prepared:
    """The parts of a run. Raises UsageError for documents or an encoder that cannot be had, and writes nothing."""
    if run.fit.threads:
        torch.set_num_threads(run.fit.threads)
    set_seed(run.seed)
    for each in sources.additions:
        _log.log(logging.INFO if each.documents else logging.WARNING, "%s adds %s", each.snapshot.path, each)
    chosen = DataSelection.of(sources, run.data, run.seed)
    check_splits(chosen)
    encoding = Encoding.build(sources.snapshot.ontology, run.model, run.encoder)
    _log_lost(encoding, chosen.train, run.snapshot)
    model = EventExtractor.build(run.model, run.encoder, encoding)
    check_regime(model.encoder, Regime.of(run.encoder))
    model.config.run_name = run.name
    if initial:
        initial.take_over(model, encoding, sources.snapshot)
    return _Prepared(chosen, encoding, model)


def _fit(run: TrainConfig, prepared: _Prepared, folder: RunFolder, tracker: Tracker, group: ProcessGroup) -> None:
    """Train the model in place, phase by phase, from the newest checkpoint if there is one."""
    done = folder.epochs_before
    every = list(phases(replace(run.fit, epochs=run.fit.epochs - done), run.encoder))
    for phase in every[-1:] if done else every:
        checkpoint = group.broadcast(partial(folder.checkpoint, phase.name))
        if phase.name and group.broadcast(folder.checkpoint):
            continue  # a later phase had begun
        if len(every) > 1:
            learns = f"encoder.learns={phase.regime.learns}" if phase.regime else ""
            _log.info("%s: %d epochs with %s", phase.name or "then", phase.fit.epochs, learns)
        if checkpoint:
            _log.info("going on from %s", checkpoint)
        fit(
            prepared.model,
            prepared.encoding,
            prepared.selection,
            phase.fit,
            seed=run.seed + done,  # where a finished run is taken further, another order of the documents than before
            tracker=tracker,
            checkpoints=folder.checkpoints / phase.name,
            resume=checkpoint,
            group=group,
            regime=phase.regime,
        )


def _scores(run: TrainConfig, prepared: _Prepared) -> Scores:
    """The scores on the development documents, which the model is calibrated on."""
    model, encoding, dev = prepared.model, prepared.encoding, prepared.selection.dev
    regime = Regime.of(run.encoder)
    states = EncoderStates.of(model, encoding) if regime and regime.learns == "frozen" else None
    return score(dev, calibrate(model, encoding, dev, batch_size=run.fit.batch_size, states=states))


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


def _save(
    folder: Path, model: EventExtractor, encoding: Encoding, scores: Scores, lineage: Mapping[str, object], card: str
) -> None:
    """Fill a model folder; `lineage` becomes its config.yaml, `card` its README.md."""
    model.save_pretrained(str(folder))
    encoding.save_pretrained(folder)
    with atomic(folder / METRICS) as file:
        json_text.dump(scores.as_dict(), file, indent=2)
    with atomic(folder / CONFIG) as file:
        yaml.safe_dump(json.loads(json.dumps(lineage)), file, allow_unicode=True, sort_keys=False)
    with atomic(folder / CARD) as file:
        file.write(card)


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
