"""The seven scores against the design's vector and a literal implementation; what does not fit is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Span
from annotation.core.errors import UsageError
from annotation.core.matching import UNITS
from training.scoring.scores import Scores, score

TEXT = "x" * 100


def build(*events: tuple[str, int, int, dict[str, tuple[int, int]]], id: str = "d", language: str = "he") -> Document:
    """A document from event type, trigger offsets and role -> argument offsets; every argument is an entity."""
    fillers = {place: Span(*place, "Person") for *_, roles in events for place in roles.values()}
    return Document(
        id,
        TEXT,
        language,
        entities=tuple(fillers.values()),
        events=tuple(
            Event(Span(start, end, type_), tuple(Argument(role, fillers[place]) for role, place in roles.items()))
            for type_, start, end, roles in events
        ),
    )


GOLD = build(
    ("Attack", 10, 15, {"Place": (20, 25), "Target": (30, 38), "Attacker": (0, 5)}),
    ("Attack", 50, 54, {"Place": (20, 25)}),
    ("Die", 60, 64, {"Victim": (30, 38)}),
)
PREDICTED = build(
    ("Attack", 10, 15, {"Place": (20, 25), "Victim": (30, 38), "Target": (30, 38)}),
    ("Attack", 60, 64, {"Victim": (30, 38)}),
    ("Die", 80, 84, {"Victim": (30, 38)}),
)


def test_the_vector_of_the_fields_reference_scorer() -> None:
    scores = score([GOLD], [PREDICTED])
    assert {unit: round(100 * scores.micro[unit].f1, 2) for unit in UNITS[:-1]} == {
        "Trig-I": 66.67,
        "Trig-C": 33.33,
        "Arg-I": 85.71,
        "Arg-C": 75.00,
        "Arg-I+": 44.44,
        "Arg-C+": 40.00,
    }
    assert scores.arg_c_plus is scores.micro["Arg-C+"]


def test_nothing_against_nothing_is_zero_as_in_the_reference_scorer() -> None:
    bare = GOLD.bare()
    scores = score([bare], [bare])
    assert {prf.f1 for prf in (*scores.micro.values(), *scores.seqeval.values())} == {0.0}
    assert scores.arg_c_plus.interval is None


def test_gold_against_itself_is_perfect_and_one_document_has_no_interval() -> None:
    scores = score([GOLD], [GOLD])
    assert {prf.f1 for prf in (*scores.micro.values(), *scores.seqeval.values())} == {1.0}
    assert scores.arg_c_plus.interval is None


def test_no_documents_score_zero() -> None:
    scores = score([], [])
    assert scores.arg_c_plus.f1 == 0.0
    assert scores.by_language == {}


def test_each_language_is_scored_over_its_own_documents() -> None:
    arabic, empty = build(*_events(GOLD), id="ar1", language="ar"), replace(GOLD.bare(), id="he2")
    scores = score([GOLD, arabic, empty], [PREDICTED, arabic, empty])
    assert list(scores.by_language) == ["ar", "he"]
    assert scores.by_language["ar"].micro["Arg-C+"].f1 == 1.0
    assert round(scores.by_language["he"].micro["Arg-C+"].f1, 2) == 0.40
    assert scores.by_language["he"].documents == 2
    assert scores.counts.shape == (3, len(UNITS) + 2, 3)


def test_types_are_counted_each_in_its_own_unit() -> None:
    types = score([GOLD], [PREDICTED]).by_type
    counts = {k: {name: (p.gold, p.predicted, p.correct) for name, p in rows.items()} for k, rows in types.items()}
    assert counts == {
        "event": {"Attack": (2, 2, 1), "Die": (1, 1, 0)},
        "arguments": {"Attack": (4, 4, 2), "Die": (1, 1, 0)},
        "role": {"Attacker": (1, 0, 0), "Place": (2, 1, 1), "Target": (1, 1, 1), "Victim": (1, 3, 0)},
        "entity": {"Person": (3, 2, 2)},
    }


def test_the_order_of_the_documents_does_not_matter() -> None:
    other = build(("Die", 1, 3, {}), id="e")
    assert score([GOLD, other], [other, GOLD]).arg_c_plus.f1 == 1.0


def test_documents_that_do_not_fit_are_counted_and_named_in_one_message() -> None:
    named = [replace(GOLD, id=id) for id in ("a", "b", "c", "d1", "d2", "both", "both")]
    theirs = [replace(GOLD, id="x"), replace(GOLD, id="both", text=TEXT + "!")]
    with pytest.raises(UsageError) as caught:
        score(named, theirs)
    assert str(caught.value) == (
        "gold and predicted do not fit: 1 more than once in gold (both); 5 only in gold (a, b, c, ...); "
        "1 only in predicted (x); 1 with another text in predicted than in gold (both); "
        "predict the very documents that are gold"
    )


def test_metrics_are_plain_json_with_a_schema() -> None:
    row = json.loads(json.dumps(score([GOLD], [PREDICTED]).as_dict()))
    assert row["schema"] == 1
    assert row["headline"] == "Arg-C+"
    assert row["micro"]["Arg-C+"]["f1"] == pytest.approx(0.4)
    assert row["micro"]["Arg-C+"] | {"gold": 5, "predicted": 5, "correct": 2} == row["micro"]["Arg-C+"]
    assert row["seqeval"] | {"mode": "strict", "scheme": "IOB2"} == row["seqeval"]
    assert row["languages"]["he"]["documents"] == 1


def test_the_table_has_a_row_for_each_score_and_says_what_seqeval_did() -> None:
    heading, *rows = score([GOLD], [PREDICTED]).table()
    assert heading == ("", "F1", "95%", "P", "R", "gold", "predicted", "correct", "F1 he")
    assert [row[0] for row in rows] == [*UNITS, "seqeval strict IOB2, entity", "seqeval strict IOB2, trigger"]
    assert rows[5] == ("Arg-C+", "40.0", "too few", "40.0", "40.0", "5", "5", "2", "40.0")
    assert {len(row) for row in rows} == {len(heading)}


def test_the_interval_holds_the_score_narrows_with_more_documents_and_is_the_same_again() -> None:
    few = _mixed(20)
    many = _mixed(500)
    wide, narrow = few.arg_c_plus, many.arg_c_plus
    assert wide.interval is not None
    assert narrow.interval is not None
    assert wide.interval[0] < wide.f1 < wide.interval[1]
    assert narrow.interval[1] - narrow.interval[0] < (wide.interval[1] - wide.interval[0]) / 2
    assert _mixed(20).arg_c_plus == wide


def _mixed(size: int) -> Scores:
    """Every other document perfect, the others as bad as PREDICTED."""
    gold = [replace(GOLD, id=str(i)) for i in range(size)]
    return score(gold, [replace(GOLD if i % 2 else PREDICTED, id=str(i)) for i in range(size)])


def _events(document: Document) -> list[tuple[str, int, int, dict[str, tuple[int, int]]]]:
    return [
        (e.type, e.trigger.start, e.trigger.end, {a.role: (a.filler.start, a.filler.end) for a in e.arguments})
        for e in document.events
    ]


offsets = st.builds(lambda start, length: (start, start + length), st.integers(0, 6), st.integers(1, 3))
events = st.lists(
    st.tuples(
        st.sampled_from(("Attack", "Die")),
        offsets,
        st.dictionaries(st.sampled_from(("Place", "Victim", "Target")), offsets, max_size=3),
    ),
    max_size=4,
    unique_by=lambda drawn: drawn[:2],
).map(lambda drawn: [(type_, *place, roles) for type_, place, roles in drawn])


def literal(pairs: Sequence[tuple[Document, Document]]) -> dict[str, tuple[int, int, int]]:
    """Counts by walking lists, one rule a score, with nothing clever in it."""

    def rows(document: Document, unit: str) -> list[object]:
        out: list[object] = []
        for event in document.events:
            place = (event.trigger.start, event.trigger.end)
            if unit == "Trig-I":
                out.append(place)
            if unit == "Trig-C":
                out.append((place, event.type))
            for argument in event.arguments:
                words = (argument.filler.start, argument.filler.end)
                out += {
                    "Arg-I": [(event.type, words)],
                    "Arg-C": [(event.type, words, argument.role)],
                    "Arg-I+": [(place, event.type, words)],
                    "Arg-C+": [(place, event.type, words, argument.role)],
                }.get(unit, [])
        if unit == "Entity":
            out += [((span.start, span.end), span.label) for span in document.entities]
        return [row for i, row in enumerate(out) if row not in out[:i]]

    totals = {}
    for unit in UNITS:
        sides = [(rows(gold, unit), rows(predicted, unit)) for gold, predicted in pairs]
        totals[unit] = (
            sum(len(gold) for gold, _ in sides),
            sum(len(predicted) for _, predicted in sides),
            sum(row in predicted for gold, predicted in sides for row in gold),
        )
    return totals


@settings(max_examples=100)
@given(drawn=st.lists(st.tuples(events, events), min_size=1, max_size=3))
def test_scores_are_those_of_a_literal_implementation(drawn: list[tuple[list, list]]) -> None:
    pairs = [(build(*gold, id=str(i)), build(*predicted, id=str(i))) for i, (gold, predicted) in enumerate(drawn)]
    scores = score([gold for gold, _ in pairs], [predicted for _, predicted in pairs])
    assert {u: (p.gold, p.predicted, p.correct) for u, p in scores.micro.items()} == literal(pairs)
    assert np.array_equal(scores.counts.sum(axis=0)[:7], list(literal(pairs).values()))
    for kind, unit in (("event", "Trig-C"), ("role", "Arg-C+"), ("arguments", "Arg-C+"), ("entity", "Entity")):
        assert sum(prf.correct for prf in scores.by_type[kind].values()) == scores.micro[unit].correct
