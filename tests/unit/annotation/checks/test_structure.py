"""What the ontology expects of an event, and marks that get in each other's way."""

from __future__ import annotations

import pytest

from annotation.checks.run import check
from annotation.core.document import Document, Provenance, Source, Span, text_id
from annotation.core.errors import OntologyError
from annotation.core.ontology import Ontology
from tests.builders import build, conflict

ONTOLOGY = conflict()


def kinds(document: Document) -> list[str]:
    return [finding.kind for finding in check(document, ONTOLOGY)]


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ("[Arrest:trigger נעצר]", ["expected"]),
        ("[Arrest:trigger נעצר] [Person>Arrest:Person רן]", []),
        ("[Arrest,realis=planned:trigger ייעצר]", []),
        ("[Die,polarity=negative:trigger נהרג]", []),
        ("[Arrest#A,@x:trigger נעצר] [Person>Arrest#A:Person רן]. ה[Arrest#B,@x:trigger מעצר] הפתיע", []),
        ("[Speaker>Statement#S:Person רן] [Statement#S:trigger סיפר] על ה[Topic>Statement#S,Arrest:trigger מעצר]", []),
    ],
)
def test_an_event_lacks_what_its_definition_speaks_of(markup: str, found: list[str]) -> None:
    assert kinds(build(markup)) == found


def test_a_role_that_must_be_filled_is_missed() -> None:
    strict = Ontology.parse(
        ONTOLOGY.source.replace("Person: {fillers: &detainees", "Person: {min: 1, fillers: &detainees")
    )
    arrest = "[Arrest,realis=planned:trigger ייעצר]"
    assert [finding.kind for finding in check(build(arrest), strict)] == ["too-few"]
    assert kinds(build(arrest)) == []


def test_a_link_joins_two_events_or_two_entities() -> None:
    assert kinds(build("[@x:Person רן] [Statement,realis=generic,@x:trigger סיפר]")) == ["link"]


def test_marks_made_twice_are_known_by_their_regions() -> None:
    span = Span(0, 2, "Person")
    twice = Provenance(regions=((span, "a"), (span, "b")))
    assert kinds(Document("a", "רן", entities=(span,), provenance=twice)) == ["twice"]


def test_a_text_is_known_by_its_id_and_by_the_lines_it_was_cut_from() -> None:
    text = "שורה\nועוד"
    assert kinds(Document(text_id(text), text)) == []
    assert kinds(Document(text_id(text), text + "!")) == ["text"]
    cut = Source(name="a", body=((3, 7), (9, 13)))
    assert kinds(Document("own", text, source=cut)) == []
    assert kinds(Document("own", text + "!", source=cut)) == ["text"]


def test_what_an_event_expects_must_be_roles_it_has_and_changes_no_hash() -> None:
    with pytest.raises(OntologyError, match=r"events\.Die\.expects: must list roles of this event"):
        Ontology.parse(ONTOLOGY.source.replace("expects: [Victim]", "expects: [Speaker]"))
    without = Ontology.parse(ONTOLOGY.source.replace("    expects: [Victim]\n", ""))
    assert without.hash == ONTOLOGY.hash
    assert without.events["Die"].expects == ()
