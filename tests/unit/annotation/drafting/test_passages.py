"""Long articles in passages: nothing is lost between them, and their marks stand where they stood."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Span
from annotation.drafting.passages import joined, passages
from tests.builders import build, conflict

LINE = build(
    "[Strike:trigger תקף] [Attacker>Strike:Organization צבא נהרין] את [Target>Strike:Facility המחסן].\n", id="a"
)


def lines(count: int) -> Document:
    """The line so many times over, with its marks."""

    def moved(span: Span, by: int) -> Span:
        return replace(span, start=span.start + by, end=span.end + by)

    (event,), starts = LINE.events, [number * len(LINE.text) for number in range(count)]
    events = [
        Event(moved(event.trigger, by), tuple(Argument(a.role, moved(a.filler, by)) for a in event.arguments))
        for by in starts
    ]
    entities = tuple(moved(span, by) for span in LINE.entities for by in starts)
    return Document("a", LINE.text * count, "he", entities=entities, events=tuple(events))


@given(text=st.text(alphabet="אב ג.\n\u2028د؟📢", max_size=300), longest=st.integers(1, 60))
def test_every_word_stands_in_a_passage_that_is_short_enough(text: str, longest: int) -> None:
    article = Document("a", text or "א", "he")
    found = passages(article, longest)
    covered = set[int]()
    for passage in found:
        own = passage.article.text
        assert article.text[passage.start : passage.start + len(own)] == own
        assert len(own) <= longest or len(own.split()) == 1
        covered |= set(range(passage.start, passage.start + len(own)))
    assert {at for at, char in enumerate(article.text) if not char.isspace()} <= covered
    starts = [passage.start for passage in found]
    assert starts == sorted(set(starts))


def test_a_passage_ends_with_a_line_and_begins_with_the_end_of_the_one_before() -> None:
    lines = [f"שורה {number} " + "מילה " * 10 for number in range(20)]
    first, second, *_ = passages(Document("a", "\n".join(lines), "he"), 500)
    assert first.article.text.endswith("\n")
    assert second.start < len(first.article.text)
    assert second.article.text.startswith("שורה ")


def test_the_marks_of_passages_are_those_of_the_article() -> None:
    whole = lines(30)
    parts = passages(whole.bare(), 150)
    assert len(parts) > 3
    marked = [(part, lines(len(part.article.text) // len(LINE.text))) for part in parts]
    assert [document.text for _, document in marked] == [part.article.text for part in parts]
    assert joined(whole.bare(), marked, conflict()) == whole


def test_two_passages_that_tell_of_one_event_fill_no_role_beyond_its_maximum() -> None:
    ontology = conflict()
    event, role = next((e, r) for e in ontology.events.values() for r in e.roles.values() if r.maximum == 1)
    label = sorted(role.fillers & set(ontology.entities))[0]
    first = build(f"[{event.name}:trigger אאא] [{role.name}>{event.name}:{label} בבב] ג דדד", id="a")
    second = build(f"[{event.name}:trigger אאא] בבב ג [{role.name}>{event.name}:{label} דדד]", id="a")
    (part,) = passages(first.bare(), 100)
    both = joined(first.bare(), [(part, first), (part, second)], ontology)
    assert both.events == first.events
    assert len(both.entities) == 2
