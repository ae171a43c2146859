"""Shares of the documents: nested, of every language, and the same for the same seed."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from tests.run.small import documents
from training.loop.data_selection import sample_share

CORPUS = documents(40)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_smaller_share_is_within_the_larger(seed: int) -> None:
    parts = [sample_share(CORPUS, share, seed) for share in (0.1, 0.25, 0.5, 0.75, 1.0)]
    for small, large in itertools.pairwise(parts):
        assert {d.id for d in small} < {d.id for d in large}
    assert [Counter(d.language for d in part) for part in parts] == [{"ar": n, "he": n} for n in (2, 5, 10, 15, 20)]
    assert parts[-1] == CORPUS
    assert [d.id for d in parts[2]] == sorted(d.id for d in parts[2])


def test_the_seed_draws_them() -> None:
    assert sample_share(CORPUS, 0.5, 1) == sample_share(CORPUS[::-1], 0.5, 1)[::-1]
    assert sample_share(CORPUS, 0.5, 1) != sample_share(CORPUS, 0.5, 2)


def test_no_language_is_left_without_a_document() -> None:
    assert {document.language for document in sample_share(CORPUS, 0.01, 1)} == {"ar", "he"}
