"""Attributes of events that both sides found."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Document, Event, Span
from tests.builders import conflict
from training.scoring.attributes import Attributes, attributes
from training.scoring.document_pairs import pair_documents

CERTAIN = ("confirmed", "reported", "unconfirmed", "denied")
ONTOLOGY = conflict()


def events(*values: str | None, id: str = "d", shift: int = 0, label: str = "Strike") -> Document:
    """An event every ten characters with this certainty; None leaves it unsaid."""
    return Document(
        id,
        "x" * 500,
        events=tuple(
            Event(Span(10 * at + shift, 10 * at + 4, label), attributes=(("certainty", value),) if value else ())
            for at, value in enumerate(values)
        ),
    )


def compare(gold: Sequence[str | None], predicted: Sequence[str | None]) -> Attributes:
    return attributes(pair_documents([events(*gold)], [events(*predicted, shift=1)]), ONTOLOGY)


def test_the_matrix_has_gold_down_and_predicted_across_and_the_unsaid_is_the_default() -> None:
    found = compare(["denied", "denied", None, "reported"], ["denied", "reported", "confirmed", None])
    certainty = found.by_name["certainty"]
    assert certainty.values == CERTAIN
    assert certainty.matrix.tolist() == [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 1]]
    assert certainty.accuracy == 0.5
    assert certainty.macro_f1 == pytest.approx((2 / 3 + 0 + 2 / 3) / 3)
    assert found.by_name["realis"].macro_f1 == 1.0


def test_unconfirmed_reported_as_confirmed_is_a_number_of_its_own() -> None:
    found = compare(["unconfirmed"] * 3 + ["confirmed", "denied"], [None, "unconfirmed", "confirmed", None, None])
    assert found.unconfirmed_as_confirmed is not None
    told = found.unconfirmed_as_confirmed.as_dict()
    assert told == {"events": 2, "of": 3, "share": pytest.approx(2 / 3), "enough": False}


def test_missed_events_and_events_of_another_type_have_nothing_to_confuse() -> None:
    found = attributes(pair_documents([events("denied", "denied")], [events("denied", label="Raid")]), ONTOLOGY)
    assert found.by_name["certainty"].triggers == 0
    assert found.by_name["certainty"].macro_f1 == 0.0
    assert found.unconfirmed_as_confirmed is not None
    assert found.unconfirmed_as_confirmed.share == 0.0


def test_a_value_of_another_ontology_is_wrong_and_named() -> None:
    certainty = compare(["denied", "denied"], ["maybe", "denied"]).by_name["certainty"]
    assert certainty.values == (*CERTAIN, "maybe")
    assert (certainty.accuracy, certainty.matrix[list(CERTAIN).index("denied"), -1]) == (0.5, 1)
    assert certainty.macro_f1 == pytest.approx((2 / 3 + 0) / 2)


def test_it_is_plain_json_and_a_table() -> None:
    found = compare(["unconfirmed"], [None])
    row = json.loads(json.dumps(found.as_dict()))
    assert row["attributes"]["certainty"]["matrix"][2][0] == 1
    assert row["unconfirmed_as_confirmed"]["events"] == 1
    assert ("unconfirmed reported as confirmed", "", "1 of 1", "") in list(found.table())


values = st.lists(st.sampled_from([None, *CERTAIN]), max_size=8)


@settings(max_examples=50, deadline=None)
@given(drawn=st.lists(st.tuples(values, values), max_size=4))
def test_attributes_are_those_of_a_literal_implementation(
    drawn: list[tuple[list[str | None], list[str | None]]],
) -> None:
    gold = [events(*ours, id=str(i)) for i, (ours, _) in enumerate(drawn)]
    predicted = [events(*theirs, id=str(i)) for i, (_, theirs) in enumerate(drawn)]
    both = [(a or "confirmed", b or "confirmed") for ours, theirs in drawn for a, b in zip(ours, theirs, strict=False)]
    f1s = []
    for value in CERTAIN:
        ours, theirs = sum(a == value for a, _ in both), sum(b == value for _, b in both)
        if ours + theirs:
            f1s.append(2 * sum(a == b == value for a, b in both) / (ours + theirs))
    found = attributes(pair_documents(gold, predicted), ONTOLOGY)
    assert found.by_name["certainty"].macro_f1 == pytest.approx(sum(f1s) / max(1, len(f1s)))
    rumours = [b for a, b in both if a == "unconfirmed"]
    assert found.unconfirmed_as_confirmed is not None
    assert found.unconfirmed_as_confirmed.events == rumours.count("confirmed")
    assert found.unconfirmed_as_confirmed.of == len(rumours)
