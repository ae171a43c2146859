"""Intervals cover what they say, of clusters and not of items, and are not given where there are too few."""

from __future__ import annotations

import numpy as np
import pytest

from annotation.core import bootstrap, intervals


def corpora(documents: int, count: int, seed: int) -> np.ndarray:
    """Arguments of simulated articles, some of them hard: [documents, corpora, 3]."""
    dice = np.random.default_rng(seed)
    gold = dice.integers(30, 80, size=(documents, count))
    correct = dice.binomial(gold, 1 / (1 + np.exp(-dice.normal(0.2, 0.8, size=gold.shape))))
    return np.stack([gold, correct + dice.poisson((gold - correct) * 0.9), correct], axis=-1)


@pytest.mark.parametrize("documents", [5, 8, 20, 50])
def test_they_cover_the_truth_in_95_of_100(documents: int) -> None:
    """Over 2,000 corpora the share is uncertain by 1 point; percentiles of the bootstrap cover 82% with 5 documents."""
    truth = bootstrap.f1(corpora(100_000, 1, seed=1).sum(axis=0).astype(float))[0]
    low, high = intervals.of_counts(corpora(documents, 2_000, seed=documents))[:, 0].T
    assert ((low <= truth) & (truth <= high)).mean() == pytest.approx(0.95, abs=0.015)


def test_below_five_documents_with_anything_to_count_nothing_is_said() -> None:
    counts = np.tile([3, 3, 2], (6, 2, 1))
    counts[:2, 1] = 0
    (enough, *_), few = (intervals.pairs(unit) for unit in intervals.of_counts(counts))
    assert enough is not None
    assert few == [None, None, None]


def test_precision_and_recall_have_too_few_of_their_own() -> None:
    """Gold has something everywhere, the model marks in two documents."""
    counts = np.tile([3, 0, 0], (6, 1, 1))
    counts[:2] = [3, 2, 1]
    f1, precision, recall = intervals.pairs(intervals.of_counts(counts)[0])
    assert f1 is not None
    assert recall is not None
    assert precision is None


def test_they_are_as_wide_as_theory_says() -> None:
    """Each document wholly right or wholly wrong: F1 is a share, whose standard error is known."""
    size, share = 400, 0.7
    right = np.arange(size) < share * size
    counts = np.stack([np.ones(size), np.ones(size), right], axis=-1).astype(np.int64)[:, None, :]
    ends = intervals.of_counts(counts)[0]
    error = (share * (1 - share) / size) ** 0.5
    assert (ends[0, 1] - ends[0, 0]) / 2 == pytest.approx(1.96 * error, rel=0.02)
    assert np.allclose(ends, ends[0], atol=1e-3)


@pytest.mark.parametrize("correct", [0, 8])
def test_nothing_and_everything_right_is_not_certain(correct: int) -> None:
    low, high = intervals.of_counts(np.tile([8, 8, correct], (6, 1, 1)))[0, 0]
    assert 0.03 < high - low < 0.25
    assert low <= correct / 8 <= high or correct in (0, 8)


def test_documents_that_all_say_the_same_are_no_surer_than_their_items() -> None:
    """Half is right in each of ten documents: by their spread there would be no doubt at all."""
    low, high = intervals.of_counts(np.tile([4, 4, 2], (10, 1, 1)))[0, 1]
    assert high - low == pytest.approx(2 * 1.96 * (0.25 / 40) ** 0.5, rel=0.1)


def test_near_duplicates_are_left_out_together() -> None:
    counts = np.random.default_rng(3).integers(1, 9, size=(12, 2, 3))
    counts[..., 2] = counts.min(axis=-1)
    stories = [*"aabbccddeeff"]
    merged = intervals.by_cluster(counts, stories)
    assert merged.shape == (6, 2, 3)
    assert (merged[0] == counts[:2].sum(axis=0)).all()
    copied = np.repeat(merged, 2, axis=0)  # each story twice, word by word
    assert np.allclose(
        intervals.of_counts(intervals.by_cluster(copied, stories)), intervals.of_counts(2 * merged), equal_nan=True
    )


def test_a_difference_is_paired() -> None:
    """What is hard for both models does not widen it."""
    dice = np.random.default_rng(4)
    gold = np.full((60, 1), 10)
    hard = dice.integers(0, 8, size=gold.shape)
    before = np.stack([gold, gold, hard], axis=-1)
    now = np.stack([gold, gold, hard + dice.integers(0, 3, size=gold.shape)], axis=-1)
    low, high = intervals.of_differences(now, before)[0]
    whole = intervals.of_counts(now)[0, 0]
    assert 0 < low < 0.1 < high
    assert high - low < (whole[1] - whole[0]) / 2
    assert intervals.pairs(intervals.of_differences(now, now)) == [(0.0, 0.0)]


def test_a_mark_in_every_other_document_is_counted_in_those_alone() -> None:
    some = np.zeros((40, 1, 3), dtype=np.int64)
    some[::8] = [4, 4, 2]
    assert intervals.pairs(intervals.of_counts(some)[0])[0] == intervals.pairs(intervals.of_counts(some[::8])[0])[0]
