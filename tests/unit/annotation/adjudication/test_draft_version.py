"""What an adjudicator starts from."""

from __future__ import annotations

from hypothesis import given, settings

from annotation.adjudication.draft_version import Proposal, proposal
from annotation.adjudication.voting import unanimous, without_defaults
from annotation.agreement.item_alignment import align_versions
from annotation.core.document import Document
from tests.builders import build, conflict
from tests.strategies import versions

ONTOLOGY = conflict()

CONTROLS = dict.fromkeys(map(ord, "\u2068\u2069\u200f"))

RAID = "[Raid:trigger פשיטה] על [Target>Raid:Facility המחסן] ב[Place>Raid:GPE רמלה]"


def proposed(*markups: str, senior: tuple[str, ...] = (), ui_language: str = "en") -> Proposal:
    versions: dict[str, Document] = {n: build(m, by=n) for n, m in zip(("noa", "dan", "tal"), markups, strict=False)}
    return proposal(versions, ONTOLOGY, senior=senior, ui_language=ui_language)


def told(made: Proposal) -> list[str]:
    """The lines as they are read, without what turns them."""
    return [line.translate(CONTROLS) for line in made.lines]


def test_what_all_say_is_proposed_without_a_note() -> None:
    made = proposed(RAID, RAID)
    assert (made.document, made.notes, made.lines) == (build(RAID), {}, ())
    assert {span.score for span in made.document.spans()} == {1.0}


def test_what_one_of_them_has_is_in_with_its_share_of_the_votes_and_a_note() -> None:
    made = proposed(RAID, RAID.replace("[Place>Raid:GPE רמלה]", "רמלה"))
    assert made.document == build(RAID)
    (place,) = made.notes
    assert (place.label, place.score) == ("GPE", 0.5)
    assert made.notes[place].translate(CONTROLS) == "noa: Country or town «רמלה» · dan: nothing"
    assert told(made) == ["פשיטה על המחסן ב[רמלה]\nnoa: Country or town «רמלה» · dan: nothing"]


def test_of_two_boundaries_one_is_proposed_and_what_hangs_on_it_follows() -> None:
    wide = RAID.replace("על [Target>Raid:Facility המחסן]", "[Target>Raid:Facility על המחסן]")
    assert proposed(RAID, wide, wide).document == build(wide)
    assert proposed(wide, RAID, senior=("dan",)).document == build(RAID)


def test_another_label_and_value_go_with_most() -> None:
    other = RAID.replace("Raid:trigger", "Raid,certainty=denied:trigger").replace("Target>Raid:Facility", "Facility")
    made = proposed(RAID, other, other)
    assert made.document == build(RAID.replace("Raid:trigger", "Raid,certainty=denied:trigger"))
    assert sorted(told(made))[0] == ("[פשיטה] על המחסן ברמלה\nnoa: Certainty Confirmed · dan, tal: Certainty Denied")


def test_a_type_and_a_role_of_one_name_keep_their_own_titles() -> None:
    facility = ONTOLOGY.entities["Facility"].title["en"]
    assert f"noa: {facility} «המחסן» · dan: nothing" in told(proposed(RAID, "[Raid:trigger פשיטה] על המחסן ברמלה"))[0]


def test_notes_are_in_the_language_of_the_labels() -> None:
    made = proposed(RAID, RAID.replace("[Place>Raid:GPE רמלה]", "רמלה"), ui_language="he")
    assert told(made) == ["פשיטה על המחסן ב[רמלה]\nnoa: מדינה או יישוב «רמלה» · dan: כלום"]


@settings(max_examples=60, deadline=None)
@given(versions(ONTOLOGY))
def test_whatever_they_marked_every_thing_is_in_once_and_as_somebody_has_it(marked: list[Document]) -> None:
    named = {str(number): version for number, version in enumerate(marked)}
    made = proposal(named, ONTOLOGY)
    assert set(made.document.spans()) <= {span for version in marked for span in version.spans()}
    contested = [place for place in align_versions(named, ONTOLOGY) if place.contested]
    assert len(made.lines) == len(contested)
    assert bool(contested) == (not unanimous([without_defaults(version, ONTOLOGY) for version in marked]))


def test_of_as_many_the_one_without_its_prefix_is_proposed() -> None:
    glued = RAID.replace("ב[Place>Raid:GPE רמלה]", "[Place>Raid:GPE ברמלה]")
    assert proposed(glued, RAID).document == build(RAID)
    assert proposed(RAID, glued, senior=("dan",)).document == build(glued)
