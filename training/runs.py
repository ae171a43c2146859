"""The work behind `naba train` and `naba predict`, as plain functions of a checked configuration."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path

import torch
import yaml
from transformers import set_seed

from annotation import terminal
from annotation.document import Document
from annotation.errors import UsageError
from annotation.files import atomic, read_documents, write_documents
from annotation.snapshot import Snapshot
from training.chosen import Chosen
from training.config import PredictConfig, TrainConfig
from training.encoding import Encoding
from training.finding import ready, watched
from training.fit import fit
from training.folder import RunFolder
from training.model import EventExtractor
from training.predict import model_version
from training.predict import predict as find
from training.record import packages
from training.scoring import Scores, score
from training.tracking import Tracker, tracking

_log = logging.getLogger(__name__)
METRICS, CONFIG = "metrics.json", "config.yaml"
_FREE = ("output", "name", "resume", "tracking")
"""Settings that may differ when a run is taken up again; so may where and on how many threads it is computed."""


def train(run: TrainConfig) -> float:
    """Train a model into `output`/model and return its Arg-C+ on the development documents.

    A run that was broken off goes on from its last checkpoint; one that was finished is not repeated.
    """
    snapshot = Snapshot.open(run.snapshot)
    about = {"name": snapshot.manifest.name, "content": snapshot.manifest.content, "ontology": snapshot.ontology.hash}
    folder = RunFolder.claim(Path(run.output).resolve(), {**_bound(run), "snapshot": about}, resume=run.resume)
    if folder.finished():
        _log.info("%s is finished already; resume=false trains it again", folder.model)
        return float(json.loads((folder.model / METRICS).read_text(encoding="utf-8"))["micro"]["Arg-C+"]["f1"])
    _log.info("training in %s; should it be broken off, the same with output=%s goes on", folder.path, run.output)
    told = {"config": asdict(run), "seed": run.seed, "snapshot": about, "packages": packages()}
    with tracking(run.tracking, output=folder.path, name=run.name, id=folder.id, settings=told) as tracker:
        tracker.used(snapshot.path, name=snapshot.manifest.name, kind="dataset", about=about)
        model, encoding, scores = _train(run, snapshot, folder, tracker)
        folder.publish(lambda path: _save(path, model, encoding, scores, told))
        _track(tracker, scores)
        made = {"version": model_version(model), "snapshot": about["content"], "seed": run.seed}
        tracker.made(folder.model, name=f"model-{run.name}", kind="model", about=made)
    _log.info("the model is in %s; development Arg-C+ %.1f", folder.model, 100 * scores.arg_c_plus.f1)
    return scores.arg_c_plus.f1


def predict(run: PredictConfig) -> int:
    """Write every document of `input` with what the model finds in it, and return how many there were."""
    model, encoding = ready(run.model, run)
    documents = _documents(Path(run.input))
    count = write_documents(run.output, watched(find(model, encoding, documents, batch_size=run.batch_size)))
    terminal.say(f"{count} documents: {run.output}")
    return count


def _train(
    run: TrainConfig, snapshot: Snapshot, folder: RunFolder, tracker: Tracker
) -> tuple[EventExtractor, Encoding, Scores]:
    if run.fit.threads:
        torch.set_num_threads(run.fit.threads)
    set_seed(run.seed)
    chosen = Chosen.of(snapshot, run.data)
    encoding = Encoding.build(snapshot.ontology, run.model, run.encoder)
    _say_lost(encoding, chosen.train)
    model = EventExtractor.build(run.model, run.encoder, encoding)
    model.config.run_name = run.name
    checkpoint = folder.checkpoint()
    if checkpoint:
        _log.info("going on from %s", checkpoint)
    fit(
        model,
        encoding,
        chosen,
        run.fit,
        seed=run.seed,
        tracker=tracker,
        checkpoints=folder.checkpoints,
        resume=checkpoint,
    )
    predicted = list(find(model, encoding, chosen.dev, batch_size=run.fit.batch_size))
    return model, encoding, score(chosen.dev, predicted)


def _say_lost(encoding: Encoding, documents: Sequence[Document]) -> None:
    """What the model cannot be taught is said before it is trained, not found out after."""
    lost = Counter(loss.why for document in documents for loss in encoding.audit(document).lost)
    if lost:
        reasons = ", ".join(f"{why}: {count}" for why, count in lost.most_common(5))
        _log.info("%d marks of %d documents cannot be learned (%s)", lost.total(), len(documents), reasons)


def _bound(run: TrainConfig) -> dict[str, object]:
    """The settings that make a run this one."""
    row = {key: value for key, value in asdict(run).items() if key not in _FREE}
    return {**row, "fit": {key: value for key, value in row["fit"].items() if key not in ("device", "threads")}}


def _save(folder: Path, model: EventExtractor, encoding: Encoding, scores: Scores, told: Mapping[str, object]) -> None:
    """Fill a model folder; `told` becomes its config.yaml."""
    model.save_pretrained(str(folder))
    encoding.save_pretrained(folder)
    with atomic(folder / METRICS) as file:
        json.dump(scores.as_dict(), file, ensure_ascii=False, indent=2)
    with atomic(folder / CONFIG) as file:
        yaml.safe_dump(json.loads(json.dumps(told)), file, allow_unicode=True, sort_keys=False)


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


def _documents(path: Path) -> Iterator[Document]:
    """The Documents of a file, or of all splits of a snapshot."""
    if (path / "manifest.json").is_file():
        snapshot = Snapshot.open(path)
        return chain(snapshot.train, snapshot.dev, snapshot.test)
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name a Documents file, or the folder of a snapshot")
    if not path.name.endswith((".jsonl", ".jsonl.gz")):
        raise UsageError(f"{path}: not a Documents file (.jsonl, .jsonl.gz); naba read makes one of articles")
    return read_documents(path)
