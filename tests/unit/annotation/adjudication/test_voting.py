"""Several versions of one article become gold, and every decision is counted."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.adjudication.voting import KEPT, LEFT_OUT, OUTCOMES, adjudicate, contested
from annotation.core.document import Document, Provenance
from annotation.core.errors import UsageError
from tests.builders import build, conflict
from tests.strategies import versions

ONTOLOGY = conflict()

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
    with pytest.raises(UsageError, match=r"another text than an earlier one of the same id \(a\)"):
        adjudicate([build("שלום", by="noa", id="a"), build("שלום!", by="dan", id="a")])


GLUED = "[Raid:trigger פשיטה] על [Target>Raid:Facility המחסן] [Place>Raid:GPE ברמלה]"


def test_a_prefix_more_or_less_is_one_thing_and_most_or_else_the_guidelines_say_how_it_is_written() -> None:
    tie = adjudicate([build(RAID, by="noa"), build(GLUED, by="dan")])
    assert tie.gold == [build(RAID)]
    assert tie.outcomes["entity"] == {"agreed": 1, "prefix": 1}
    assert adjudicate([build(GLUED, by="noa"), build(GLUED, by="dan"), build(RAID, by="tal")]).gold == [build(GLUED)]
    assert adjudicate([build(RAID, by="noa"), build(GLUED, by="dan")], senior=["dan"]).gold == [build(GLUED)]
    seen_by_two = adjudicate([build(RAID, by="noa"), build(GLUED, by="dan"), build(NO_PLACE, by="tal")])
    assert seen_by_two.gold == [build(RAID)]
    assert seen_by_two.outcomes["argument"] == {"agreed": 1, "majority": 1}


def test_who_marked_both_the_word_and_the_word_with_its_prefix_means_both() -> None:
    nested = "[Raid:trigger פשיטה] [GPE ב[GPE רמלה]]"
    plain = "[Raid:trigger פשיטה] ב[GPE רמלה]"
    assert adjudicate([build(nested, by="noa"), build(plain, by="dan")]).outcomes["entity"] == {
        "agreed": 1,
        "unresolved": 1,
    }


def test_without_a_policy_what_is_contested_waits_and_is_counted() -> None:
    documents = [build(RAID, by=name, id="same") for name in ("noa", "dan")]
    documents += [build(RAID, by="noa", id="torn"), build(NO_PLACE, by="dan", id="torn")]
    result = adjudicate(documents, policy=None)
    assert [document.id for document in result.gold] == ["same"]
    assert result.waiting == ("torn",)
    assert result.outcomes["entity"] == {"agreed": 2, "waiting": 2}
    assert [list(versions) for versions in contested(documents)] == [["noa", "dan"]]


def test_what_the_adjudicator_decided_is_gold_and_each_item_says_how() -> None:
    documents = [build(RAID, by="noa", id="a"), build(NO_PLACE, by="dan", id="a")]
    decision = build("[Raid:trigger פשיטה] על המחסן ב[Place>Raid:GPE רמלה]", by="tal", id="a")
    result = adjudicate(documents, policy=None, decided={"a": decision})
    assert result.gold == [decision]
    assert result.gold[0].provenance == decision.provenance
    assert result.outcomes["entity"] == {"decided": 1, "overturned": 1}
    other = build(NO_PLACE.replace("ברמלה", "ב[Location רמלה]"), by="tal", id="a")
    assert adjudicate(documents, policy=None, decided={"a": other}).outcomes["entity"] == {
        "agreed": 1,
        "rejected": 1,
        "added": 1,
    }


def test_a_value_that_goes_without_saying_is_no_other_value_and_stays_where_it_was_said() -> None:
    said = RAID.replace("Raid:trigger", "Raid,certainty=confirmed:trigger")
    documents = [build(RAID, by="noa"), build(said, by="dan")]
    assert len(contested(documents)) == 1
    assert contested(documents, ONTOLOGY) == []
    assert adjudicate(documents, policy=None, ontology=ONTOLOGY).gold == [build(said)]
    torn = [build(said, by="noa"), build(CERTAIN, by="dan")]
    assert adjudicate(torn, ontology=ONTOLOGY).gold == [build(RAID)]
    assert adjudicate(torn[:1], ontology=ONTOLOGY).gold == [build(said)]


def test_every_outcome_is_told() -> None:
    assert {*KEPT, *LEFT_OUT} == set(OUTCOMES)


@settings(max_examples=60, deadline=None)
@given(versions(ONTOLOGY), st.sampled_from([(), ("0",)]))
def test_whatever_they_marked_gold_holds_together_and_every_item_is_counted(
    marked: list[Document], senior: tuple[str, ...]
) -> None:
    documents = [replace(v, provenance=Provenance(annotator=str(number))) for number, v in enumerate(marked)]
    result = adjudicate(documents, senior=senior)
    (gold,) = result.gold
    kept = sum(counts[outcome] for counts in result.outcomes.values() for outcome in KEPT)
    items = [*gold.spans(), *gold.links, *(i for e in gold.events for i in (*e.arguments, *e.attributes))]
    assert kept == len(items)
    assert set(gold.spans()) <= {span for version in marked for span in version.spans()}
    assert adjudicate([documents[0]]).gold == [documents[0]]
