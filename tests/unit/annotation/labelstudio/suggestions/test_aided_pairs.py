"""Annotators with and without a suggestion, compared pair by pair and all at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.agreement.pair_counts import PairCounts
from annotation.core.document import Document, Provenance
from annotation.labelstudio.suggestions import aided_pairs as module
from annotation.labelstudio.suggestions.aided_pairs import aided_pairs
from tests.builders import build, conflict
from tests.strategies import versions

ONTOLOGY = conflict()


def plain(sums: dict[str, PairCounts]) -> dict[str, object]:
    return {
        name: (own.article, own.counts.tolist(), own.given.tolist(), *map(dict, own.types), dict(own.values))
        for name, own in sorted(sums.items())
    }


@given(documents=versions(ONTOLOGY), chosen=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=9))
def test_all_at_once_counts_what_every_two_count(documents: list[Document], chosen: list[tuple[int, bool]]) -> None:
    made = [
        (replace(documents[at % len(documents)], language="he", provenance=Provenance(annotator=f"{number:02}")), aided)
        for number, (at, aided) in enumerate(chosen)
    ]
    at_once = aided_pairs(made, ONTOLOGY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MANY", 10**9)
        assert plain(at_once) == plain(aided_pairs(made, ONTOLOGY))


def test_two_versions_of_one_annotator_are_not_compared() -> None:
    marked = [build("[Arrest:trigger נעצר] [Person>Arrest:Person דוד]", by=name) for name in ("a", "a", "b")]
    found = aided_pairs([(marked[0], True), (marked[1], False), (marked[2], False)], ONTOLOGY)
    assert sorted(found) == ["none", "one"]
    assert all(np.array_equal(counts.counts[0][:, 2], found["none"].counts[0][:, 2]) for counts in found.values())
