"""The simulated corrector of the day of labelling: what is handed in, and what it took."""

from __future__ import annotations

import random
from dataclasses import replace

from annotation.core.document import Span
from tests.benchmarks.bench_loop import DELETED, MADE, MENDED, Corrector, arrows, differences
from tests.benchmarks.loop_notes import AGAIN, ASKED, Doubts
from tests.builders import build, conflict

GOLD = build(
    "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person סמיר] אתמול בערב", id="a", language="he"
)


def careful() -> Corrector:
    return Corrector(random.Random(1), 0.0)


def test_without_a_suggestion_everything_is_made() -> None:
    corrector = careful()
    assert differences(corrector.corrected(GOLD.bare(), GOLD), GOLD) == 0
    assert corrector.actions == {MADE: 5}


def test_a_right_suggestion_costs_nothing() -> None:
    corrector = careful()
    assert corrector.corrected(GOLD, GOLD) == replace(GOLD, provenance=None)
    assert corrector.actions.total() == 0


def test_ends_are_mended_with_their_arrows_and_what_is_wrong_is_taken_away() -> None:
    corrector = careful()
    place = next(span for span in GOLD.entities if span.label == "GPE")
    person = next(span for span in GOLD.entities if span.label == "Person")
    wide, wrong = Span(place.start - 1, place.end, "GPE"), Span(len(GOLD.text) - 4, len(GOLD.text), "Person")
    [event] = GOLD.events
    arguments = tuple(replace(a, filler=wide) if a.filler == place else a for a in event.arguments)
    suggested = replace(
        GOLD, entities=tuple(sorted((wide, person, wrong))), events=(replace(event, arguments=arguments),)
    )
    assert differences(corrector.corrected(suggested, GOLD), GOLD) == 0
    assert {kind: count for kind, count in corrector.actions.items() if count} == {MENDED: 1, DELETED: 1}


def test_a_trigger_that_is_taken_away_takes_its_arrows_along() -> None:
    corrector = careful()
    bare = replace(GOLD, events=())
    done = corrector.corrected(GOLD, bare)
    assert (done.events, arrows(done)) == ((), set())
    assert corrector.actions[DELETED] == 1


def test_who_overlooks_everything_leaves_the_suggestion_as_it_is() -> None:
    blind = Corrector(random.Random(1), 1.0)
    other = replace(GOLD, events=(), entities=GOLD.entities[:1])
    assert blind.corrected(other, GOLD).entities == GOLD.entities[:1]
    assert blind.actions.total() == 0
    assert differences(other, GOLD) == 4


def test_a_type_that_is_changed_is_asked_about_and_who_meets_it_again_says_who_asked() -> None:
    doubts, gold = Doubts(conflict()), GOLD
    as_person = build(
        "[Arrest:trigger נעצר] ב[Place>Arrest:Person אטמה] [Person>Arrest:Person סמיר] אתמול בערב",
        id="a",
        language="he",
    )
    assert doubts.note(gold, gold, "noa@x") is None
    asked = doubts.note(as_person, gold, "noa@x")
    again = doubts.note(as_person, gold, "tal@x")
    assert asked == "«אטמה»: ההצעה אומרת „אדם”, ואני סימנתי „מדינה או יישוב”. כך נכון?"
    assert again == "«אטמה»: „אדם” או „מדינה או יישוב”? אותה שאלה כמו של noa@x בכתבה «נעצר באטמה סמיר אתמול בערב»."
    assert doubts.counts == {ASKED: 1, AGAIN: 1}
