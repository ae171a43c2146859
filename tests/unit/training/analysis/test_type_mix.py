"""The mix of event types: the size of the test, its power where many types change, and what is too little."""

from __future__ import annotations

from math import asin, sqrt

import numpy as np
import pytest

from annotation.core.bootstrap import Floats
from training.analysis import type_mix as module
from training.analysis.type_mix import type_mix

SHARES = np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.1])
OTHERS = np.array([0.2, 0.1, 0.175, 0.175, 0.175, 0.175])


def stories(count: int, seed: int, shares: Floats = SHARES) -> Floats:
    """Events of each story by type; a story has types of its own."""
    dice = np.random.default_rng(seed)
    rows = [dice.multinomial(1 + dice.poisson(12), dice.dirichlet(6 * shares)) for _ in range(count)]
    return np.array(rows, dtype=np.float64)


def test_the_same_mix_is_called_another_no_more_often_than_it_says() -> None:
    p = np.array([type_mix(stories(16, 2 * seed), stories(60, 2 * seed + 1)).p for seed in range(200)])
    assert (p < 0.05).mean() <= 0.09
    assert 0.4 < p.mean() < 0.6


def test_a_change_of_many_types_shows() -> None:
    found = type_mix(stories(16, 1), stories(60, 2, OTHERS))
    assert found.enough
    assert found.p < 0.01
    assert found.by_chance < found.distance
    assert found == type_mix(stories(16, 1), stories(60, 2, OTHERS)), "nothing differs between two runs"


def test_the_distance_and_the_effect_of_two_types_are_those_of_their_shares() -> None:
    before, now = np.tile([1.0, 3.0], (6, 1)), np.tile([3.0, 2.0], (8, 1))
    found = type_mix(before, now)
    assert found.distance == pytest.approx(0.6 - 0.25)
    assert found.effect == pytest.approx(2 * asin(sqrt(0.6)) - 2 * asin(sqrt(0.25)))
    assert found.p == pytest.approx(1 / 2000, abs=0.002), "of 3003 ways to deal, none but this is so far"


def test_sides_of_any_size_are_dealt_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = stories(16, 1), stories(60, 2, OTHERS)
    forth, back = type_mix(few, many), type_mix(many, few)
    assert (forth.distance, forth.stories) == (pytest.approx(back.distance), back.stories[::-1])
    monkeypatch.setattr(module, "_CELLS", 10_000)
    assert type_mix(few, many) == forth, "in small portions too"


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (stories(4, 1), stories(60, 2)),
        (stories(16, 1), stories(4, 2)),
        (stories(16, 1)[:, :1], stories(60, 2)[:, :1]),
        (np.zeros((16, 3)), stories(60, 2)[:, :3]),
        (np.zeros((0, 0)), np.zeros((0, 0))),
    ],
    ids=["few old", "few new", "one type", "no events", "nothing"],
)
def test_too_little_is_not_judged(before: Floats, now: Floats) -> None:
    found = type_mix(before, now)
    assert (found.enough, found.p) == (False, 1.0)
