"""SameAs clusters by CEAF-e and LEA: the papers' own example, edge cases, and a literal implementation."""

from __future__ import annotations

import json
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings

from annotation.core.document import Document, Link, Span
from tests.unit.training.drawn import matchings, sides
from training.scoring.coreference import clusters, links
from training.scoring.document_pairs import pair_documents


def linked(*chains: str, id: str = "d") -> Document:
    """Mentions are letters; each chain of letters is joined one to the next."""
    span = {letter: Span(at, at + 1, "Person") for at, letter in enumerate("abcdefghijklm")}
    joined = [Link("SameAs", span[a], span[b]) for chain in chains for a, b in pairwise(chain)]
    return Document(id, "x" * 13, entities=tuple(span.values()), links=tuple(joined))


def test_the_example_of_the_lea_paper() -> None:
    """Key {abc} {defg}, response {ab} {cd} {fghi}: recall 0.24 and precision 0.33."""
    found = links(pair_documents([linked("abc", "defg")], [linked("ab", "cd", "fghi")]))
    recall = (3 * (1 / 3) + 4 * (1 / 6)) / 7
    precision = (2 * 1 + 2 * 0 + 4 * (1 / 6)) / 8
    assert (found.lea.recall, found.lea.precision) == pytest.approx((recall, precision))
    assert (found.gold, found.predicted) == (2, 3)
    phi = 2 * 2 / 5 + 2 * 2 / 8
    assert (found.ceaf_e.recall, found.ceaf_e.precision) == pytest.approx((phi / 2, phi / 3))
    assert found.ceaf_e.f1 == pytest.approx(2 * phi / 5)


def test_what_hangs_together_is_one_cluster_whatever_the_chain() -> None:
    assert clusters(linked("abc", "cd")) == clusters(linked("bd", "ad", "cb"))
    assert links(pair_documents([linked("abcd")], [linked("db", "ca", "ab")])).lea.f1 == 1.0


def test_links_of_another_label_and_nothing_at_all_are_no_clusters() -> None:
    empty = links(pair_documents([linked()], [linked("ab")]))
    assert (empty.ceaf_e.f1, empty.lea.f1, empty.gold, empty.predicted) == (0.0, 0.0, 0, 1)
    assert links(pair_documents([linked("ab")], [linked("ab")]), label="Other").gold == 0
    assert links(pair_documents([], [])).lea.interval is None


def test_the_interval_comes_from_drawing_documents() -> None:
    gold = [linked("ab", "cd", id=str(i)) for i in range(40)]
    predicted = [linked(*(("ab", "cd") if i % 2 else ()), id=str(i)) for i in range(40)]
    found = links(pair_documents(gold, predicted))
    assert found.lea.f1 == pytest.approx(2 / 3)
    assert found.lea.interval[0] < found.lea.f1 < found.lea.interval[1]
    assert found.enough
    assert not links(pair_documents(gold[:14], predicted[:14])).enough


def test_it_is_plain_json() -> None:
    row = json.loads(json.dumps(links(pair_documents([linked("ab")], [linked("ab")])).as_dict()))
    shares = {"f1": 1.0, "precision": 1.0, "recall": 1.0}
    assert row["LEA"] == row["CEAF-e"] == shares
    assert (row["gold"], row["enough"]) == (1, False)


def sets(document: Document) -> list[set[Span]]:
    """Clusters by joining until nothing joins."""
    found = [{link.a, link.b} for link in document.links]
    while True:
        for one, two in combinations(found, 2):
            if one & two:
                found = [*(other for other in found if other is not one and other is not two), one | two]
                break
        else:
            return found


def lea(ours: list[set[Span]], theirs: list[set[Span]]) -> float:
    """Recall, link by link."""
    there = [{*map(frozenset, combinations(cluster, 2))} for cluster in theirs]
    found = 0.0
    for cluster in ours:
        pairs = {*map(frozenset, combinations(cluster, 2))}
        found += len(cluster) * sum(len(pairs & other) for other in there) / len(pairs)
    return found / sum(map(len, ours)) if ours else 0.0


@settings(max_examples=60)
@given(gold=sides(), predicted=sides())
def test_links_are_those_of_a_literal_implementation(gold: Document, predicted: Document) -> None:
    found, ours, theirs = links(pair_documents([gold], [predicted])), sets(gold), sets(predicted)
    assert (found.gold, found.predicted) == (len(ours), len(theirs))
    assert (found.lea.recall, found.lea.precision) == pytest.approx((lea(ours, theirs), lea(theirs, ours)))
    best = max(
        sum(2 * len(ours[i] & theirs[j]) / (len(ours[i]) + len(theirs[j])) for i, j in pairs)
        for pairs in matchings(len(ours), len(theirs))
    )
    assert found.ceaf_e.f1 == pytest.approx(2 * best / max(1, len(ours) + len(theirs)))
