"""Values of documents that are drawn again and again."""

from __future__ import annotations

import numpy as np
import pytest

from annotation.core import bootstrap


def test_every_resample_is_a_draw_of_whole_documents() -> None:
    counts = np.array([[[2, 2, 2]], [[2, 2, 0]]])
    assert set(np.round(bootstrap.resampled_f1(counts)[:, 0], 6)) == {0.0, 0.5, 1.0}


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = np.random.default_rng(1).integers(0, 9, size=(50, 3, 3))
    at_once = bootstrap.resampled_f1(counts)
    monkeypatch.setattr(bootstrap, "_CELLS", 101)
    assert np.allclose(bootstrap.resampled_f1(counts), at_once)


def test_percentiles_reach_further_out_the_fewer_documents_there_are() -> None:
    drawn = np.random.default_rng(2).normal(size=(20_000, 1))
    plain, five, many = (bootstrap.bounds(drawn, documents)[0] for documents in (None, 5, 1000))
    assert plain == pytest.approx([-1.96, 1.96], abs=0.06)
    assert many == pytest.approx(plain, abs=0.02)
    assert five == pytest.approx([-3.1, 3.1], abs=0.3)  # t with 4 degrees of freedom, by the root of 5 / 4
