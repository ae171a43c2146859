"""Documents check themselves and compare by what they say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Link, Provenance, Source, Span, sha256, text_id
from tests.builders import conflict
from tests.strategies import documents

TEXT = "נעצר באטמה אבו חפס"
ARREST, PERSON, PLACE = Span(0, 4, "Arrest"), Span(11, 18, "Person"), Span(6, 10, "GPE")


@given(documents(conflict()), st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_marked_does_not_matter(document: Document, chance: st.DataObject) -> None:
    entities, events, links = list(document.entities), list(document.events), list(document.links)
    for things in (entities, events, links):
        chance.shuffle(things)  # type: ignore[attr-defined]
    again = replace(document, entities=tuple(entities), events=tuple(events), links=tuple(links))
    assert again == document


@pytest.mark.parametrize(("start", "end"), [(2, 2), (3, 2), (-1, 2)])
def test_a_span_is_not_empty_nor_reversed(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="empty or reversed"):
        Span(start, end, "Person")


def test_spans_cross_when_neither_holds_the_other() -> None:
    assert Span(0, 4, "A").crosses(Span(2, 6, "B"))
    assert Span(2, 6, "B").crosses(Span(0, 4, "A"))
    for other in (Span(0, 2, "B"), Span(4, 6, "B"), Span(0, 4, "B"), Span(0, 9, "B")):
        assert not Span(0, 4, "A").crosses(other)


def test_scores_and_provenance_do_not_count() -> None:
    assert Span(0, 1, "A", 0.5) == Span(0, 1, "A")
    assert Argument("Place", PLACE, 0.1) == Argument("Place", PLACE)
    assert Document("a", "x", provenance=Provenance(task=1)) == Document("a", "x")


def test_a_link_has_no_direction_and_two_ends() -> None:
    assert Link("SameAs", PERSON, PLACE) == Link("SameAs", PLACE, PERSON)
    with pytest.raises(ValueError, match="to itself"):
        Link("SameAs", PLACE, PLACE)


def test_an_event_has_each_attribute_once() -> None:
    assert Event(ARREST, attributes=(("realis", "actual"), ("realis", "actual"))).attribute("realis") == "actual"
    assert Event(ARREST).attribute("realis") is None
    with pytest.raises(ValueError, match="an attribute twice"):
        Event(ARREST, attributes=(("realis", "actual"), ("realis", "generic")))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"entities": (Span(11, 99, "Person"),)}, "Person [11:99] leaves the text of 18 characters"),
        ({"events": (Event(ARREST), Event(ARREST, (Argument("Person", PERSON),)))}, "share one trigger"),
        ({"events": (Event(ARREST, (Argument("Person", PERSON),)),)}, "Person [11:18] is an argument or link"),
        ({"entities": (PERSON,), "links": (Link("SameAs", PERSON, PLACE),)}, "GPE [6:10] is an argument or link"),
    ],
)
def test_a_document_refuses_what_does_not_hold_together(parts: dict[str, tuple[object, ...]], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Document("d", TEXT, **parts)  # type: ignore[arg-type]


def test_an_argument_may_be_another_event() -> None:
    other = Event(Span(5, 10, "Movement"), (Argument("Agent", ARREST),))
    document = Document("d", TEXT, entities=(PERSON,), events=(Event(ARREST), other))
    assert document.triggers == (ARREST, other.trigger)
    assert list(document.spans()) == [PERSON, ARREST, other.trigger]


def test_the_bare_document_keeps_text_and_source() -> None:
    document = Document("d", TEXT, "he", entities=(PERSON,), source=Source("x"), provenance=Provenance(task=1))
    assert document.bare() == Document("d", TEXT, "he", source=Source("x"))
    assert document.bare().provenance is None


def test_fingerprints_are_of_the_text() -> None:
    assert Document("d", TEXT).text_sha256 == sha256(TEXT)
    assert text_id(TEXT) == sha256(TEXT)[:16]
    assert sha256("\ud800") != sha256("\ud801")
