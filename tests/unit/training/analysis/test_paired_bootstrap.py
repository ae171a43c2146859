"""Paired differences between two models: what they find, what they do not, and what they refuse."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from annotation.core import bootstrap
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.inline_markup import parse
from training.analysis.paired_bootstrap import compare
from training.scoring.scores import Scores, score

GOLD = parse("[Strike:trigger הפצצת] [Place>Strike:GPE אידליב] ו[Die:trigger מות] [Victim>Die:Person סמי]")
NO_PLACE = parse("[Strike:trigger הפצצת] [GPE אידליב] ו[Die:trigger מות] [Victim>Die:Person סמי]")


def scores(documents: list[Document], gold: Document = GOLD, language: str = "he") -> Scores:
    numbered = [replace(document, id=str(i)) for i, document in enumerate(documents)]
    return score([replace(gold, id=str(i), language=language) for i in range(len(documents))], numbered)


def test_a_role_lost_is_found_with_its_size_and_where() -> None:
    comparison = compare(scores([NO_PLACE] * 20 + [GOLD] * 20), scores([GOLD] * 40), resamples=500)
    place = comparison.by_type["role"]["Place"]
    assert (place.before, place.now) == (1.0, pytest.approx(2 / 3))
    assert place.delta == pytest.approx(-1 / 3)
    assert place.low < place.delta < place.high < 0
    assert (place.significant, place.enough, place.documents) == (True, True, 40)
    assert place.p == pytest.approx(2 / 501)
    assert comparison.by_language["he"].types["role"]["Place"].significant
    victim = comparison.by_type["role"]["Victim"]
    assert (victim.delta, victim.low, victim.high, victim.significant, victim.p) == (0, 0, 0, False, 1)


def test_a_role_never_predicted_any_more_is_enough_though_one_side_is_empty() -> None:
    change = compare(scores([NO_PLACE] * 40), scores([GOLD] * 40), resamples=200).by_type["role"]["Place"]
    assert (change.now, change.low, change.high, change.enough) == (0.0, -1.0, -1.0, True)


def test_few_items_or_few_documents_are_too_few_to_say() -> None:
    few = compare(scores([NO_PLACE] * 9), scores([GOLD] * 9), resamples=200)
    assert few.micro["Arg-C+"].significant
    assert not few.micro["Arg-C+"].enough
    assert compare(scores([NO_PLACE] * 15), scores([GOLD] * 15), resamples=200).micro["Arg-C+"].enough
    assert not compare(scores([GOLD] * 15), scores([GOLD] * 15), resamples=200).by_type["role"]["Place"].enough


def test_the_interval_is_of_the_difference_and_narrower_than_either_score_s() -> None:
    """Half of the documents are hard for both models; the new one gains a little everywhere else."""
    generator = np.random.default_rng(1)
    hard = generator.random(400) < 0.5
    better = generator.random(400) < 0.2
    bare = GOLD.bare()
    before = scores([bare if bad else NO_PLACE for bad in hard])
    now = scores([bare if bad else GOLD if good else NO_PLACE for bad, good in zip(hard, better, strict=True)])
    change = compare(now, before, resamples=1000).micro["Arg-C+"]
    assert now.arg_c_plus.interval is not None
    low, high = now.arg_c_plus.interval
    assert change.significant
    assert change.high - change.low < (high - low) / 2


def test_noise_is_called_significant_as_often_as_the_level_says() -> None:
    """Two models that are each right on a document by the same coin: 400 comparisons of 100 documents."""
    generator = np.random.default_rng(7)
    false = 0
    for seed in range(400):
        sides = [np.stack([np.ones(100), np.ones(100), generator.random(100) < 0.6], -1)[:, None] for _ in range(2)]
        ends = bootstrap.bounds(bootstrap.differences(*sides, resamples=400, seed=seed))
        false += bool(ends[0, 0] > 0 or ends[0, 1] < 0)
    assert 0.02 < false / 400 < 0.09


def test_scores_of_different_documents_are_refused_with_counts() -> None:
    with pytest.raises(UsageError, match=r"different documents: 1 only in the new scores \(4\); score both"):
        compare(scores([GOLD] * 5), scores([GOLD] * 4))
    with pytest.raises(UsageError, match=r"2 with other gold \(0, 1\)"):
        compare(scores([GOLD] * 2), scores([GOLD] * 2, gold=NO_PLACE))


def test_documents_are_matched_by_id_not_by_place() -> None:
    now = scores([NO_PLACE] * 5 + [GOLD] * 25)
    ids = [str(i) for i in reversed(range(30))]
    gold = [replace(GOLD, id=id, language="he") for id in ids]
    same = score(gold, [replace(NO_PLACE if int(id) < 5 else GOLD, id=id) for id in ids])
    assert compare(now, same, resamples=200).micro["Arg-C+"].low == 0


def test_it_is_plain_json() -> None:
    row = json.loads(json.dumps(compare(scores([NO_PLACE] * 5), scores([GOLD] * 5), resamples=100).as_dict()))
    assert row["languages"]["he"]["types"]["role"]["Place"]["delta"] == -1
    assert row["bootstrap"]["resamples"] == 100
    assert row["micro"]["Arg-C+"]["before"] == 1.0
