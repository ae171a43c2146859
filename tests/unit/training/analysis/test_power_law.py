"""A curve that was drawn by the law is found again; one that was not is not made to rise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.analysis.power_law import power_law

SIZES = np.array([10.0, 25, 50, 75, 100])


@settings(max_examples=30, deadline=None)
@given(ceiling=st.floats(0.3, 1.0), start=st.floats(0.1, 0.9), rate=st.floats(0.06, 1.9))
def test_the_law_is_found_again(ceiling: float, start: float, rate: float) -> None:
    fall = start * ceiling * SIZES[0] ** rate
    scores = ceiling - fall * SIZES**-rate
    law = power_law(SIZES, scores)
    assert law.at(50) == pytest.approx(scores[2], abs=0.01)
    assert law.at(200) == pytest.approx(ceiling - fall * 200**-rate, abs=0.02)


def test_nothing_falls_and_nothing_is_above_1() -> None:
    falling, steep = np.array([0.5, 0.4, 0.4, 0.3, 0.3]), np.array([0.1, 0.3, 0.6, 0.9, 0.99])
    law = power_law(SIZES, np.stack([falling, steep]))
    assert law.at(10)[0] == pytest.approx(law.at(1000)[0])
    assert law.at(1000)[1] <= 1
    assert law.at(1000)[1] >= law.at(100)[1] > 0.8


def test_many_curves_are_each_fitted_as_if_alone() -> None:
    scores = np.random.default_rng(1).uniform(size=(3, 4, 5))
    together = power_law(SIZES, scores).at(150)
    assert together.shape == (3, 4)
    assert together[1, 2] == pytest.approx(float(power_law(SIZES, scores[1, 2]).at(150)))
