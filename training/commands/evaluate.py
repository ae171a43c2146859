"""The work behind `naba evaluate`: a trained model, and the one before it, on the documents of a split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation import terminal
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import write_documents
from training.analysis.evaluation import Evaluation, agreement_scores, evaluation
from training.analysis.oracle_ceilings import Ceilings, ceilings
from training.analysis.paired_bootstrap import Comparison
from training.config.schema import EvaluateConfig
from training.encoding.encoding import Encoding
from training.inference.loading import load_on_device
from training.inference.predictor import predict as find
from training.inference.progress import with_progress
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version
from training.release.training_lineage import read_training_record, training_documents
from training.report.page import write_report
from training.scoring.compatibility import check_labels_known
from training.scoring.scores import Scores


def evaluate(run: EvaluateConfig) -> float:
    """Score a model on a split, write the report and the predictions, show the scores, and return Arg-C+."""
    snapshot = Snapshot.open(run.snapshot)
    gold = snapshot.split(run.split)
    if not gold:
        raise UsageError(f"{run.snapshot}: its {run.split} split is empty; choose another split=")
    model = _known(run.model, gold, run)
    predicted = model.find(gold, run)
    other = _known(run.against, gold, run) if run.against else None
    manifest = snapshot.manifest
    result = evaluation(
        gold,
        predicted,
        ontology=snapshot.ontology,
        train=_learnt(run.model, snapshot) if run.split == "test" else None,
        before=(other.name, other.find(gold, run)) if other else None,
        agreement=manifest.agreement,
        ceilings=model.ceilings(gold, manifest.agreement, run) if run.ceilings else None,
        title=f"{model.name} on {manifest.name}",
        meta={"model": model.name, "snapshot": f"{manifest.name} ({manifest.content[:12]})", "split": run.split},
        studio=run.studio,
    )
    out = Path(run.output) if run.output else Path(run.model).parent / "report"
    page = write_report(result, out)
    write_documents(out / "predictions.jsonl", predicted)
    _show(result, f"{result.title}, {run.split}: {len(gold)} documents")
    terminal.say(f"report: {page}")
    return result.scores.arg_c_plus.f1


@dataclass(frozen=True)
class _Known:
    """A model that can say what gold is marked in."""

    name: str
    model: EventExtractor
    encoding: Encoding

    def find(self, gold: Sequence[Document], run: EvaluateConfig) -> list[Document]:
        """What it finds in the gold documents."""
        return list(with_progress(find(self.model, self.encoding, gold, batch_size=run.batch_size, version=self.name)))

    def ceilings(
        self, gold: Sequence[Document], agreement: Mapping[str, object] | None, run: EvaluateConfig
    ) -> Ceilings:
        """What could be reached beside it: it predicts three times more, told gold spans."""
        human = agreement_scores(agreement.get("overall")) if agreement and agreement.get("documents") else None
        return ceilings(gold, self.encoding, model=self.model, human=human, batch_size=run.batch_size)


def _known(path: str, gold: Sequence[Document], run: EvaluateConfig) -> _Known:
    """The model in that folder. Raises UsageError when its ontology lacks labels of gold."""
    model, encoding = load_on_device(path, run)
    check_labels_known(encoding.ontology, gold, path=path)
    return _Known(model_version(model), model, encoding)


def _learnt(path: str, snapshot: Snapshot) -> list[Document] | None:
    """What the model was made with; None, with a line, where that cannot be told."""
    try:
        return training_documents(read_training_record(path), snapshot, None)
    except UsageError as error:
        terminal.warn(f"the report cannot tell what {path} has seen in training: {error}")
        return None


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
