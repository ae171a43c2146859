"""Quotes become spans of the article, and what does not fit is dropped with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from annotation import sample
from annotation.core.document import Document
from annotation.core.link_clusters import link_clusters
from annotation.drafting import grounding as reasons
from annotation.drafting.answer_format import as_answer
from annotation.drafting.answer_json import read_answer
from annotation.drafting.grounding import Grounding
from tests.builders import conflict

TEXT = "צבא נהרין תקף את כפר זהרה. תושבי כפר זהרה ברחו, והצבא תקף גם בלילה."


def mark(type: str, quote: str, before: str = "", **more: object) -> dict[str, object]:
    return {"type": type, "quote": quote, "before": before, **more}


def grounded(*entities: object, events: Iterable[object] = ()) -> tuple[Document, dict[str, int]]:
    grounding = Grounding(Document("a", TEXT, "he"), conflict())
    return grounding.document({"entities": [*entities], "events": list(events)}), dict(grounding.dropped)


def test_the_answer_that_describes_gold_gives_gold_again() -> None:
    ontology, things, missed = conflict(), 0, 0
    for gold in sample.gold():
        grounding = Grounding(gold.bare(), ontology)
        again = grounding.document(as_answer(gold, ontology))
        assert set(again.entities) == set(gold.entities), gold.id
        assert set(again.triggers) == set(gold.triggers), gold.id
        same = {*link_clusters(gold.links)}
        things, missed = things + len(same), missed + len(same - {*link_clusters(again.links)})
    assert things > 200
    assert missed <= 1  # a name that stands twice behind the same words


def test_the_words_before_a_quote_say_which_of_its_places_is_meant() -> None:
    document, dropped = grounded(mark("GPE", "כפר זהרה", "ברחו תושבי"))
    assert [span.start for span in document.entities] == [TEXT.rindex("כפר זהרה")]
    assert not dropped


def test_the_same_quote_without_them_takes_the_places_in_order() -> None:
    document, dropped = grounded(*[mark("GPE", "כפר זהרה")] * 3)
    assert [span.start for span in document.entities] == [TEXT.index("כפר זהרה"), TEXT.rindex("כפר זהרה")]
    assert dropped == {reasons.REPEATED: 1}


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        (mark("GPE", "דיר נעמאן"), reasons.NOT_IN_TEXT),
        (mark("GPE", "זהר"), reasons.INSIDE_WORD),
        (mark("Planet", "כפר זהרה"), reasons.NO_TYPE),
        (mark("Strike", "תקף"), reasons.NO_TYPE),
        ("כפר זהרה", reasons.MALFORMED),
        ({"type": "GPE"}, reasons.MALFORMED),
        (mark("GPE", "..."), reasons.MALFORMED),
    ],
)
def test_a_mark_that_does_not_fit_is_dropped(entity: object, reason: str) -> None:
    document, dropped = grounded(entity, mark("Organization", "צבא נהרין"))
    assert [span.label for span in document.entities] == ["Organization"]
    assert dropped == {reason: 1}


def test_arguments_that_do_not_fit_are_dropped_and_the_others_are_not() -> None:
    roles = [
        {"role": "Attacker", "quote": "צבא נהרין", "before": ""},
        {"role": "Attacker", "quote": "צבא נהרין", "before": ""},
        {"role": "Speaker", "quote": "צבא נהרין", "before": ""},
        {"role": "Place", "quote": "צבא נהרין", "before": ""},
        {"role": "Place", "quote": "דיר נעמאן", "before": ""},
        {"role": "Place", "quote": "כפר זהרה", "before": ""},
        7,
    ]
    event = mark("Strike", "תקף", "והצבא", arguments=roles, attributes=[{"name": "certainty", "value": "denied"}, 1])
    document, dropped = grounded(mark("Organization", "צבא נהרין"), mark("GPE", "כפר זהרה"), events=[event])
    (strike,) = document.events
    assert strike.trigger.start == TEXT.rindex("תקף")
    assert {a.role: a.filler.quote(TEXT) for a in strike.arguments} == {"Attacker": "צבא נהרין", "Place": "כפר זהרה"}
    assert strike.attributes == (("certainty", "denied"),)
    assert dropped == {
        reasons.REPEATED: 1, reasons.NO_ROLE: 1, reasons.WRONG_FILLER: 1, reasons.NO_FILLER: 1, reasons.MALFORMED: 2
    }  # fmt: skip


def linked(*mentions: tuple[str, str], type: str = "SameAs") -> dict[str, object]:
    return {"type": type, "mentions": [{"quote": quote, "before": before} for quote, before in mentions]}


def test_mentions_of_one_thing_are_joined_in_their_order_and_what_does_not_fit_is_dropped() -> None:
    entities = [mark("GPE", "כפר זהרה"), mark("GPE", "כפר זהרה"), mark("Organization", "צבא נהרין")]
    links = [
        linked(("כפר זהרה", "תושבי"), ("תקף", ""), ("כפר זהרה", "את"), ("דיר נעמאן", "")),
        linked(("צבא נהרין", ""), ("צבא נהרין", "")),
        linked(("כפר זהרה", ""), type="PartOf"),
        {"type": "SameAs", "mentions": "x"},
        7,
    ]
    grounding = Grounding(Document("a", TEXT, "he"), conflict())
    answer = {"entities": entities, "events": [mark("Strike", "תקף", arguments=[])], "links": links}
    document = grounding.document(answer)
    (link,) = document.links
    assert (link.a.start, link.b.start) == (TEXT.index("כפר זהרה"), TEXT.rindex("כפר זהרה"))
    assert dict(grounding.dropped) == {
        reasons.NO_MENTION: 2, reasons.NO_LINK: 2, reasons.NO_TYPE: 1, reasons.MALFORMED: 2
    }  # fmt: skip


def test_marks_and_punctuation_do_not_matter() -> None:
    text = "قُتل في ريفِ إدلب"
    grounding = Grounding(Document("a", text, "ar"), conflict())
    document = grounding.document({"entities": [mark("GPE", "ادلب،"), mark("Location", "ريف")]})
    assert [span.quote(text) for span in document.entities] == ["ريفِ", "إدلب"]


ANSWER = {"entities": [mark("GPE", 'כפר "זהרה" {')], "events": []}


@pytest.mark.parametrize(
    "content",
    ["{}", "```json\n{}\n```", "<think>{{\"entities\": [1]}}</think> {}", "See: {}. {{Bye}}", "{{\"a\": 1}} {}"],
)  # fmt: skip
def test_an_answer_is_found_in_what_surrounds_it(content: str) -> None:
    wrapped = content.replace("{}", "@").replace("{{", "{").replace("}}", "}").replace("@", json.dumps(ANSWER))
    assert read_answer(wrapped) == ANSWER


def test_of_an_answer_that_was_cut_short_the_complete_items_are_kept() -> None:
    whole = json.dumps({"entities": [mark("GPE", "א{"), mark("GPE", 'ב"}')], "events": [mark("Strike", "ג")]})
    counts = set()
    for end in range(len(whole)):
        answer = read_answer(whole[:end], cut_short=True)
        counts.add(len(answer["entities"]) if answer else 0)  # type: ignore[arg-type]
    assert counts == {0, 1, 2}
    assert read_answer(whole[:-5]) is None
    assert read_answer("[1, 2]") is None
