"""Markup inside the text: what it means, what it refuses, and that it loses nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Link, Span, text_id
from annotation.core.inline_markup import escape, parse, strip
from tests.builders import conflict
from tests.strategies import documents, texts

ARREST = "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס]"


def quoted(markup: str) -> list[str]:
    """label=words for every span."""
    document = parse(markup)
    return [f"{span.label}={span.quote(document.text)}" for span in document.spans()]


def render(document: Document) -> str:
    """Nested marks written as markup; spans that cross or repeat an offset pair are left out by the caller."""
    spans = sorted(document.entities, key=lambda span: (span.start, -span.end))
    out, stack, at = "", [], 0
    for offset in range(len(document.text) + 1):
        while stack and stack[-1] == offset:
            out += escape(document.text[at:offset]) + "]"
            at = offset
            stack.pop()
        for span in spans:
            if span.start == offset:
                out += escape(document.text[at:offset]) + f"[{span.label} "
                at = offset
                stack.append(span.end)
    return out + escape(document.text[at:])


def test_a_whole_event() -> None:
    place, person = Span(6, 10, "GPE"), Span(11, 18, "Person")
    event = Event(Span(0, 4, "Arrest"), (Argument("Place", place), Argument("Person", person)))
    expected = Document(text_id("נעצר באטמה אבו חפס"), "נעצר באטמה אבו חפס", entities=(place, person), events=(event,))
    assert parse(ARREST) == expected
    assert parse(ARREST, id="d", language="he") == Document("d", expected.text, "he", (place, person), (event,))


def test_a_role_may_stand_before_its_event_and_several_in_one_mark() -> None:
    document = parse("[Agent>Arrest,Attacker>Raid:ArmedGroup הכוח] [Raid:trigger פשט] ו[Arrest:trigger עצר]")
    group = Span(0, 4, "ArmedGroup")
    assert [(event.type, event.arguments) for event in document.events] == [
        ("Raid", (Argument("Attacker", group),)),
        ("Arrest", (Argument("Agent", group),)),
    ]


def test_names_tell_events_of_a_type_apart() -> None:
    document = parse("[Die#1:trigger נהרג] [Die#2:trigger מת] [Victim>Die#2:Person דן]")
    first, second = document.events
    assert (first.type, second.type) == ("Die", "Die")
    assert not first.arguments
    assert second.arguments[0].filler.quote(document.text) == "דן"


def test_attributes_belong_to_the_trigger() -> None:
    (event,) = parse("[Arrest,certainty=denied,polarity=negative:trigger נעצר]").events
    assert event.attributes == (("certainty", "denied"), ("polarity", "negative"))


def test_a_trigger_may_fill_a_role() -> None:
    document = parse("[Bombing:trigger הפיצוץ] [Die:trigger והרוג] [Die#x,Cause>Die:trigger אחד]")
    assert document.events[1].arguments[0].filler == document.events[2].trigger


def test_names_join_spans_each_to_the_one_before() -> None:
    document = parse("[@a:Person חפס], [@a:Person הוא], [@b:GPE אטמה], [@a:Person עלי]")
    first, second, _, third = document.entities
    assert document.links == (Link("SameAs", first, second), Link("SameAs", second, third))


def test_marks_nest_and_begin_inside_words() -> None:
    assert quoted("ב[Facility [Organization צבא] [GPE סוריה]]") == [
        "Organization=צבא",
        "Facility=צבא סוריה",
        "GPE=סוריה",
    ]
    assert quoted("للـ[GPE مدينة]") == ["GPE=مدينة"]


def test_brackets_and_backslashes_are_escaped() -> None:
    assert quoted(r"\[לא\] [GPE א\]\\ב]") == ["GPE=א]\\ב"]
    assert strip(r"\[לא\] \\") == "[לא] \\"


@given(texts(min_size=0))
def test_escaped_text_is_the_text(text: str) -> None:
    assert strip(escape(text)) == text
    assert parse(escape(text)).text == text


@given(documents(conflict()))
def test_entities_written_as_markup_are_read_back(document: Document) -> None:
    kept: list[Span] = []
    for span in document.entities:
        if not any(span.crosses(other) or (span.start, span.end) == (other.start, other.end) for other in kept):
            kept.append(span)
    bare = Document("d", document.text, entities=tuple(kept))
    assert parse(render(bare), id="d") == bare


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ("א\n[GPE אטמה", "line 2: the GPE mark is never closed"),
        ("א]", "line 1: ']' closes nothing"),
        ("[]", "line 1: '[]' is no mark"),
        ("[ א]", "is no mark"),
        ("[:GPE א]", "is no mark"),
        ("[Arrest:trigger א] [Arrest:trigger ב]", "two triggers are both called 'Arrest'"),
        ("[Person>Arrest:Person א]", "'Person>Arrest' points at an event that is not marked"),
        ("\n\n[trigger א]", "line 3: a trigger mark names 0 events"),
        ("[Arrest,Raid:trigger א]", "a trigger mark names 2 events: 'Arrest,Raid'"),
        ("[Arrest:Person א]", "a Person mark names 1 events"),
    ],
)
def test_markup_at_fault_is_named_with_its_line(markup: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parse(markup)


@given(st.text("[]\\ :>,@#=aא\n", max_size=30) | texts(min_size=0))
def test_whatever_is_written_parses_or_is_a_value_error(markup: str) -> None:
    try:
        document = parse(markup)
    except ValueError:
        return
    assert document.text == strip(markup)
