"""Intervals from drawing documents."""

from __future__ import annotations

import numpy as np
import pytest

from annotation.core import bootstrap


def test_every_resample_is_a_draw_of_whole_documents() -> None:
    counts = np.array([[[2, 2, 2]], [[2, 2, 0]]])
    assert set(np.round(bootstrap.resampled_f1(counts)[:, 0], 6)) == {0.0, 0.5, 1.0}


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = np.random.default_rng(1).integers(0, 9, size=(50, 3, 3))
    at_once = bootstrap.intervals(counts)
    monkeypatch.setattr(bootstrap, "_CELLS", 101)
    assert np.allclose(bootstrap.intervals(counts), at_once)


def test_the_interval_is_as_wide_as_theory_says() -> None:
    """Each document wholly right or wholly wrong: F1 is a share, whose standard error is known."""
    size, share = 400, 0.7
    right = np.arange(size) < share * size
    counts = np.stack([np.ones(size), np.ones(size), right], axis=-1).astype(np.int64)[:, None, :]
    (low, high), *others = bootstrap.intervals(counts)[0]
    error = (share * (1 - share) / size) ** 0.5
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.1)
    assert (high + low) / 2 == pytest.approx(share, abs=0.01)
    assert np.allclose(others, [low, high])


def test_precision_and_recall_have_intervals_of_their_own() -> None:
    counts = np.array([[[4, 1, 1]], [[2, 4, 2]]])
    f1, precision, recall = bootstrap.pairs(bootstrap.intervals(counts)[0])
    assert precision == (0.5, 1.0)
    assert recall == (0.25, 1.0)
    assert f1 == (0.4, pytest.approx(2 / 3))


def test_units_nobody_marked_have_an_interval_of_zero() -> None:
    assert bootstrap.intervals(np.zeros((5, 2, 3), dtype=np.int64)).tolist() == [[[0.0, 0.0]] * 3] * 2


def test_differences_are_paired_and_each_column_is_its_own() -> None:
    counts = np.random.default_rng(2).integers(1, 9, size=(30, 2, 3))
    both = bootstrap.differences(counts, counts[:, ::-1], resamples=300)
    f1 = bootstrap.resampled_f1(counts, resamples=300)
    assert np.allclose(both, f1 - f1[:, ::-1])
    assert not bootstrap.differences(counts, counts, resamples=50).any()


def test_p_values_are_two_sided_and_never_zero() -> None:
    drawn = np.stack([np.linspace(-1, 3, 1001)[1:], np.ones(1000), np.zeros(1000)], axis=1)
    assert bootstrap.p_values(drawn) == pytest.approx([0.5, 2 / 1001, 1.0], abs=0.01)
