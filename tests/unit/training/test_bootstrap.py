"""Intervals from drawing documents."""

from __future__ import annotations

import numpy as np
import pytest

from training import bootstrap


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
    (low, high), *_ = bootstrap.intervals(counts)
    error = (share * (1 - share) / size) ** 0.5
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.1)
    assert (high + low) / 2 == pytest.approx(share, abs=0.01)


def test_units_nobody_marked_have_an_interval_of_zero() -> None:
    assert bootstrap.intervals(np.zeros((5, 2, 3), dtype=np.int64)).tolist() == [[0.0, 0.0]] * 2
