"""Versions laid side by side: what is one thing, who said what of it, and in what they differ."""

from __future__ import annotations

import pytest

from annotation.agreement.item_alignment import (
    ATTRIBUTE,
    BOUNDARY,
    EVENT,
    LABEL,
    MISSED,
    PREFIX,
    AlignedItem,
    align_versions,
)
from annotation.core.document import Document
from annotation.core.layers import ARGUMENT, ENTITY, LINK
from tests.builders import build, conflict

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
