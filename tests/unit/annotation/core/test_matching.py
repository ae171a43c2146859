"""The tuples each score counts, PRF, and one-to-one assignment."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Span
from annotation.core.matching import PRF, UNITS, assign, count_units, overlap, units

TEXT = "x" * 100


def event(trigger: Span, **roles: Span) -> Event:
    return Event(trigger, tuple(Argument(role, filler) for role, filler in roles.items()))


def test_units_hold_the_tuples_of_the_design_in_its_order() -> None:
    victim, place = Span(30, 38, "Person"), Span(20, 25, "GPE")
    document = Document(
        "d", TEXT, entities=(victim, place), events=(event(Span(10, 15, "Strike"), Target=victim, Place=place),)
    )
    found = units(document)
    assert tuple(found) == UNITS
    assert found == {
        "Trig-I": {(10, 15)},
        "Trig-C": {(10, 15, "Strike")},
        "Arg-I": {("Strike", 30, 38), ("Strike", 20, 25)},
        "Arg-C": {("Strike", 30, 38, "Target"), ("Strike", 20, 25, "Place")},
        "Arg-I+": {(10, 15, "Strike", 30, 38), (10, 15, "Strike", 20, 25)},
        "Arg-C+": {(10, 15, "Strike", 30, 38, "Target"), (10, 15, "Strike", 20, 25, "Place")},
        "Entity": {(30, 38, "Person"), (20, 25, "GPE")},
    }


def test_repeats_collapse_where_events_of_a_type_are_pooled_and_not_where_they_are_told_apart() -> None:
    place = Span(20, 25, "GPE")
    document = Document(
        "d",
        TEXT,
        entities=(place,),
        events=(event(Span(10, 15, "Strike"), Place=place), event(Span(50, 54, "Strike"), Place=place)),
    )
    assert {unit: len(items) for unit, items in units(document).items()} == {
        "Trig-I": 2,
        "Trig-C": 2,
        "Arg-I": 1,
        "Arg-C": 1,
        "Arg-I+": 2,
        "Arg-C+": 2,
        "Entity": 1,
    }


def test_two_roles_of_one_filler_are_one_identified_and_two_classified_arguments() -> None:
    person = Span(30, 38, "Person")
    document = Document(
        "d", TEXT, entities=(person,), events=(event(Span(1, 3, "Strike"), Target=person, Victim=person),)
    )
    found = units(document)
    assert [len(found[unit]) for unit in ("Arg-I", "Arg-C", "Arg-I+", "Arg-C+")] == [1, 2, 1, 2]


def test_compare_counts_each_side_and_what_they_share() -> None:
    one = Document("d", TEXT, entities=(Span(0, 3, "GPE"), Span(5, 8, "Person")))
    two = Document("d", TEXT, entities=(Span(0, 3, "GPE"), Span(5, 8, "GPE"), Span(9, 10, "Time")))
    assert dict(zip(UNITS, count_units(units(one), units(two)), strict=True))["Entity"] == (2, 3, 1)


@pytest.mark.parametrize(
    ("prf", "expected"),
    [
        (PRF(4, 5, 2), (0.4, 0.5, 4 / 9)),
        (PRF(0, 0, 0), (0.0, 0.0, 0.0)),
        (PRF(0, 3, 0), (0.0, 0.0, 0.0)),
        (PRF(3, 3, 3), (1.0, 1.0, 1.0)),
    ],
)
def test_precision_recall_f1_and_nothing_against_nothing_is_zero(prf: PRF, expected: tuple[float, ...]) -> None:
    assert (prf.precision, prf.recall, prf.f1) == pytest.approx(expected)


def test_overlap_is_the_share_of_characters_and_never_reaches_across_a_gap() -> None:
    assert overlap(Span(0, 4, "A"), Span(2, 6, "B")) == pytest.approx(2 / 6)
    assert overlap(Span(0, 4, "A"), Span(4, 6, "A")) == 0.0
    assert overlap(Span(0, 4, "A"), Span(0, 4, "A")) > overlap(Span(0, 4, "A"), Span(0, 4, "B")) == 1.0


def test_a_greedy_choice_would_leave_one_out_and_the_best_does_not() -> None:
    gold = [Span(0, 6, "A"), Span(6, 12, "A")]
    predicted = [Span(2, 12, "A"), Span(6, 17, "A")]
    assert assign(gold, predicted) == [(0, 0), (1, 1)]


def test_triggers_on_the_same_word_meet_those_of_their_own_type() -> None:
    gold = [Span(0, 4, "Die"), Span(0, 4, "Strike")]
    predicted = [Span(0, 4, "Strike"), Span(0, 4, "Die")]
    assert assign(gold, predicted) == [(0, 1), (1, 0)]


def test_a_weight_of_ones_own_decides_and_zero_never_matches() -> None:
    def same_label(gold: Span, predicted: Span) -> float:
        return float(gold.label == predicted.label)

    assert assign([Span(0, 4, "A")], [Span(0, 4, "B"), Span(3, 5, "A")], same_label) == [(0, 1)]
    assert assign([Span(0, 4, "A")], [Span(0, 4, "B")], same_label) == []


spans = st.builds(
    lambda start, length, label: Span(start, start + length, label),
    st.integers(0, 12),
    st.integers(1, 6),
    st.sampled_from("AB"),
)


def best(gold: list[Span], predicted: list[Span]) -> float:
    """By trying every one-to-one matching."""
    if len(gold) > len(predicted):
        return best(predicted, gold)
    return max(
        sum(overlap(g, predicted[j]) for g, j in zip(gold, order, strict=False))
        for order in permutations(range(len(predicted)))
    )


@given(gold=st.lists(spans, max_size=5), predicted=st.lists(spans, max_size=5))
def test_assignment_is_one_to_one_overlapping_and_the_best_there_is(gold: list[Span], predicted: list[Span]) -> None:
    pairs = assign(gold, predicted)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert all(overlap(gold[i], predicted[j]) > 0 for i, j in pairs)
    assert sum(overlap(gold[i], predicted[j]) for i, j in pairs) == pytest.approx(best(gold, predicted))


@given(gold=st.lists(spans, max_size=6, unique=True))
def test_spans_against_themselves_in_any_order_meet_themselves(gold: list[Span]) -> None:
    backwards = gold[::-1]
    assert all(gold[i] == backwards[j] for i, j in assign(gold, backwards))
    assert len(assign(gold, backwards)) == len(gold)
