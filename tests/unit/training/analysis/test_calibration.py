"""Reliability, thresholds and the abstention curve, on scores whose meaning is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.inline_markup import parse
from annotation.core.layers import LAYERS
from annotation.core.matching import PRF
from training.analysis.calibration import LayerScores, calibration, wilson
from training.scoring.document_pairs import pair_documents

MARKUP = "[Raid:trigger פשטו] [Agent>Raid:Organization הלוחמים] על [Target>Raid:Facility המחסן]"


def layer(outcomes: Sequence[tuple[float, bool]], gold: int = 100) -> LayerScores:
    """As if of one kind of span: each score, and whether the span is gold."""
    return layer_of([sides(outcomes, gold)])


def layer_of(pairs: Sequence[tuple[Document, Document]]) -> LayerScores:
    return calibration(pair_documents([gold for gold, _ in pairs], [predicted for _, predicted in pairs])).layers[
        "entity"
    ]


def counts(prf: PRF) -> tuple[int, int, int]:
    return prf.gold, prf.predicted, prf.correct


def sides(outcomes: Sequence[tuple[float, bool]], gold: int, id: str = "d") -> tuple[Document, Document]:
    spans = [Span(at, at + 1, "GPE", score) for at, (score, _) in enumerate(outcomes)]
    text = "x" * (len(outcomes) + gold)
    right = [span for span, (_, hit) in zip(spans, outcomes, strict=True) if hit]
    missed = [Span(len(outcomes) + at, len(outcomes) + at + 1, "GPE") for at in range(gold - len(right))]
    return Document(id, text, entities=(*right, *missed)), Document(id, text, entities=tuple(spans))


def test_layers_are_right_as_their_scores_count() -> None:
    gold = parse(MARKUP, id="d")
    agent, target = gold.entities
    trigger = Span(gold.triggers[0].start, gold.triggers[0].end, "Raid", 0.9)
    wrong = replace(target, label="GPE", score=0.6)
    event = Event(trigger, (Argument("Agent", agent, 0.8), Argument("Agent", wrong, 0.7)))
    predicted = replace(gold, entities=(agent, wrong), events=(event,))
    found = calibration(pair_documents([gold], [predicted])).layers
    assert tuple(found) == LAYERS
    assert (found["entity"].scores.tolist(), found["entity"].unscored, found["entity"].gold) == ([0.6], 1, 2)
    assert found["entity"].right.tolist() == [False]
    assert (found["trigger"].scores.tolist(), found["trigger"].right.tolist()) == ([0.9], [True])
    assert (found["argument"].scores.tolist(), found["argument"].right.tolist()) == ([0.8, 0.7], [True, False])


def test_a_link_is_right_where_gold_has_it() -> None:
    gold = parse("[@x:Person דוד], [@x:Person דודי], [@x:Person דויד]", id="d")
    a, b, c = gold.entities
    predicted = replace(gold, links=(Link("SameAs", a, b, 0.9), Link("SameAs", a, c, 0.6)))
    found = calibration(pair_documents([gold], [predicted])).layers["link"]
    assert (found.scores.tolist(), found.right.tolist(), found.gold) == ([0.9, 0.6], [True, False], 2)


def test_bins_and_ece_by_hand() -> None:
    """0.9 twice, both right: 0.1 off; 0.6 and 0.64, one right: 0.12 off."""
    found = layer([(0.9, True), (0.9, True), (0.6, True), (0.64, False)])
    assert [(part.low, part.high, part.count) for part in found.bins] == [(0.6, 0.7, 2), (0.9, 1.0, 2)]
    assert [part.right for part in found.bins] == [0.5, 1.0]
    assert found.ece == pytest.approx((2 * 0.12 + 2 * 0.1) / 4)


def test_a_score_of_1_is_in_the_last_bin() -> None:
    assert [(part.low, part.score) for part in layer([(1.0, True)]).bins] == [(0.9, 1.0)]


def test_scores_that_mean_what_they_say_have_little_error_and_boasting_ones_much() -> None:
    chance = np.random.default_rng(1)
    scores = chance.uniform(0.5, 1, 4000).round(4).tolist()
    honest = layer([(score, bool(chance.random() < score)) for score in scores], gold=4000)
    boasting = layer([(score, bool(chance.random() < score - 0.3)) for score in scores], gold=4000)
    assert honest.ece < 0.03
    assert boasting.ece == pytest.approx(0.3, abs=0.03)
    inside = [part.interval[0] <= part.score <= part.interval[1] for part in honest.bins]
    assert sum(inside) >= 4


def test_what_chance_gives_is_above_what_nineteen_in_twenty_honest_layers_have() -> None:
    chance = np.random.default_rng(1)
    scores = chance.uniform(0.4, 1, 150).round(4).tolist()
    honest = [layer([(score, bool(chance.random() < score)) for score in scores], gold=150) for _ in range(200)]
    assert 0.9 <= np.mean([one.ece <= one.ece_by_chance for one in honest]) <= 0.99
    boasting = layer([(score, bool(chance.random() < score - 0.3)) for score in scores], gold=150)
    assert boasting.ece > 2 * boasting.ece_by_chance


@pytest.mark.parametrize("documents", [8, 30])
def test_where_predictions_of_a_document_go_wrong_together_chance_gives_more(documents: int) -> None:
    """Ten predictions a document; each score is the chance of being right, but half of the luck is the document's."""
    chance = np.random.default_rng(1)
    row = chance.permutation(np.repeat(np.arange(documents), 10))
    honest = []
    for _ in range(200):
        scores = np.sort(chance.uniform(0.4, 1, len(row)))[::-1]
        luck = np.sqrt(0.5) * chance.standard_normal(documents)[row] + np.sqrt(0.5) * chance.standard_normal(len(row))
        stories = [str(at) for at in range(documents)]
        honest.append(LayerScores(scores, stats.norm.cdf(luck) < scores, row, np.full(documents, 10), stories, 0))
    alone = [replace(one, document=np.zeros_like(row)) for one in honest]  # as if documents did not matter
    inside = np.mean([one.ece <= one.ece_by_chance for one in honest])
    assert inside >= 0.92
    assert np.mean([one.ece <= one.ece_by_chance for one in alone]) <= 0.87


def test_a_threshold_is_chosen_on_dev_and_measured_on_what_is_scored() -> None:
    """On dev 0.7 is precise enough, among what is scored it is not; nobody may look there first."""
    dev = sides([(0.9, True)] * 40 + [(0.7, True)] * 40 + [(0.6, False)] * 40, 100)
    gold, predicted = sides([(0.9, True)] * 30 + [(0.75, False)] * 30 + [(0.65, True)] * 30, 100)
    found = calibration(pair_documents([gold], [predicted]), pair_documents([dev[0]], [dev[1]])).layers["entity"]
    point = found.threshold(0.95)
    assert point is not None
    assert (point.threshold, point.kept, counts(point.prf)) == (0.7, pytest.approx(2 / 3), (100, 60, 30))
    assert counts(found.threshold(0.6).prf) == (100, 90, 60)  # type: ignore[union-attr]
    alone = calibration(pair_documents([gold], [predicted])).layers["entity"].threshold(0.95)
    assert alone is not None
    assert counts(alone.prf) == (100, 30, 30)
    nothing = calibration(pair_documents([gold.bare()], [gold.bare()]), pair_documents([dev[0]], [dev[1]]))
    empty = nothing.layers["entity"].threshold(0.95)
    assert empty is not None
    assert (empty.kept, counts(empty.prf)) == (0, (0, 0, 0))


def test_the_threshold_keeps_most_at_the_wanted_precision() -> None:
    """40 right at 0.9; 10 wrong at 0.8; 40 right at 0.7, which lift precision again; 40 wrong at 0.6."""
    outcomes = [(0.9, True)] * 40 + [(0.8, False)] * 10 + [(0.7, True)] * 40 + [(0.6, False)] * 40
    found = layer(outcomes)
    sure, most = found.threshold(0.95), found.threshold(0.85)
    assert sure is not None
    assert most is not None
    assert (sure.threshold, sure.kept, counts(sure.prf)) == (0.9, pytest.approx(40 / 130), (100, 40, 40))
    assert (most.threshold, counts(most.prf)) == (0.7, (100, 90, 80))
    assert found.threshold(1.0) == sure
    assert layer(outcomes[40:50]).threshold(0.1) is None  # ten predictions are too few to trust


def test_the_curve_is_thinned_and_keeps_its_ends() -> None:
    found = layer([(at / 1000, at % 3 > 0) for at in range(500, 1000)], gold=1000)
    assert len(found.points) == 500
    assert len(found.curve) == 50
    assert [found.curve[at].threshold for at in (0, -1)] == [found.points[at].threshold for at in (0, -1)]


def test_intervals_are_over_documents_and_hold_the_number() -> None:
    """Of ten documents' predictions at 0.8, five have every one right, five half."""
    kinds = [[(0.8, True)] * 10, [(0.8, at % 2 > 0) for at in range(10)]]
    found = layer_of([sides(kinds[at % 2], 10, str(at)) for at in range(10)])
    assert found.ece_interval
    low, high = found.ece_interval
    assert found.ece == pytest.approx(0.05)
    assert (low, high) == (0.0, pytest.approx(0.239, abs=0.001))
    (point,) = found.curve
    assert point.prf.precision_interval == pytest.approx((0.527, 0.890), abs=0.001)
    (alone,) = layer([(0.8, True), (0.8, False)]).curve
    assert alone.prf.precision_interval is None


@given(st.lists(st.tuples(st.sampled_from([0.5, 0.61, 0.7, 0.85, 1.0]), st.booleans()), max_size=60))
def test_the_last_point_of_the_curve_is_the_score_itself(outcomes: list[tuple[float, bool]]) -> None:
    found = layer(outcomes)
    assert sum(part.count for part in found.bins) == len(outcomes)
    assert 0 <= found.ece <= 1
    kept = [point.kept for point in found.points]
    assert kept == sorted(kept)
    assert len({point.threshold for point in found.points}) == len(kept)
    if outcomes:
        assert found.points[-1].prf == PRF(100, len(outcomes), sum(hit for _, hit in outcomes))
        for point in found.points:
            assert point.prf.predicted == sum(score >= point.threshold for score, _ in outcomes)


def test_it_can_be_written_even_when_nothing_is_scored() -> None:
    bare = parse(MARKUP, id="d")
    plain = json.loads(json.dumps(calibration(pair_documents([bare], [bare])).as_dict()))
    assert plain["argument"]["unscored"] == 2
    assert plain["argument"]["bins"] == []
    assert plain["argument"]["thresholds"] == {"0.8": None, "0.9": None, "0.95": None}
    assert plain["argument"]["enough"] is False


def test_wilson() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 0) == (0, 1)
    assert wilson(0, 5)[0] == pytest.approx(0, abs=1e-12)
