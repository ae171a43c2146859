"""Two models on two test sets: what is the test set's is not taken for the model's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotation.core.document import Document
from annotation.core.matching import HEADLINE
from tests.run.small import documents
from training.analysis.since_before import SinceBefore
from training.analysis.test_sets import Predictions


def found(gold: list[Document], every: int) -> list[Document]:
    """No event in every so many documents."""
    return [replace(d, events=(), links=()) if n % every == 0 else d for n, d in enumerate(gold)]


def test_a_newer_test_set_that_is_easier_is_told_from_a_better_model() -> None:
    hard, easy = documents(24, seed=1), documents(24, seed=2)
    sets = [
        Predictions("new, test", "now", easy, found(easy, 4), found(easy, 4)),
        Predictions("old, test", "before", hard, found(hard, 2), found(hard, 2)),
    ]
    since = SinceBefore(test_sets=tuple(scores for part in sets for scores in part.scores()))
    then, here, now = since.parts or (0, 0, 0)
    assert then == pytest.approx(2 / 3)  # half of the arguments found, none false
    assert here == now == pytest.approx(6 / 7)
    ours, theirs = since.test_sets
    assert ours.interval is not None
    assert (ours.delta, theirs.delta) == (0, 0)
    assert set(ours.languages) == {"ar", "he"}


def test_documents_that_a_model_was_made_with_are_left_out_beside_the_whole() -> None:
    gold = documents(12)
    predictions = Predictions("old, test", "before", gold, gold, found(gold, 2), [d.id for d in gold[:4]])
    whole, rest = predictions.scores()
    assert (whole.documents, whole.left_out) == (12, 0)
    assert (rest.documents, rest.left_out, rest.now[HEADLINE].gold) == (8, 4, 16)
    none_left = Predictions("old, test", "before", gold, gold, gold, [d.id for d in gold])
    assert [scores.left_out for scores in none_left.scores()] == [0]


def test_with_one_test_set_nothing_is_told_apart() -> None:
    gold = documents(6)
    assert SinceBefore(test_sets=tuple(Predictions("x", "now", gold, gold, gold).scores())).parts is None
