"""Scores that mean what they say: fitted, stored, applied, and nothing decoded differently for it."""

from __future__ import annotations

import numpy as np
import pytest

from annotation.core.errors import UsageError
from annotation.core.layers import LAYERS
from training.encoding.platt_scaling import PLAIN, RAW, Scale, fit_scale, score_scales, sigmoid


def test_the_scale_that_made_the_truth_is_found_again() -> None:
    generator = np.random.default_rng(1)
    logits = generator.uniform(0, 8, size=20_000)
    right = generator.uniform(size=len(logits)) < sigmoid(logits / 2.5 - 1.2)
    scale = fit_scale(logits, right)
    assert scale is not None
    assert scale.temperature == pytest.approx(2.5, rel=0.1)
    assert scale.shift == pytest.approx(-1.2, abs=0.1)


def test_a_scale_keeps_the_order_whatever_the_truth() -> None:
    logits = np.linspace(0.1, 8, 60)
    for right in (logits < 4, np.ones(60, dtype=bool), np.zeros(60, dtype=bool)):
        scale = fit_scale(logits, right)
        assert scale is not None
        scores = [scale(float(logit)) for logit in logits]
        assert scores == sorted(scores)
        assert 0 < scores[0] <= scores[-1] < 1


def test_too_few_findings_fit_nothing() -> None:
    assert fit_scale([1.0] * 29, [True] * 29) is None


def test_a_model_that_says_nothing_is_read_plainly() -> None:
    assert score_scales(None) == PLAIN
    assert score_scales({"trigger": [2.0, -1.0]})["trigger"](4.0) == pytest.approx(float(sigmoid(1.0)), abs=1e-4)
    assert score_scales({"trigger": [2.0, -1.0]})["entity"] == Scale()
    assert [RAW[layer](3.5) for layer in LAYERS] == [3.5] * len(LAYERS)


@pytest.mark.parametrize("stored", [{"trigger": [0, 1]}, {"trigger": "x"}, {"trigger": [1, 2, 3]}])
def test_what_is_no_scale_is_told(stored: object) -> None:
    with pytest.raises(UsageError, match="the model's scales"):
        score_scales(stored)
