"""Strict, exact, partial and type matches, against every matching there is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from annotation.core.document import Document, Span
from annotation.core.layers import ENTITY, SPAN_LAYERS, TRIGGER
from tests.unit.training.drawn import matchings, sides
from training.scoring.document_pairs import pair_documents
from training.scoring.partial_matches import KINDS, PartialMatch, matches
from training.scoring.scores import score


def entities(*spans: tuple[int, int, str], id: str = "d") -> Document:
    return Document(id, "x" * 60, entities=tuple(Span(*span) for span in spans))


def test_a_wrong_type_a_wrong_edge_and_both_each_lose_what_they_should() -> None:
    gold = entities((0, 4, "A"), (10, 14, "A"), (20, 24, "A"), (30, 34, "A"), (40, 44, "A"))
    predicted = entities((0, 4, "A"), (10, 14, "B"), (20, 23, "A"), (30, 33, "B"), (50, 54, "A"))
    found = matches(pair_documents([gold], [predicted])).by_layer[ENTITY]
    assert {kind: (match.correct, match.part) for kind, match in found.items()} == {
        "strict": (1, 0),
        "exact": (2, 0),
        "partial": (2, 2),
        "type": (2, 0),
    }
    assert found["partial"].f1 == pytest.approx(3 / 5)
    assert (found["partial"].gold, found["partial"].predicted) == (5, 5)


def test_greed_would_match_one_and_the_best_matches_two() -> None:
    gold = entities((0, 6, "A"), (6, 12, "A"))
    predicted = entities((2, 12, "A"), (6, 17, "A"))
    found = matches(pair_documents([gold], [predicted])).by_layer[ENTITY]
    assert (found["type"].correct, found["partial"].part) == (2, 2)


def test_halves_count_in_every_share_and_in_the_interval() -> None:
    match = PartialMatch(4, 5, 1, part=2)
    assert (match.credit, match.precision, match.recall, match.f1) == (2.0, 0.4, 0.5, pytest.approx(4 / 9))
    gold = [entities((0, 4, "A"), id=str(i)) for i in range(30)]
    predicted = [entities((0, 4 - i % 2, "A"), id=str(i)) for i in range(30)]
    partial = matches(pair_documents(gold, predicted)).by_layer[ENTITY]["partial"]
    assert partial.interval is not None
    assert partial.interval[0] < partial.f1 == 0.75 < partial.interval[1]


def test_it_is_plain_json_with_every_layer_and_kind() -> None:
    row = json.loads(json.dumps(matches(pair_documents([entities((0, 4, "A"))], [entities((0, 3, "A"))])).as_dict()))
    assert {layer: tuple(kinds) for layer, kinds in row.items()} == dict.fromkeys(
        ("entities", "triggers"), tuple(KINDS)
    )
    assert row["entities"]["partial"] | {"f1": 0.5, "part": 1, "enough": False} == row["entities"]["partial"]
    assert len(list(matches(pair_documents([], [])).table())) == 1 + len(SPAN_LAYERS) * len(KINDS)


def literal(gold: tuple[Span, ...], predicted: tuple[Span, ...]) -> dict[str, float]:
    """The best credit of every matching there is."""
    tried = [[(gold[i], predicted[j]) for i, j in pairs] for pairs in matchings(len(gold), len(predicted))]

    def same(a: Span, b: Span) -> bool:
        return a.start == b.start and a.end == b.end

    def meet(a: Span, b: Span) -> bool:
        return bool(set(range(a.start, a.end)) & set(range(b.start, b.end)))

    return {
        "strict": max(sum(same(a, b) and a.label == b.label for a, b in pairs) for pairs in tried),
        "exact": max(sum(same(a, b) for a, b in pairs) for pairs in tried),
        "partial": max(sum((same(a, b) + meet(a, b)) / 2 for a, b in pairs) for pairs in tried),
        "type": max(sum(meet(a, b) and a.label == b.label for a, b in pairs) for pairs in tried),
    }


@settings(max_examples=50, deadline=None)
@given(gold=sides(), predicted=sides())
def test_matches_are_those_of_a_literal_implementation(gold: Document, predicted: Document) -> None:
    found = matches(pair_documents([gold], [predicted])).by_layer
    for layer, left, right in (
        (ENTITY, gold.entities, predicted.entities),
        (TRIGGER, gold.triggers, predicted.triggers),
    ):
        assert {kind: match.credit for kind, match in found[layer].items()} == pytest.approx(literal(left, right))
        assert {(match.gold, match.predicted) for match in found[layer].values()} == {(len(left), len(right))}
    scores = score([gold], [predicted]).micro
    assert found[ENTITY]["strict"].correct == scores["Entity"].correct
    assert found[TRIGGER]["strict"].correct == scores["Trig-C"].correct
