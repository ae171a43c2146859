"""TextEE's windows and Documents: every offset there and back, losses told, and the scores of its own definitions."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.matching import UNITS
from annotation.formats.base import Lost
from annotation.formats.textee import UNTYPED, from_textee, is_textee
from annotation.formats.textee_write import to_textee
from annotation.formats.tokenization import borders
from tests.builders import build, conflict
from tests.strategies import documents
from training.scoring.scores import score

WINDOW: dict[str, object] = {
    "doc_id": "D1",
    "wnd_id": "D1-2",
    "text": "Rami began  work at Nour in June.",
    "lang": "en",
    "tokens": ["Rami", "began", "work", "at", "Nour", "in", "June", "."],
    "entity_mentions": [
        {"id": "E0", "entity_type": "PER", "text": "Rami", "start": 0, "end": 1},
        {"id": "E1", "entity_type": "ORG", "text": "Nour", "start": 4, "end": 5},
    ],
    "event_mentions": [
        {
            "id": "EV0",
            "event_type": "START",
            "trigger": {"text": "began work", "start": 1, "end": 3},
            "arguments": [{"entity_id": "E1", "role": "firm", "text": "Nour", "start": 4, "end": 5}],
        }
    ],
}


ODD_LABELS = ("A] B", "loses", "x [1:2]", "is whitespace and left out")
"""Labels that look like parts of the messages on what is lost."""


def test_tokens_become_characters_of_the_text_as_it_is() -> None:
    read = from_textee(WINDOW)
    document = read.document
    assert (document.id, document.language, read.lost) == ("D1#D1-2", "en", ())
    assert [span.quote(document.text) for span in document.spans()] == ["Rami", "Nour", "began  work"]
    assert document.events[0].arguments == (Argument("firm", Span(20, 24, "ORG")),)


def test_a_prediction_as_the_scorer_takes_it_is_read_too() -> None:
    row = {key: WINDOW[key] for key in ("doc_id", "wnd_id", "text", "tokens")}
    row["events"] = [{"trigger": [1, 3, "START", "began work"], "arguments": [[4, 5, "firm", "Nour"]]}]
    event = from_textee(row).document.events[0]
    assert event == Event(Span(5, 16, "START"), (Argument("firm", Span(20, 24, UNTYPED)),))
    assert score([from_textee(WINDOW).document], [from_textee({**row, "lang": "en"}).document]).arg_c_plus.f1 == 1.0


def test_tokens_that_are_not_the_text_take_its_place_and_it_is_said() -> None:
    read = from_textee({**WINDOW, "text": "something else"})
    assert read.document.text == "Rami began work at Nour in June ."
    assert read.document.events[0].trigger == Span(5, 15, "START")
    assert "take its place" in read.lost[0].reason


def test_two_events_of_one_trigger_and_type_become_one_and_it_is_said() -> None:
    mention = dict(WINDOW["event_mentions"][0])  # type: ignore[index]
    twin = {**mention, "arguments": [{"entity_id": "E0", "role": "worker"}]}
    read = from_textee({**WINDOW, "event_mentions": [mention, twin]})
    assert {argument.role for argument in read.document.events[0].arguments} == {"worker", "firm"}
    assert read.lost == (Lost("event", "D1#D1-2", "two START events share a trigger; they become one"),)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tokens": "no"}, "tokens is 'no', not a list"),
        ({"wnd_id": None, "event_mentions": [{}]}, "KeyError"),
        ({"entity_mentions": [{"id": "E1", "entity_type": "X", "start": 3, "end": 9}]}, r"X has tokens \[3:9\]"),
        ({"entity_mentions": [{"id": "E1", "entity_type": "X", "start": 3, "end": 3}]}, r"X has tokens \[3:3\]"),
        ({"entity_mentions": []}, "points at entity 'E1', which is not there"),
        ({"events": [{"trigger": [1], "arguments": []}]}, "is not a list of start, end and name"),
        ({"event_mentions": ["no"]}, "not a window of TextEE's"),
    ],
)
def test_what_is_wrong_in_a_window_is_named(change: Mapping[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_textee({**WINDOW, **change})


def test_proclitics_are_tokens_of_their_own_where_a_mark_begins_behind_them() -> None:
    document = build('[Strike:trigger הפצצת] צה"ל ב[Place>Strike:GPE אידליב]', id="d")
    row = to_textee(document).row
    assert row["tokens"] == ["הפצצת", 'צה"ל', "ב", "אידליב"]
    assert is_textee(row)
    other = build('[Strike:trigger הפצצת] צה"ל [Place>Strike:GPE באידליב]', id="d")
    assert to_textee(other).row["tokens"] == ["הפצצת", 'צה"ל', "באידליב"]
    assert to_textee(other, cuts=borders(document)).row["tokens"] == row["tokens"]


def test_whitespace_at_a_span_s_edge_is_lost_and_said() -> None:
    document = Document("d", "a b  c", entities=(Span(0, 2, "A"), Span(3, 5, "B")))
    written = to_textee(document)
    assert written.lost == ("A [0:2] loses the whitespace at its edges", "B [3:5] is whitespace and left out")
    assert from_textee(written.row).document.entities == (Span(0, 1, "A"),)


@pytest.mark.parametrize("label", ODD_LABELS)
def test_a_label_that_reads_like_a_message_changes_no_message(label: str) -> None:
    written = to_textee(Document("d", "a b  c", entities=(Span(0, 2, label), Span(3, 5, label))))
    assert written.lost == (
        f"{label} [0:2] loses the whitespace at its edges",
        f"{label} [3:5] is whitespace and left out",
    )


@pytest.mark.parametrize("label", [*ODD_LABELS, "x events share"])
def test_what_is_lost_of_a_window_does_not_depend_on_the_words_of_its_labels(label: str) -> None:
    event = {"event_type": label, "trigger": {"start": 1, "end": 3}, "arguments": []}
    alone = {"relation_type": label, "arguments": [{"entity_id": "E0"}]}
    read = from_textee({**WINDOW, "event_mentions": [event, event], "relation_mentions": [alone]})
    assert [(item.unit, item.kind) for item in read.lost] == [("event", "lost"), ("link", "lost")]


def test_links_attributes_and_events_that_fill_roles_come_back() -> None:
    die, raid, name = Span(0, 2, "Die"), Span(3, 5, "Raid"), Span(6, 8, "Person")
    events = (Event(die, (Argument("Cause", raid),), (("certainty", "denied"),)), Event(raid))
    document = Document("d#1", "aa bb cc dd", "he", (name,), events, (Link("SameAs", die, raid),))
    assert from_textee(to_textee(document).row).document == document


def sayable(document: Document) -> bool:
    """Whether no span has whitespace at an edge, no entity is called an event, and the id is one a window can have."""
    quotes = [span.quote(document.text) for span in document.spans()]
    return all(quote == quote.strip() for quote in quotes) and not document.id.startswith("#")


@settings(max_examples=60)
@given(document=documents(conflict(), forbidden_fillers=True))
def test_every_document_comes_back_or_its_loss_is_said(document: Document) -> None:
    written = to_textee(document)
    back = from_textee(written.row)
    assert back.lost == ()
    assert back.document.text == document.text
    assert bool(written.lost) == (not sayable(document))
    if not written.lost:
        kept = (back.document.entities, back.document.events, back.document.links)
        assert kept == (document.entities, document.events, document.links)


def reference(gold: list[dict], predicted: list[dict]) -> dict[str, tuple[int, int, int]]:
    """TextEE's end-to-end scores by their definitions: sets of token offsets under the window's two ids."""

    def items(windows: list[dict], unit: str) -> set[tuple[object, ...]]:
        found: set[tuple[object, ...]] = set()
        for window in windows:
            place = {m["id"]: (m["start"], m["end"]) for m in window["entity_mentions"]}
            key = (window["doc_id"], window["wnd_id"])
            for event in window["event_mentions"]:
                trigger = (event["trigger"]["start"], event["trigger"]["end"])
                if unit == "Trig-I":
                    found.add((*key, *trigger))
                if unit == "Trig-C":
                    found.add((*key, *trigger, event["event_type"]))
                for argument in event["arguments"]:
                    words = place[argument["entity_id"]]
                    attached = (*trigger, event["event_type"]) if unit.endswith("+") else (event["event_type"],)
                    if unit in ("Arg-I", "Arg-I+"):
                        found.add((*key, *attached, *words))
                    if unit in ("Arg-C", "Arg-C+"):
                        found.add((*key, *attached, *words, argument["role"]))
        return found

    sides = {unit: (items(gold, unit), items(predicted, unit)) for unit in UNITS if unit != "Entity"}
    return {unit: (len(ours), len(theirs), len(ours & theirs)) for unit, (ours, theirs) in sides.items()}


@st.composite
def marks(draw: st.DrawFn, tokens: int) -> dict[str, object]:
    """Mentions over so many tokens; events may repeat, entities may be the same twice."""
    places = st.integers(0, tokens - 1).flatmap(lambda a: st.tuples(st.just(a), st.integers(a + 1, tokens)))
    entities = draw(st.lists(st.tuples(places, st.sampled_from(["PER", "ORG"])), min_size=1, max_size=4))
    mentions = [{"id": f"E{n}", "entity_type": t, "start": a, "end": b} for n, ((a, b), t) in enumerate(entities)]
    argument = st.fixed_dictionaries(
        {"entity_id": st.sampled_from([m["id"] for m in mentions]), "role": st.sampled_from(["Place", "Agent"])}
    )
    trigger = places.map(lambda place: {"start": place[0], "end": place[1]})
    event = st.fixed_dictionaries(
        {
            "event_type": st.sampled_from(["Attack", "Die"]),
            "trigger": trigger,
            "arguments": st.lists(argument, max_size=3),
        }
    )
    return {"entity_mentions": mentions, "event_mentions": draw(st.lists(event, max_size=4))}


@st.composite
def windows(draw: st.DrawFn, number: int) -> tuple[dict, dict]:
    """Gold and predicted of one window, whose text is its tokens, or not."""
    tokens = draw(st.lists(st.sampled_from(["ب", "غارة", "ב", "a", "a b", "", "?"]), min_size=1, max_size=6))
    if not any(tokens):
        tokens.append("a")
    text = draw(st.sampled_from(["", " ", "  "])).join(tokens) if draw(st.booleans()) else "other"
    about = {"doc_id": f"D{number // 2}", "wnd_id": f"W{number}", "tokens": tokens, "text": text}
    full = [place for place in range(len(tokens)) if tokens[place]]
    ours, theirs = draw(marks(len(tokens))), draw(marks(len(tokens)))
    return {**about, **_off_nothing(ours, full)}, {**about, **_off_nothing(theirs, full)}


def _off_nothing(side: dict, full: list[int]) -> dict:
    """Without spans that hold only empty tokens."""

    def holds(m: Mapping[str, int]) -> bool:
        return any(m["start"] <= place < m["end"] for place in full)

    kept = {m["id"]: m for m in side["entity_mentions"] if holds(m)}
    events = [
        {**e, "arguments": [a for a in e["arguments"] if a["entity_id"] in kept]}
        for e in side["event_mentions"]
        if holds(e["trigger"])
    ]
    return {"entity_mentions": list(kept.values()), "event_mentions": events}


@settings(max_examples=60)
@given(data=st.data(), size=st.integers(1, 3))
def test_scores_of_windows_are_those_of_textee_s_own_definitions(data: st.DataObject, size: int) -> None:
    pairs = [data.draw(windows(number)) for number in range(size)]
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    scores = score([from_textee(row).document for row in gold], [from_textee(row).document for row in predicted])
    found = {unit: (prf.gold, prf.predicted, prf.correct) for unit, prf in scores.micro.items() if unit != "Entity"}
    assert found == reference(gold, predicted)
