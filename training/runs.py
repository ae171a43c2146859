"""The work behind `naba train`, `evaluate` and `predict`, as plain functions of a checked configuration."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
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
from training.comparison import Comparison
from training.config import DataConfig, EvaluateConfig, PredictConfig, TrainConfig
from training.encoding import Encoding
from training.finding import known_by, ready, watched
from training.fit import fit
from training.folder import RunFolder
from training.model import EventExtractor
from training.predict import model_version
from training.predict import predict as find
from training.record import packages
from training.report.evaluation import Evaluation, evaluation
from training.report.page import write_report
from training.scoring import Scores, score
from training.tracking import Tracker, tracking

_log = logging.getLogger(__name__)
METRICS, CONFIG = "metrics.json", "config.yaml"
_FREE = ("output", "name", "resume", "tracking")
"""Settings that may differ when a run is taken up again; so may where and on how many threads it is computed."""


@dataclass(frozen=True)
class Chosen:
    """The documents of a snapshot that a run uses."""

    train: Sequence[Document]
    dev: Sequence[Document]

    @classmethod
    def of(cls, snapshot: Snapshot, data: DataConfig) -> Chosen:
        """Those of the languages wanted; of these, the first `limit` to train on."""

        def some(documents: Iterable[Document]) -> list[Document]:
            return [d for d in documents if data.languages is None or d.language in data.languages]

        train = some(snapshot.train)[: data.limit]
        return cls(train, train if data.dev == "train" else some(snapshot.dev))


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


def evaluate(run: EvaluateConfig) -> float:
    """Score a model on a split, write the report and the predictions, show the scores, and return Arg-C+."""
    snapshot = Snapshot.open(run.snapshot)
    gold = snapshot.split(run.split)
    if not gold:
        raise UsageError(f"{run.snapshot}: its {run.split} split is empty; choose another split=")
    name, predicted = _predicted(run.model, gold, run)
    content = snapshot.manifest.content[:12]
    result = evaluation(
        gold,
        predicted,
        ontology=snapshot.ontology,
        train=snapshot.train if run.split != "train" else None,
        before=_predicted(run.against, gold, run) if run.against else None,
        agreement=snapshot.manifest.agreement,
        title=f"{name} on {snapshot.manifest.name}",
        meta={"model": name, "snapshot": f"{snapshot.manifest.name} ({content})", "split": run.split},
        studio=run.studio,
    )
    out = Path(run.output) if run.output else Path(run.model).parent / "report"
    page = write_report(result, out)
    write_documents(out / "predictions.jsonl", predicted)
    _show(result, f"{result.title}, {run.split}: {len(gold)} documents")
    terminal.say(f"report: {page}")
    return result.scores.arg_c_plus.f1


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


def _predicted(path: str, gold: Sequence[Document], run: EvaluateConfig) -> tuple[str, list[Document]]:
    """The model's version, and what it finds in gold. Raises UsageError when it cannot say gold's labels."""
    model, encoding = ready(path, run)
    known_by(encoding.ontology, gold, path=path)
    name = model_version(model)
    return name, list(watched(find(model, encoding, gold, batch_size=run.batch_size, version=name)))


def _show(result: Evaluation, title: str) -> None:
    """The scores on the terminal, and where there is a model before, what changed."""
    heading = ("", "F1", "95%", "P", "R", "gold", *(f"F1 {language}" for language in result.scores.by_language))
    terminal.table(title, heading, _table(result.scores))
    if result.before:
        heading = ("", "F1", "before", "change", "95%", "")
        terminal.table(f"against {result.before.name}", heading, _changes(result.before.comparison))


def _table(scores: Scores) -> Iterator[tuple[str, ...]]:
    """The seven scores in percent, overall and in each language; the report has more."""
    for unit, prf in scores.micro.items():
        low, high = prf.interval or (prf.f1, prf.f1)
        languages = [part.micro[unit].f1 for part in scores.by_language.values()]
        shares = [f"{100 * share:.1f}" for share in (prf.f1, low, high, prf.precision, prf.recall, *languages)]
        yield unit, shares[0], f"{shares[1]}-{shares[2]}", *shares[3:5], str(prf.gold), *shares[5:]


def _changes(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    """Rows of F1 now and before, their difference with its interval, and whether that is enough to say."""
    for unit, change in comparison.micro.items():
        figures = f"{100 * change.now:.1f}", f"{100 * change.before:.1f}", f"{100 * change.delta:+.1f}"
        yield unit, *figures, f"{100 * change.low:+.1f}..{100 * change.high:+.1f}", "" if change.enough else "too few"


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
