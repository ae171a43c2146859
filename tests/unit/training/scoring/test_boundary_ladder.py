"""The boundary ladder: each rung on a case of its own, and against every matching there is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from annotation.core.boundary_difference import MARKS, PROCLITIC, edge
from annotation.core.document import Document, Span
from annotation.core.inline_markup import parse
from annotation.core.layers import ENTITY, TRIGGER
from tests.unit.training.drawn import TEXT, matchings, sides
from training.scoring.boundary_ladder import RUNGS, ladder
from training.scoring.document_pairs import pair_documents


def rungs(gold: str, predicted: str, language: str = "he") -> list[int]:
    found = ladder(
        pair_documents([parse(gold, id="d", language=language)], [parse(predicted, id="d", language=language)])
    )
    return [prf.correct for prf in found.by_layer[ENTITY].values()]


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("ירי ב[GPE אטמה] בבוקר", "ירי ב[GPE אטמה] בבוקר", [1, 1, 1, 1, 1]),
        ("ירי ב[GPE אטמה] בבוקר", "ירי [GPE באטמה] בבוקר", [0, 1, 1, 1, 1]),
        ("قصف و[Organization التحالف]", "قصف [Organization والتحالف]", [0, 1, 1, 1, 1]),
        ("ירי ב[GPE אטמה], בבוקר", "ירי ב[GPE אטמה,] בבוקר", [0, 0, 1, 1, 1]),
        ("ירי ב[GPE אטמה] הצפונית", "ירי ב[GPE אטמה הצפונית]", [0, 0, 0, 1, 1]),
        ("ירי ב[GPE אטמה] ובסוריה", "ירי באטמה וב[GPE סוריה]", [0, 0, 0, 0, 1]),
        ("ירי ב[GPE אטמה] בבוקר", "ירי ב[Person אטמה] בבוקר", [0, 0, 0, 0, 0]),
    ],
)
def test_each_rung_forgives_what_it_says_and_no_more(gold: str, predicted: str, expected: list[int]) -> None:
    assert rungs(gold, predicted) == expected


def test_one_prediction_climbs_for_one_gold_span_only() -> None:
    assert rungs("[GPE אטמה] ו[GPE סוריה]", "[GPE אטמה וסוריה]") == [0, 0, 0, 1, 1]


def test_it_is_plain_json_with_every_rung() -> None:
    document = parse("ירי ב[GPE אטמה]")
    row = json.loads(json.dumps(ladder(pair_documents([document], [document])).as_dict()))
    assert tuple(row["entities"]) == tuple(row["triggers"]) == tuple(RUNGS)
    assert row["entities"]["exact"]["f1"] == 1.0
    assert len(list(ladder(pair_documents([document], [document])).table())) == 1 + 2 * len(RUNGS)


def literal(gold: tuple[Span, ...], predicted: tuple[Span, ...]) -> list[int]:
    """As many as any matching allows, by a list of what each rung takes."""
    tried = [[(gold[i], predicted[j]) for i, j in pairs] for pairs in matchings(len(gold), len(predicted))]

    def least(a: Span, b: Span) -> int:
        """The first rung that takes the pair."""
        if a.label != b.label:
            return len(RUNGS)
        if (a.start, a.end) == (b.start, b.end):
            return 0
        if a.end <= b.start or b.end <= a.start:
            return 4
        return {PROCLITIC: 1, MARKS: 2}.get(edge(TEXT, a, b), 3)

    return [max(sum(least(a, b) <= rung for a, b in pairs) for pairs in tried) for rung in range(len(RUNGS))]


@settings(max_examples=60)
@given(gold=sides(), predicted=sides())
def test_the_ladder_is_that_of_a_literal_implementation(gold: Document, predicted: Document) -> None:
    found = ladder(pair_documents([gold], [predicted])).by_layer
    assert [prf.correct for prf in found[ENTITY].values()] == literal(gold.entities, predicted.entities)
    assert [prf.correct for prf in found[TRIGGER].values()] == literal(gold.triggers, predicted.triggers)
