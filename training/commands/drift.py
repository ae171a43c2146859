"""The work behind `naba drift`: are new articles still like those a model was trained on, and which to label if not.

OUTPUT/drift.json        every measure, with intervals, and what was found
OUTPUT/predicted.jsonl   the new articles as the model marks them; broken off, the same command goes on there
OUTPUT/queue.jsonl       which of them to label, in order, where that would help
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from annotation import terminal
from annotation.core import json_text
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.selection.active_learning import Queued, queue
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import atomic, read_documents
from training.analysis.article_figures import TrainedOn
from training.analysis.drift import Drift, drifts
from training.analysis.drift_measures import Articles
from training.commands.predict import write_predictions
from training.config.trained import DriftConfig, PredictConfig
from training.inference.loading import load_predictor
from training.inference.predictor import Predictor
from training.release.training_lineage import TrainingDocuments, read_training_record

SCHEMA = 1
_SHOWN = 5
"""Reasons in the line that asks for labels; all are in drift.json."""
_RECORD, _PREDICTED, _QUEUE = "drift.json", "predicted.jsonl", "queue.jsonl"
_WORDS = {
    "unknown": "{name}: {before} before, {now} now",
    "length": "{name}: {before} before, {now} now",
    "source": "articles of {name}: {before} before, {now} now",
    "language": "articles in {name}: {before} before, {now} now",
    "type": "predicted {name}: {before} before, {now} now",
    "mix": "predicted {name}: {before} by chance, {now} now",
    "score": "mean score of {name}: {before} before, {now} now",
    "uncertainty": "uncertainty, {name}: {before} before, {now} now",
}


@dataclass(frozen=True)
class DriftReport:
    """What was found. unseen: languages that the model was not trained on, with the articles of each."""

    model: str
    snapshot: str
    new: Articles
    trained: int
    held_out: int
    measures: Sequence[Drift]
    unseen: dict[str, int]

    @property
    def reasons(self) -> list[str]:
        """Why some should be labelled; none where that would not help."""
        languages = [
            f"{many} articles in {code}, of which it was trained on none" for code, many in self.unseen.items()
        ]
        return languages + [worded(drift) for drift in self.measures if drift.asks_for_labels]

    def as_dict(self) -> dict[str, object]:
        """What drift.json holds."""
        return {
            "schema": SCHEMA,
            "model": self.model,
            "snapshot": self.snapshot,
            "articles": {
                "new": len(self.new.figures),
                "new_stories": len(set(self.new.stories)),
                "trained_on": self.trained,
                "held_out": self.held_out,
            },
            "label": bool(self.reasons),
            "reasons": self.reasons,
            "measures": [measure.as_dict() for measure in self.measures],
        }


def drift(run: DriftConfig) -> DriftReport:
    """Compare, write the record and, where labels would help, the queue; say what was found.

    Raises UsageError when the model does not say what it was trained on, that is not there, or there are no articles.
    """
    out = Path(run.output)
    asked = PredictConfig(
        model=run.model,
        input=run.input,
        output=str(out / _PREDICTED),
        batch_size=run.batch_size,
        device=run.device,
        threads=run.threads,
    )
    predictor = load_predictor(asked)
    snapshot, learned = _learned(run)
    if not write_predictions(asked, predictor):
        raise UsageError(f"{run.input}: holds no articles to compare")
    report = _compared(run, predictor, snapshot, learned, out / _PREDICTED)
    order = _queue(out / _PREDICTED, learned, run.most) if report.reasons else []
    _write(out, report, order)
    _say(out, report, order)
    return report


def _learned(run: DriftConfig) -> tuple[Snapshot, list[Document]]:
    """The snapshot that the model was trained on, and the documents that it learned from."""
    trained = read_training_record(run.model)
    documents = TrainingDocuments.of(trained, trained_on=run.snapshot, setting="snapshot")
    return documents.sources.snapshot, list(documents.learned)


def _compared(
    run: DriftConfig, predictor: Predictor, snapshot: Snapshot, learned: Sequence[Document], predicted: Path
) -> DriftReport:
    ids = {document.id for document in learned}
    trained = TrainedOn(predictor.encoding.tokenizer, learned)
    new = trained.new(read_documents(predicted))
    languages = {row.language for row in new.figures}
    others = [d for d in (*snapshot.dev, *snapshot.test) if d.id not in ids and d.language in languages]
    held_out = trained.new(predictor.stream(others))
    known = {document.language for document in learned}
    unseen = [row.language for row in new.figures if row.language not in known]
    return DriftReport(
        model=predictor.version,
        snapshot=f"{snapshot.manifest.name} ({snapshot.manifest.content[:12]})",
        new=new,
        trained=len(learned),
        held_out=len(others),
        measures=drifts(_in(trained.articles(), languages), held_out, new, least=run.least),
        unseen={code: unseen.count(code) for code in sorted(set(unseen))},
    )


def _in(articles: Articles, languages: set[str]) -> Articles:
    """Those in the languages of the new ones: one who reads Hebrew alone is not told that there is no Arabic."""
    kept = [at for at, row in enumerate(articles.figures) if row.language in languages]
    return Articles([articles.figures[at] for at in kept], [articles.stories[at] for at in kept])


def _queue(predicted: Path, learned: Sequence[Document], most: int) -> list[Queued]:
    return queue(read_documents(predicted), learned, most=most)


def _write(out: Path, report: DriftReport, order: Sequence[Queued]) -> None:
    with atomic(out / _RECORD) as file:
        json_text.dump(json_text.figures(report.as_dict()), file, indent=2)
    if not report.reasons:
        (out / _QUEUE).unlink(missing_ok=True)  # of an earlier run, which found another answer
        return
    with atomic(out / _QUEUE) as file:
        file.writelines(json_text.dumps(asdict(queued)) + "\n" for queued in order)


def worded(drift: Drift) -> str:
    """A measure as text, such as "mean score of triggers: 81.2 before, 70.4 now"."""
    before, now = (_figure(drift, value) for value in (drift.before.value, drift.now.value))
    return _WORDS[drift.kind].format(name=drift.name, before=before, now=now)


def _figure(drift: Drift, value: float) -> str:
    """A value as it is shown: shares and scores in percent."""
    plain = drift.kind in ("length", "uncertainty") or drift.name == "events in 100 words"
    return f"{value:.3g}" if plain and value < 100 else f"{value:.0f}" if plain else f"{100 * value:.1f}%"


def _say(out: Path, report: DriftReport, order: Sequence[Queued]) -> None:
    rows = [_row(measure) for measure in report.measures if measure.enough]
    title = f"{len(report.new.figures)} new articles against {report.trained} that {report.model} was trained on"
    terminal.table(title, ("", "before", "now", "change (95%)", ""), rows)
    few = sum(not measure.enough for measure in report.measures)
    terminal.say(
        f"predicted types and scores are compared with the {report.held_out} articles of {report.snapshot} that it has "
        f"not learnt from; {few} measures: too few to say ({out / _RECORD})"
    )
    if any(measure.kind == "mix" and measure.enough for measure in report.measures):
        terminal.say("events of other types: what chance alone gives stands under before")
    if not report.reasons:
        terminal.say("no drift that labels would help against")
        return
    terminal.say(
        f"label some of these: {'; '.join(report.reasons[:_SHOWN])}{'; ...' if report.reasons[_SHOWN:] else ''}"
    )
    terminal.say(
        f"{len(order)} articles in the order to label them: {out / _QUEUE}; "
        f"naba queue {out / _PREDICTED} --project NAME puts them in order in a project"
    )


def _row(drift: Drift) -> tuple[str, ...]:
    label = _WORDS[drift.kind].partition(":")[0].format(name=drift.name)
    change = _signed(drift, drift.difference)
    if drift.interval:
        change += " ({} to {})".format(*(_signed(drift, end) for end in drift.interval))
    said = "drifted" if drift.drifted else ""
    return label, _figure(drift, drift.before.value), _figure(drift, drift.now.value), change, said


def _signed(drift: Drift, value: float) -> str:
    return f"{'-' if value < 0 else '+'}{_figure(drift, abs(value))}"
