"""Versions laid side by side: what is one thing, who said what of it, and in what they differ."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.agreement.item_alignment import (
    ATTRIBUTE,
    BOUNDARY,
    EVENT,
    LABEL,
    MISSED,
    PREFIX,
    AlignedItem,
    _cluster,
    _similarity,
    align_versions,
)
from annotation.core.document import Document
from annotation.core.layers import ARGUMENT, ENTITY, LINK
from annotation.core.matching import assign
from tests.builders import build, conflict
from tests.strategies import versions

ONTOLOGY = conflict()

RAID = "[Raid:trigger פשיטה] על [Target>Raid:Facility המחסן] ב[Place>Raid:GPE רמלה]"


def laid(*markups: str) -> list[AlignedItem]:
    versions: dict[str, Document] = {name: build(m) for name, m in zip(("noa", "dan", "tal"), markups, strict=False)}
    return align_versions(versions, ONTOLOGY)


def contested(*markups: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(place.layer, place.causes) for place in laid(*markups) if place.contested]


def test_versions_that_agree_have_no_contested_place() -> None:
    assert contested(RAID, RAID, RAID) == []
    assert [place.layer for place in laid(RAID, RAID)] == [EVENT, ARGUMENT, ARGUMENT, ENTITY, ENTITY]


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (RAID.replace("[Place>Raid:GPE רמלה]", "רמלה"), [(ENTITY, (MISSED,))]),
        (RAID.replace("Facility המחסן", "Vehicle המחסן"), [(ENTITY, (LABEL,))]),
        (RAID.replace("Place>Raid", "Target>Raid"), [(ARGUMENT, (LABEL,))]),
        (RAID.replace("Place>Raid:", ""), [(ARGUMENT, (MISSED,))]),
        (RAID.replace("ב[Place>Raid:GPE רמלה]", "[Place>Raid:GPE ברמלה]"), [(ENTITY, (PREFIX,))]),
        (RAID.replace("פשיטה] על", "פשיטה על]"), [(EVENT, (BOUNDARY,))]),
        (RAID.replace("Raid:trigger", "Raid,certainty=denied:trigger"), [(ATTRIBUTE, (LABEL,))]),
        (RAID.replace("Raid", "Strike"), [(EVENT, (LABEL,))]),
    ],
)
def test_each_difference_is_one_place_with_its_cause(other: str, found: list[tuple[str, tuple[str, ...]]]) -> None:
    assert contested(RAID, other) == found
    assert contested(other, RAID) == found


@given(documents=versions(ONTOLOGY), order=st.lists(st.integers(0, 3), min_size=2, max_size=7))
@settings(max_examples=100)
def test_place_by_place_the_clusters_are_those_of_every_two_versions(
    documents: list[Document], order: list[int]
) -> None:
    spans = {str(at): documents[number % len(documents)].entities for at, number in enumerate(order)}
    together = {(name, span): {(name, span)} for name, own in spans.items() for span in own}
    for (first, left), (second, right) in combinations(spans.items(), 2):
        for i, j in assign(left, right, _similarity):
            joined = together[first, left[i]] | together[second, right[j]]
            together |= dict.fromkeys(joined, joined)
    clusters = _cluster(spans)
    assert list(clusters) == list(together)
    assert {key: {other for other in clusters if clusters[other] == clusters[key]} for key in clusters} == together
    assert list(dict.fromkeys(clusters.values())) == list(range(len(set(clusters.values()))))


def test_an_attribute_left_at_its_default_is_no_other_answer() -> None:
    assert contested(RAID, RAID.replace("Raid:trigger", "Raid,certainty=confirmed:trigger")) == []


def test_who_missed_the_trigger_is_not_asked_for_what_hangs_on_it() -> None:
    denied, missing = RAID.replace("Raid:trigger", "Raid,certainty=denied:trigger"), "פשיטה על המחסן ברמלה"
    assert {layer for layer, _ in contested(denied, denied, missing)} == {EVENT, ENTITY}


def test_links_are_places_too() -> None:
    both = "[@a:Person סאלם] הגיע. [@a:Person אבו ליית] הלך"
    apart = "[Person סאלם] הגיע. [Person אבו ליית] הלך"
    assert contested(both, apart) == [(LINK, (MISSED,))]


def test_answers_are_everybodys_and_most_votes_are_told() -> None:
    wide = RAID.replace("על [Target>Raid:Facility המחסן]", "[Target>Raid:Facility על המחסן]")
    place = next(p for p in laid(RAID, wide, RAID) if p.layer == ENTITY and p.contested)
    assert {name: len(given) for name, given in place.answers.items()} == {"noa": 1, "dan": 1, "tal": 1}
    (answer, votes), *_ = place.votes().most_common()
    assert (votes, answer[0][0]) == (2, "Facility")
    assert answer[0][1].quote(build(RAID).text) == "המחסן"
