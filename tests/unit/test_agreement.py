"""Annotators against each other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from annotation.agreement import Kappa, agreement
from annotation.document import Document, Provenance
from annotation.errors import UsageError
from annotation.matching import UNITS
from tests.builders import build, conflict

FULL = "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס]"
LESS = "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] אבו חפס"
ARABIC = "[Raid:trigger اقتحمت] قوة [Place>Raid:GPE الدانا]"


def test_two_who_marked_the_same_agree_wholly() -> None:
    found = agreement([build(FULL, by="dana", id="a"), build(FULL, by="omar", id="a")])
    assert {prf.f1 for prf in found.overall.values()} == {1.0}
    assert tuple(found.overall) == UNITS
    assert (found.documents, found.single) == (1, 0)


def test_what_one_of_them_left_out_costs_both() -> None:
    found = agreement([build(FULL, by="dana", id="a"), build(LESS, by="omar", id="a")])
    assert found.overall["Trig-C"].f1 == 1.0
    assert found.overall["Arg-C+"].f1 == pytest.approx(2 / 3)
    assert found.overall["Entity"].f1 == pytest.approx(2 / 3)


def test_three_annotators_are_three_pairs_and_each_language_is_its_own() -> None:
    documents = [build(FULL, by=name, id="a") for name in ("dana", "omar")]
    documents += [build(LESS, by="yael", id="a")]
    documents += [build(ARABIC, by=name, id="b", language="ar") for name in ("omar", "dana")]
    documents += [build(FULL, by="dana", id="alone")]
    found = agreement(documents)
    assert list(found.by_pair) == [("dana", "omar"), ("dana", "yael"), ("omar", "yael")]
    assert found.by_pair["dana", "omar"]["Arg-C+"].gold == 3
    assert found.by_language["ar"]["Arg-C+"].f1 == 1.0
    assert found.by_language["he"]["Arg-C+"].f1 == pytest.approx(2 * 4 / (2 + 2 + 2 + 1 + 2 + 1))
    assert found.by_annotator["yael"]["Arg-C+"].f1 == pytest.approx(2 / 3)
    assert (found.documents, found.single) == (2, 1)


def test_who_is_named_first_does_not_matter() -> None:
    one, two = build(FULL, by="dana", id="a"), build(LESS, by="omar", id="a")
    assert agreement([one, two]).as_dict() == agreement([two, one]).as_dict()


def test_the_later_of_two_by_one_annotator_counts() -> None:
    def at(time: str, markup: str) -> Document:
        return replace(build(markup, id="a"), provenance=Provenance(annotator="dana", updated_at=time))

    documents = [at("2025-03-02T10:00:00Z", FULL), at("2025-03-01T10:00:00Z", LESS), build(FULL, by="omar", id="a")]
    assert agreement(documents).overall["Arg-C+"].f1 == 1.0


def test_gold_and_predictions_have_no_annotator_and_are_left_out() -> None:
    found = agreement([build(FULL, id="a"), build(FULL, by="dana", id="a")])
    assert (found.documents, found.overall, found.table()) == (0, {}, [("", *UNITS)])


def test_one_id_with_two_texts_is_refused() -> None:
    with pytest.raises(UsageError, match=r"1 Documents have another text .* \(a\)"):
        agreement([build(FULL, by="dana", id="a"), build(ARABIC, by="omar", id="a")])


def test_attributes_are_compared_on_triggers_of_one_type_and_the_default_goes_without_saying() -> None:
    said = build(
        "[Die,certainty=confirmed:trigger נהרג] אתמול, ו[Injure,certainty=denied:trigger נפצע] אחר", by="dana", id="a"
    )
    unsaid = build("[Die:trigger נהרג אתמול], ו[Raid,certainty=denied:trigger נפצע] אחר", by="omar", id="a")
    certainty = agreement([said, unsaid], ontology=conflict()).attributes["certainty"]
    assert (certainty.triggers, certainty.observed) == (1, 1.0)
    assert agreement([said, unsaid]).attributes["certainty"].observed == 0.0


def test_kappa_of_a_known_table() -> None:
    values = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert Kappa.of(values).kappa == pytest.approx(0.4)


def test_kappa_has_no_value_where_chance_already_agrees() -> None:
    assert Kappa.of([("yes", "yes")] * 5).kappa is None
    assert Kappa.of([]).kappa is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=30))
def test_kappa_is_that_of_a_reference_implementation(values: list[tuple[str, str]]) -> None:
    ours = Kappa.of(values).kappa
    if ours is not None:
        assert ours == pytest.approx(cohen_kappa_score(*zip(*values, strict=True)))
    else:
        assert len({value for pair in values for value in pair}) == 1


def test_it_is_plain_json_and_a_table_with_a_column_a_score() -> None:
    found = agreement([build(FULL, by="dana", id="a"), build(LESS, by="omar", id="a")], ontology=conflict())
    row = json.loads(json.dumps(found.as_dict()))
    assert row["overall"]["Arg-C+"] == {"f1": pytest.approx(2 / 3), "a": 2, "b": 1, "both": 1}
    assert row["pairs"][0]["annotators"] == ["dana", "omar"]
    assert found.table() == [
        ("", *UNITS),
        ("all", "100.0", "100.0", "66.7", "66.7", "66.7", "66.7", "66.7"),
        ("he", "100.0", "100.0", "66.7", "66.7", "66.7", "66.7", "66.7"),
        ("dana / omar", "100.0", "100.0", "66.7", "66.7", "66.7", "66.7", "66.7"),
    ]
