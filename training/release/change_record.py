"""What a release changed, as its record keeps it."""

from __future__ import annotations

from collections.abc import Iterable

from annotation.core.matching import HEADLINE
from annotation.core.ontology import Ontology
from annotation.page.titles import Names
from annotation.page.wording import TRANSLATED, Wording
from training.analysis.baseline import Baseline
from training.analysis.data_change import DataChange
from training.analysis.evaluation import Evaluation
from training.analysis.score_changes import ScoreChange
from training.analysis.test_sets import TestSetScores
from training.lineage.release_change import DataSince, HeadlineChange, OnTestSet
from training.release.change_subject import subject


def record_of_change(evaluation: Evaluation) -> dict[str, object]:
    """The fields of `Against` that say what changed, from an evaluation with a model before."""
    before = evaluation.before
    if before is None:
        return {}
    since = before.since
    return {
        "change": _headline(before, evaluation.ontology),
        "data": _data(since.learned) if since and since.learned else None,
        "test_sets": tuple(map(_on_test_set, since.test_sets)) if since else None,
    }


def _headline(before: Baseline, ontology: Ontology) -> HeadlineChange:
    comparison = before.comparison
    change = comparison.headline
    low, high = change.interval or (None, None)
    return HeadlineChange(
        before=change.before,
        now=change.now,
        low=low,
        high=high,
        verdict=change.verdict,
        documents=comparison.documents,
        stories=comparison.stories,
        left_out=before.left_out,
        rose=_subjects(comparison.gains, ontology, "en"),
        fell=_subjects(comparison.losses, ontology, "en"),
        rose_in={language: _subjects(comparison.gains, ontology, language) for language in TRANSLATED},
        fell_in={language: _subjects(comparison.losses, ontology, language) for language in TRANSLATED},
    )


def _subjects(changes: Iterable[ScoreChange], ontology: Ontology, language: str) -> tuple[str, ...]:
    """The subjects of the changes in a language of pages."""
    names = Names(ontology, Wording(language))
    return tuple(names.wording.of(subject(change, names)) for change in changes)


def _data(learned: DataChange) -> DataSince:
    articles = {what: len(ids) for what, ids in learned.articles.items()}
    return DataSince(
        snapshot=learned.before,
        articles=articles,
        ontology=learned.ontology,
        ontology_in={language: tuple(map(Wording(language).of, learned.ontology)) for language in TRANSLATED},
    )


def _on_test_set(scores: TestSetScores) -> OnTestSet:
    return OnTestSet(
        name=scores.name,
        of=scores.whose,
        documents=scores.documents,
        stories=scores.stories,
        left_out=scores.left_out,
        before=scores.before[HEADLINE].f1,
        now=scores.now[HEADLINE].f1,
    )
