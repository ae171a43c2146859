"""Several versions of one article become gold, and every decision is counted."""

import pytest

from annotation.adjudicate import adjudicate
from annotation.errors import UsageError
from tests.builders import build

RAID = "[Raid:trigger פשיטה] על [Target>Raid:Facility המחסן] ב[Place>Raid:GPE רמלה]"
NO_PLACE = "[Raid:trigger פשיטה] על [Target>Raid:Facility המחסן] ברמלה"
CERTAIN = "[certainty=reported,Raid:trigger פשיטה] על [Target>Raid:Facility המחסן] ב[Place>Raid:GPE רמלה]"


def test_what_all_marked_is_gold() -> None:
    result = adjudicate([build(RAID, by="noa"), build(RAID, by="dan")])
    assert result.gold == [build(RAID)]
    assert result.outcomes["argument"] == {"agreed": 2}


def test_more_than_half_decides() -> None:
    result = adjudicate([build(RAID, by="noa"), build(RAID, by="dan"), build(NO_PLACE, by="tal")])
    assert result.gold == [build(RAID)]
    assert result.outcomes["argument"] == {"agreed": 1, "majority": 1}
    assert adjudicate([build(NO_PLACE, by=x) for x in "ab"] + [build(RAID, by="c")]).gold == [build(NO_PLACE)]


@pytest.mark.parametrize(("senior", "gold"), [("noa", RAID), ("dan", NO_PLACE)])
def test_a_tie_goes_to_the_senior(senior: str, gold: str) -> None:
    result = adjudicate([build(RAID, by="noa"), build(NO_PLACE, by="dan")], senior=[senior])
    assert result.gold == [build(gold)]
    assert result.outcomes["entity"]["senior" if gold == RAID else "overruled"] == 1


def test_a_tie_nobody_can_settle_is_left_out_and_counted() -> None:
    result = adjudicate([build(RAID, by="noa"), build(CERTAIN, by="dan")])
    assert result.gold == [build(RAID)]
    assert result.outcomes["attribute"] == {"unresolved": 1}


def test_the_senior_policy_takes_the_senior_version_whole() -> None:
    versions = [build(RAID, by="noa"), build(RAID, by="dan"), build(CERTAIN, by="tal")]
    assert adjudicate(versions, policy="senior", senior=["tal"]).gold == [build(CERTAIN)]


def test_gold_says_who_and_where() -> None:
    gold = adjudicate([build(RAID, by="noa"), build(RAID, by="dan")]).gold[0]
    assert gold.provenance is not None
    assert (gold.provenance.annotator, gold.provenance.task) == ("dan, noa", 1)


def test_of_two_versions_by_one_annotator_the_later_counts() -> None:
    result = adjudicate([build(NO_PLACE, by="noa", id="a"), build(RAID, by="noa", id="a")])
    assert result.gold == [build(RAID, id="a")]
    assert result.superseded == 1


def test_versions_of_different_texts_are_named() -> None:
    with pytest.raises(UsageError, match="article a: its versions have different texts"):
        adjudicate([build("שלום", by="noa", id="a"), build("שלום!", by="dan", id="a")])
