"""Documents check themselves, compare by what they say, and survive JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.document import (
    SCHEMA,
    Argument,
    Document,
    Event,
    Link,
    Provenance,
    Source,
    Span,
    from_json,
    sha256,
    text_id,
    to_json,
)
from tests.builders import conflict
from tests.strategies import documents

TEXT = "נעצר באטמה אבו חפס"
ARREST, PERSON, PLACE = Span(0, 4, "Arrest"), Span(11, 18, "Person"), Span(6, 10, "GPE")


@given(documents(conflict()), st.none() | st.floats(0, 1), st.booleans())
def test_a_document_survives_json(document: Document, score: float | None, told: bool) -> None:
    scored = tuple(Span(s.start, s.end, s.label, score) for s in document.entities)
    regions = tuple((span, f"r{number}") for number, span in enumerate(document.spans()))
    by = Provenance(task=1, annotation=2, annotator="noa", lead_time=0.5, regions=regions) if told else None
    document = replace(document, entities=scored, provenance=by)
    back = from_json(json.loads(json.dumps(to_json(document))))
    assert back == document
    assert back.provenance == document.provenance
    assert [span.score for span in back.entities] == [span.score for span in document.entities]


@given(documents(conflict()), st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_marked_does_not_matter(document: Document, chance: st.DataObject) -> None:
    entities, events, links = list(document.entities), list(document.events), list(document.links)
    for things in (entities, events, links):
        chance.shuffle(things)  # type: ignore[attr-defined]
    again = replace(document, entities=tuple(entities), events=tuple(events), links=tuple(links))
    assert again == document


def test_what_says_nothing_is_not_written() -> None:
    assert to_json(Document("a", "")) == {"schema": SCHEMA, "id": "a", "text": "", "language": "und"}


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


SPAN = {"start": 0, "end": 4, "label": "Arrest"}


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"schema": 2, "id": "d", "text": ""},
        {"schema": 1, "text": ""},
        {"schema": 1, "id": 5, "text": ""},
        {"schema": 1, "id": "d", "text": None},
        {"schema": 1, "id": "d", "text": TEXT, "entities": "all"},
        {"schema": 1, "id": "d", "text": TEXT, "entities": [5]},
        {"schema": 1, "id": "d", "text": TEXT, "entities": [{**SPAN, "start": "0"}]},
        {"schema": 1, "id": "d", "text": TEXT, "entities": [{**SPAN, "start": True}]},
        {"schema": 1, "id": "d", "text": TEXT, "entities": [{**SPAN, "score": "high"}]},
        {"schema": 1, "id": "d", "text": TEXT, "entities": [{"start": 0}]},
        {"schema": 1, "id": "d", "text": TEXT, "events": [{"arguments": []}]},
        {"schema": 1, "id": "d", "text": TEXT, "events": [{"trigger": SPAN, "attributes": [["a"]]}]},
        {"schema": 1, "id": "d", "text": TEXT, "links": [{"label": "SameAs", "a": SPAN}]},
        {"schema": 1, "id": "d", "text": TEXT, "source": "x"},
        {"schema": 1, "id": "d", "text": TEXT, "source": {"name": "x", "colour": 1}},
        {"schema": 1, "id": "d", "text": TEXT, "source": {"name": "x", "body": [[1]]}},
        {"schema": 1, "id": "d", "text": TEXT, "provenance": {"regions": [[5, "r"]]}},
    ],
)
def test_a_row_that_is_no_document_is_a_value_error(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^(schema is|not a document)"):
        from_json(row)
