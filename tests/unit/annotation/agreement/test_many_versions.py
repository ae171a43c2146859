"""Many versions of an article, compared place by place."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.agreement import many_versions, pairwise
from annotation.agreement.many_versions import summed_comparisons
from annotation.agreement.pair_counts import PairCounts, comparison
from annotation.agreement.pairwise import agreement
from annotation.core.document import Document, Provenance
from tests.builders import build, conflict
from tests.strategies import versions

ONTOLOGY = conflict()
PROCLITICS = (
    "[Arrest:trigger נעצר] [Place>Arrest:GPE ברמלה] אמש",
    "[Arrest:trigger נעצר] ב[Place>Arrest:GPE רמלה] אמש",
    "[Arrest:trigger נעצר] ב[Place>Arrest:Location רמלה] [Time>Arrest:Time אמש]",
    "[Raid:trigger נעצר] ב[Place>Raid:GPE רמלה] אמש",
    "נעצר ב[GPE רמלה] אמש",
)


def same(one: PairCounts, other: PairCounts) -> None:
    assert (one.article, one.story, one.language) == (other.article, other.story, other.language)
    assert np.array_equal(one.counts, other.counts)
    assert np.array_equal(one.given, other.given)
    assert [dict(types) for types in one.types] == [dict(types) for types in other.types]
    assert list(one.values) == list(other.values)
    assert dict(one.values) == dict(other.values)


def summed(counts: list[PairCounts]) -> PairCounts:
    first, *others = counts
    for other in others:
        first = first.plus(other)
    return first


def compared(documents: list[Document]) -> None:
    """Assert that place by place the sums are those of every two."""
    pairs = {
        (i, j): comparison(documents[i], documents[j], ONTOLOGY) for i, j in combinations(range(len(documents)), 2)
    }
    sums = summed_comparisons(documents, ONTOLOGY, story=documents[0].id, at_most=10**9)
    assert sums is not None
    same(sums[0], summed(list(pairs.values())))
    for number, own in enumerate(sums[1]):
        same(own, summed([counts for pair, counts in pairs.items() if number in pair]))


@given(documents=versions(ONTOLOGY), order=st.lists(st.integers(0, 3), min_size=2, max_size=8))
@settings(max_examples=150)
def test_place_by_place_counts_what_every_two_compared_count(documents: list[Document], order: list[int]) -> None:
    compared([replace(documents[number % len(documents)], language="he") for number in order])


@given(order=st.lists(st.sampled_from(PROCLITICS), min_size=2, max_size=8))
@settings(max_examples=50)
def test_what_a_proclitic_moves_is_moved_at_both_ends_of_an_argument(order: list[str]) -> None:
    compared([build(markup) for markup in order])


def test_the_agreement_of_many_is_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairwise, "MOST_PAIRS", 5)
    documents = [
        replace(
            build(PROCLITICS[(number * article) % 5]), id=f"a{article}", provenance=Provenance(annotator=f"n{number}")
        )
        for article in range(1, 4)
        for number in range(8)
    ]
    fast = agreement(documents, ontology=ONTOLOGY)
    monkeypatch.setattr(many_versions, "MANY", 10**9)
    plain = agreement(documents, ontology=ONTOLOGY)
    assert fast.as_dict() == plain.as_dict()
    assert fast.table() == plain.table()
    assert not fast.pairs
    assert len(fast.annotators) == 8


def test_versions_that_have_nothing_in_common_are_left_to_the_plain_way() -> None:
    documents = [build(markup) for markup in PROCLITICS]
    assert summed_comparisons(documents, ONTOLOGY, story="", at_most=3) is None
