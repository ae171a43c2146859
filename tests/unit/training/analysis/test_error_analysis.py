"""One hand-made case for each cause; every wrong argument has exactly one, and without any the score is 1."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Span
from annotation.core.errors import UsageError
from annotation.core.inline_markup import parse
from annotation.core.matching import PRF, units
from training.analysis.error_analysis import Diagnosis, diagnose, if_fixed
from training.analysis.error_causes import CAUSES, argument_errors
from training.scoring.document_pairs import DocumentPair, pair_documents
from training.scoring.scores import score

GOLD = "[Raid:trigger פשטו] [Agent>Raid:Organization הלוחמים] על [Target>Raid:Facility המחסן] ב[Place>Raid:GPE זמירון]."
STRUCK = (
    "[Strike:trigger הפציץ] את [Target>Strike:Facility המחסן]. ב[Place>Strike:GPE זמירון] נשמעו [Die:trigger קולות]."
)


def causes(gold: str, predicted: str, language: str = "he") -> list[tuple[str, str | None, str | None]]:
    """Each error: its cause, the role missed, the role predicted instead."""
    ours, theirs = (parse(markup, id="d", language=language) for markup in (gold, predicted))
    assert ours.text == theirs.text
    return [
        (e.cause, e.gold and e.gold.role, e.predicted and e.predicted.role)
        for e in argument_errors(DocumentPair(ours, theirs))
    ]


def test_nothing_is_wrong_with_gold() -> None:
    assert causes(GOLD, GOLD) == []


def test_a_trigger_that_is_missed_takes_its_arguments_along() -> None:
    bare = "פשטו [Organization הלוחמים] על [Facility המחסן] ב[GPE זמירון]."
    assert sorted(causes(GOLD, bare), key=str) == [
        ("trigger missed", "Agent", None),
        ("trigger missed", "Place", None),
        ("trigger missed", "Target", None),
    ]


def test_under_another_type_the_arguments_stand_for_each_other_whatever_their_role() -> None:
    clash = (
        "[Clash:trigger פשטו] [Participant>Clash:Organization הלוחמים] על [Facility המחסן] ב[Place>Clash:GPE זמירון]."
    )
    assert sorted(causes(GOLD, clash), key=str) == [
        ("trigger type", "Agent", "Participant"),
        ("trigger type", "Place", "Place"),
        ("trigger type", "Target", None),
    ]


@pytest.mark.parametrize(
    ("gold", "predicted", "language", "kind"),
    [
        (
            "[Raid:trigger פשטו] ב[Place>Raid:GPE זמירון]",
            "[Raid:trigger פשטו] [Place>Raid:GPE בזמירון]",
            "he",
            "proclitic",
        ),
        (
            "[Raid:trigger פשטו] וב[Place>Raid:GPE צפון]",
            "[Raid:trigger פשטו] ו[Place>Raid:GPE בצפון]",
            "he",
            "proclitic",
        ),
        ("[Raid:trigger داهم] [Place>Raid:GPE للرقة]", "[Raid:trigger داهم] لل[Place>Raid:GPE رقة]", "ar", "proclitic"),
        (
            "ו[Raid:trigger פשטו] ב[Place>Raid:GPE צפון]",
            "[Raid:trigger ופשטו] ב[Place>Raid:GPE צפון]",
            "he",
            "proclitic",
        ),
        (
            '[Raid:trigger פשטו] על "[Place>Raid:GPE צור]"',
            '[Raid:trigger פשטו] על [Place>Raid:GPE "צור"]',
            "he",
            "marks",
        ),
        ("[Raid:trigger فكّ] [Place>Raid:GPE دَيرٍ]", "[Raid:trigger فكّ] [Place>Raid:GPE دَير]ٍ", "ar", "marks"),
        ("[Raid:trigger פשטו] על [Place>Raid:GPE צור]", "[Raid:trigger פשטו על] [Place>Raid:GPE צור]", "he", "other"),
        (
            "[Raid:trigger פשטו] על [Place>Raid:GPE כפר צור]",
            "[Raid:trigger פשטו] על כפר [Place>Raid:GPE צור]",
            "he",
            "other",
        ),
        (
            "[Raid:trigger פשטו] על [Place>Raid:GPE כפר]ים",
            "[Raid:trigger פשטו] על [Place>Raid:GPE כפרים]",
            "he",
            "other",
        ),
        ("[Raid:trigger פשטו] על [Place>Raid:GPE גמלא]", "[Raid:trigger פשטו] על ג[Place>Raid:GPE מלא]", "he", "other"),
    ],
)
def test_boundaries(gold: str, predicted: str, language: str, kind: str) -> None:
    assert causes(gold, predicted, language) == [(f"boundary: {kind}", "Place", "Place")]


def test_a_boundary_tells_even_where_the_span_was_not_joined() -> None:
    gold, loose = "[Raid:trigger פשטו] ב[Place>Raid:GPE צור]", "[Raid:trigger פשטו] [GPE בצור]"
    assert causes(gold, loose) == [("boundary: proclitic", "Place", None)]


def test_an_entity_that_is_missed_or_has_another_type() -> None:
    without = "[Raid:trigger פשטו] [Agent>Raid:Organization הלוחמים] על המחסן ב[Place>Raid:GPE זמירון]."
    assert causes(GOLD, without) == [("entity missed", "Target", None)]
    other = "[Raid:trigger פשטו] [Agent>Raid:Organization הלוחמים] על [Time המחסן] ב[Place>Raid:GPE זמירון]."
    assert causes(GOLD, other) == [("entity missed", "Target", None)]


def test_another_role_and_no_role() -> None:
    other = GOLD.replace("Agent>Raid", "Target>Raid")
    assert causes(GOLD, other) == [("role", "Agent", "Target")]
    none = GOLD.replace("Agent>Raid:", "")
    assert causes(GOLD, none) == [("role", "Agent", None)]


def test_the_right_role_of_the_wrong_event() -> None:
    assert causes(STRUCK, STRUCK.replace("Place>Strike", "Place>Die")) == [("wrong event", "Place", "Place")]


def test_an_event_in_one_sentence_and_its_filler_in_the_next() -> None:
    assert causes(STRUCK, STRUCK.replace("Place>Strike:", "")) == [("beyond the sentence", "Place", None)]


def test_what_stands_for_nothing_is_spurious() -> None:
    more = STRUCK.replace("Place>Strike", "Place>Strike,Place>Die")
    assert causes(STRUCK, more) == [("spurious", None, "Place")]
    invented = GOLD.replace("על", "[Clash:trigger על]").replace("Target>Raid", "Target>Raid,Participant>Clash")
    assert causes(GOLD, invented) == [("spurious", None, "Participant")]


def test_an_argument_stands_for_one_other_only() -> None:
    gold = "[Raid:trigger פשטו] על [Place>Raid:GPE כפר צור]"
    both = "[Raid:trigger פשטו] על [Place>Raid:GPE כפר] [Place>Raid:GPE צור]"
    assert sorted(causes(gold, both)) == [("boundary: other", "Place", "Place"), ("spurious", None, "Place")]


def test_what_mending_a_cause_would_bring() -> None:
    """Gold 3, predicted 3, correct 1: an Agent of another role, and a Target that is missed; something invented."""
    predicted = GOLD.replace("Agent>Raid", "Target>Raid").replace("[Target>Raid:Facility המחסן]", "המחסן")
    predicted = predicted.replace("על", "[Target>Raid:Weapon על]")
    diagnosis = diagnose(
        pair_documents([parse(GOLD, id="d", language="he")], [parse(predicted, id="d", language="he")])
    )
    assert diagnosis.arguments == PRF(3, 3, 1)
    told = {cause.name: (cause.missed, cause.spurious, cause.f1_if_fixed) for cause in diagnosis.causes}
    assert told["role"] == (1, 1, pytest.approx(2 / 3))
    assert told["entity missed"] == (1, 0, pytest.approx(4 / 7))
    assert told["spurious"] == (0, 1, pytest.approx(2 / 5))
    assert diagnosis.worst is not None
    assert diagnosis.worst.name == "role"
    assert list(diagnosis.by_language) == ["he"]
    assert diagnosis.by_language["he"] == diagnosis.causes
    plain = json.loads(json.dumps(diagnosis.as_dict()))
    assert list(plain["causes"]) == list(CAUSES)
    assert plain["causes"]["role"]["gain"] == pytest.approx(1 / 3)
    assert diagnosis.errors[0].as_dict()["document"] == "d"


BARE = "פשטו הלוחמים על המחסן בזמירון."
MADE = {
    "trigger missed": (BARE, 3, 0),
    "trigger type": (GOLD.replace("Raid", "Clash").replace("Agent>", "Participant>"), 3, 3),
    "boundary: proclitic": (GOLD.replace("ב[Place>Raid:GPE זמירון]", "[Place>Raid:GPE בזמירון]"), 1, 1),
    "entity missed": (GOLD.replace("[Target>Raid:Facility המחסן]", "המחסן"), 1, 0),
    "role": (GOLD.replace("Agent>Raid", "Target>Raid"), 1, 1),
    "spurious": (GOLD.replace("על", "[Target>Raid:Weapon על]"), 0, 1),
}
"""By cause: a prediction with that error alone, the arguments it misses, and those it predicts wrongly."""


@pytest.mark.parametrize("fixed", MADE)
def test_fixing_a_cause_brings_what_predictions_without_its_errors_reach(fixed: str) -> None:
    """Each cause is made in so many documents of three arguments: F1 as counted by hand, and as scored."""
    times = {cause: 2 + at for at, cause in enumerate(MADE)}
    causes = [cause for cause, count in times.items() for _ in range(count)] + [None] * 3
    gold = [parse(GOLD, id=str(i), language="he") for i in range(len(causes))]

    def marked(without: str | None = None) -> list[Document]:
        markup = (MADE[cause][0] if cause and cause != without else GOLD for cause in causes)
        return [parse(text, id=str(i), language="he") for i, text in enumerate(markup)]

    missed = sum(MADE[cause][1] for cause in causes if cause)
    spurious = sum(MADE[cause][2] for cause in causes if cause)
    there, correct = 3 * len(causes), 3 * len(causes) - missed
    _, lost, more = MADE[fixed]
    lost, more = lost * times[fixed], more * times[fixed]
    by_hand = 2 * (correct + lost) / (there + correct + spurious + lost - more)
    diagnosis = diagnose(pair_documents(gold, marked()))
    (cause,) = (cause for cause in diagnosis.causes if cause.name == fixed)
    assert (cause.missed, cause.spurious) == (lost, more)
    assert cause.f1_if_fixed == pytest.approx(by_hand)
    assert cause.f1_if_fixed == pytest.approx(score(gold, marked(without=fixed)).arg_c_plus.f1)
    assert cause.gain == pytest.approx(by_hand - 2 * correct / (there + correct + spurious))


def test_documents_that_do_not_fit_are_refused() -> None:
    gold = parse(GOLD, id="d")
    with pytest.raises(UsageError, match="only in gold"):
        diagnose(pair_documents([gold], [replace(gold, id="e")]))


TEXT = "ובצפון פשטו הלוחמים על המחסן. وللتحالف غارةٌ على الرقة"
STARTS, ENDS = (0, 1, 2, 7, 12, 13, 20, 23, 30, 31, 33, 39), (6, 11, 19, 22, 28, 29, 38, 43, 44, 47)
SPANS = [(start, end) for start in STARTS for end in ENDS if start < end < start + 16]


@st.composite
def marked(draw: st.DrawFn, number: int) -> Document:
    """Events and entities on the same few words, so that two draws often nearly agree."""
    entities = draw(
        st.sets(st.builds(lambda s, k: Span(*s, k), st.sampled_from(SPANS), st.sampled_from("GP")), max_size=6)
    )
    triggers = draw(
        st.sets(st.builds(lambda s, k: Span(*s, k), st.sampled_from(SPANS), st.sampled_from("AB")), max_size=3)
    )
    fillers = sorted(entities | triggers)
    arguments = st.builds(Argument, st.sampled_from(["X", "Y"]), st.sampled_from(fillers)) if fillers else st.nothing()
    events = [Event(t, tuple(draw(st.lists(arguments, max_size=5)))) for t in sorted(triggers)]
    language = "he" if number % 2 else "ar"
    return Document(f"d{number}", TEXT, language, entities=tuple(entities), events=tuple(events))


@settings(max_examples=60)
@given(gold=st.tuples(marked(0), marked(1)), predicted=st.tuples(marked(0), marked(1)))
def test_every_wrong_argument_has_one_cause_and_without_causes_the_score_is_perfect(
    gold: tuple[Document, ...], predicted: tuple[Document, ...]
) -> None:
    diagnosis = diagnose(pair_documents(gold, predicted))
    ours, theirs = (_items(documents) for documents in (gold, predicted))
    missed = [_item(e.document, e.gold) for e in diagnosis.errors if e.gold]
    spurious = [_item(e.document, e.predicted) for e in diagnosis.errors if e.predicted]
    assert sorted(missed) == sorted(ours - theirs)
    assert sorted(spurious) == sorted(theirs - ours)
    assert {error.cause for error in diagnosis.errors} <= set(CAUSES)
    assert diagnosis.arguments == PRF(len(ours), len(theirs), len(ours & theirs))
    assert if_fixed(diagnosis.arguments, diagnosis.errors).f1 == (1 if ours else 0)
    _consistent(diagnosis)


def _consistent(diagnosis: Diagnosis) -> None:
    for cause in diagnosis.causes:
        parts = [c for causes in diagnosis.by_language.values() for c in causes if c.name == cause.name]
        assert cause.missed == sum(part.missed for part in parts)
        assert cause.spurious == sum(part.spurious for part in parts)
        assert cause.gain >= 0


def _items(documents: tuple[Document, ...]) -> set[tuple[object, ...]]:
    return {(document.id, *item) for document in documents for item in units(document)["Arg-C+"]}


def _item(document: str, argument: object) -> tuple[object, ...]:
    trigger, filler, role = argument.trigger, argument.filler, argument.role  # type: ignore[attr-defined]
    return (document, trigger.start, trigger.end, trigger.label, filler.start, filler.end, role)
