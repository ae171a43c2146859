"""Spans that differ by a glued prefix only count as one where that is asked for."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Document, Span
from annotation.core.matching import count_units, units
from annotation.core.proclitics import moved, tolerated, variants
from tests.builders import build, conflict
from tests.strategies import documents

ONTOLOGY = conflict()


@pytest.mark.parametrize(
    ("text", "a", "b", "same"),
    [
        ("במחוז החוף", (0, 5), (1, 5), True),
        ("وبالغارة", (0, 8), (4, 8), True),
        ("للتحالف", (0, 7), (1, 7), True),
        ("במחוז החוף", (0, 5), (2, 5), False),
        ("במחוז החוף", (0, 5), (1, 10), False),
        ("במחוז החוף", (0, 5), (0, 5), False),
        ("במחוז החוף", (0, 1), (6, 10), False),
    ],
)
def test_only_a_string_of_proclitics_at_the_start_is_forgiven(
    text: str, a: tuple[int, int], b: tuple[int, int], same: bool
) -> None:
    assert variants(text, Span(*a, "X"), Span(*b, "X")) is same


def test_a_span_moves_to_the_one_of_its_own_label_with_all_that_points_at_it() -> None:
    one = build("ב[Place>Raid:GPE רמלה] [Raid:trigger פשטו]")
    two = build("[Place>Raid:GPE ברמלה] [Raid:trigger פשטו]")
    assert tolerated(one, two) == one
    other = build("[Place>Raid:Location ברמלה] [Raid:trigger פשטו]")
    assert tolerated(one, other) == build("ב[Place>Raid:Location רמלה] [Raid:trigger פשטו]")


@settings(max_examples=60, deadline=None)
@given(documents(ONTOLOGY), st.randoms(use_true_random=False))
def test_forgiving_never_costs_and_what_agrees_stays(one: Document, chance: Random) -> None:
    where: dict[Span, Span] = {}
    for span in one.spans():
        target = replace(span, start=max(0, min(span.end - 1, span.start + chance.choice((-1, 0, 1, 2)))))
        if target not in {*one.spans(), *where.values()}:
            where[span] = target
    two = moved(one, where)
    exact, forgiven = (count_units(units(one), units(other)) for other in (two, tolerated(one, two)))
    assert all(after[2] >= before[2] for before, after in zip(exact, forgiven, strict=True))
    assert tolerated(one, one) == one
