"""Drift: no alarm where there is none, an alarm where there is, and which way labels would help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.analysis.drift import Drift, drifts
from training.analysis.drift_measures import ArticleFigures, Articles


def article(chance: np.random.Generator, *, unknown: float = 0.1, words: float = 200, strikes: float = 0.3) -> Articles:
    """One article whose pieces and events are drawn."""
    count = int(chance.poisson(words * chance.uniform(0.7, 1.3))) + 5
    events = int(chance.poisson(8)) + 1
    of_type = int(chance.binomial(events, strikes))
    marks = int(chance.poisson(30)) + 1
    figures = ArticleFigures(
        language="he",
        source=f"paper{chance.integers(3)}",
        words=count,
        pieces=count,
        unknown=int(chance.binomial(count, min(1, unknown * chance.uniform(0.5, 1.5)))),
        unreadable=0,
        new_source=False,
        events={"Strike": of_type, "Arrest": events - of_type},
        marks={"triggers": marks},
        scores={"triggers": float(chance.beta(8, 2, marks).sum())},
        uncertainty=float(chance.uniform(0.1, 0.3)),
    )
    return Articles([figures], [])


def many(count: int, seed: int, **changed: float) -> Articles:
    chance = np.random.default_rng(seed)
    rows = [article(chance, **changed).figures[0] for _ in range(count)]
    return Articles(rows, [str(number) for number in range(count)])


def named(found: list[Drift], name: str) -> Drift:
    return next(drift for drift in found if drift.name == name)


def test_articles_of_the_same_kind_hardly_ever_alarm() -> None:
    alarms = 0
    for seed in range(60):
        found = drifts(many(60, 3 * seed), many(20, 3 * seed + 1), many(40, 3 * seed + 2))
        alarms += any(drift.drifted for drift in found)
    assert alarms <= 6


@pytest.mark.parametrize(
    ("changed", "name", "up"),
    [
        ({"unknown": 0.25}, "unknown pieces", True),
        ({"words": 90}, "words an article", False),
        ({"strikes": 0.8}, "Strike", True),
    ],
)
def test_what_was_changed_is_named_with_an_interval_that_holds_it(
    changed: dict[str, float], name: str, up: bool
) -> None:
    found = named(drifts(many(60, 1), many(20, 2), many(40, 3, **changed)), name)
    assert found.drifted
    assert found.asks_for_labels
    assert (found.difference > 0) == up
    assert found.interval is not None
    assert found.interval[0] < found.difference < found.interval[1]
    assert (found.interval[0] > 0) == up


def test_intervals_of_a_difference_cover_what_they_say() -> None:
    covered = 0
    for seed in range(300):
        found = drifts(many(40, 2 * seed), many(12, 2 * seed + 1), many(15, 9000 + seed, unknown=0.2))
        low, high = named(found, "unknown pieces").interval or (0.0, 0.0)
        covered += low <= 0.1 <= high
    assert covered >= 0.92 * 300


def test_surer_scores_and_fewer_unknown_pieces_ask_for_no_labels() -> None:
    new = many(40, 3, unknown=0.02)
    sure = [replace(row, scores={"triggers": 0.99 * row.marks["triggers"]}) for row in new.figures]
    found = drifts(many(60, 1, unknown=0.3), many(20, 2), Articles(sure, new.stories))
    for name in ("unknown pieces", "triggers"):
        assert named(found, name).drifted
        assert not named(found, name).asks_for_labels


def test_lower_scores_ask_for_labels() -> None:
    new = many(40, 3)
    unsure = [replace(row, scores={"triggers": 0.5 * row.marks["triggers"]}) for row in new.figures]
    assert named(drifts(many(60, 1), many(20, 2), Articles(unsure, new.stories)), "triggers").asks_for_labels


def test_a_difference_beyond_chance_that_does_not_matter_is_no_drift() -> None:
    found = named(drifts(many(3000, 1), many(20, 2), many(3000, 3, unknown=0.11)), "unknown pieces")
    assert found.p < 0.001
    assert not found.drifted


def test_near_duplicates_count_once() -> None:
    new = many(40, 3, unknown=0.25)
    one = Articles(new.figures, ["the same"] * 40)
    found = named(drifts(many(60, 1), many(20, 2), one), "unknown pieces")
    assert (found.enough, found.now.stories, found.now.interval) == (False, 1, None)


def test_a_few_articles_are_too_few_to_say() -> None:
    assert not any(drift.enough for drift in drifts(many(60, 1), many(20, 2), many(4, 3, unknown=0.9)))
    assert drifts(many(60, 1), many(0, 2), many(40, 3))


def test_a_rare_type_that_held_out_articles_happen_not_to_have_is_no_change() -> None:
    held_out, new = many(16, 1), many(200, 2)
    seldom = [
        replace(row, events={**row.events, "Trial": 3 if at % 66 == 0 else 0}) for at, row in enumerate(new.figures)
    ]
    found = named(drifts(many(60, 3), held_out, replace(new, figures=seldom)), "Trial")
    assert (found.before.value, found.enough, found.drifted) == (0.0, True, False)
    assert found.effect > 0.1, "it is only the test that keeps it from being called a change"
    assert found.before.interval is not None
    assert found.before.interval[1] > 0, "none in 16 articles does not mean none at all"


def of_types(count: int, seed: int, shares: list[float]) -> Articles:
    plain, dice = many(count, seed), np.random.default_rng(seed)
    drawn = [dice.multinomial(12, dice.dirichlet(8 * np.array(shares))).tolist() for _ in range(count)]
    rows = [
        replace(row, events={f"type {at}": n for at, n in enumerate(events)})
        for row, events in zip(plain.figures, drawn, strict=True)
    ]
    return Articles(rows, plain.stories)


def test_types_that_each_change_too_little_to_show_do_so_together() -> None:
    usual, other = [0.4, 0.2, *[0.05] * 8], [0.2, 0.1, *[0.0875] * 8]
    found = drifts(many(60, 1), of_types(16, 3, usual), of_types(60, 4, other))
    together = named(found, "events of other types")
    assert (together.kind, together.drifted, together.asks_for_labels, together.interval) == ("mix", True, True, None)
    assert together.now.value > together.before.value
    assert not any(drift.drifted for drift in found if drift.kind == "type")


def test_near_duplicates_are_one_story_of_the_mix() -> None:
    new = of_types(40, 3, [0.1, 0.9])
    one = Articles(new.figures, ["the same"] * 40)
    found = named(drifts(many(60, 1), of_types(16, 2, [0.9, 0.1]), one), "events of other types")
    assert (found.enough, found.drifted, found.now.stories) == (False, False, 1)
