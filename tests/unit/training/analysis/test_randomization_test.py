"""A role that is lost in one language is found and named; two equally good models are told apart by chance alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from annotation.core.document import Argument, Document, Event, Source, Span
from annotation.page.titles import Names
from tests.builders import conflict
from training.analysis.argument_features import ArgumentFeatures
from training.analysis.leakage import Leakage
from training.analysis.randomization_test import Shift, drops_and_rises
from training.release.gates import DropsConfig, Findings, GatesConfig, failed, judge
from training.scoring.document_pairs import pair_documents

PERSON, PLACE, AGENT = Span(4, 8, "Person"), Span(10, 14, "GPE"), Span(16, 20, "Organization")
ATTACKER, TARGET = Span(34, 38, "ArmedGroup"), Span(40, 44, "Facility")
ARREST = Event(Span(0, 2, "Arrest"), (Argument("Person", PERSON), Argument("Place", PLACE), Argument("Agent", AGENT)))
STRIKE = Event(Span(30, 32, "Strike"), (Argument("Attacker", ATTACKER), Argument("Target", TARGET)))
EVENTS = (ARREST, STRIKE)
ENTITIES = (PERSON, PLACE, AGENT, ATTACKER, TARGET)
LEVEL = 0.05
SIMULATED = 200


def gold(count: int, *, papers: int = 3) -> list[Document]:
    """Half Hebrew, half Arabic, from several papers, with the same two events each."""
    return [
        Document(f"d{n}", "א" * 50, ("ar", "he")[n % 2], ENTITIES, EVENTS, source=Source(f"paper {n % papers}"))
        for n in range(count)
    ]


def found(document: Document, chance: random.Random, *, misses: float = 0.3) -> Document:
    """What a model that misses so many arguments, and swaps a few roles, finds in it."""
    events = []
    for event in document.events:
        kept = [argument for argument in event.arguments if chance.random() > misses]
        roles = [argument.role for argument in event.arguments]
        told = [replace(a, role=chance.choice(roles)) if chance.random() < 0.1 else a for a in kept]
        if chance.random() > misses / 2:
            events.append(replace(event, arguments=tuple(told)))
    return replace(document, events=tuple(events))


def drops(
    gold: Sequence[Document], now: Sequence[Document], before: Sequence[Document], **options: object
) -> list[Shift]:
    """The scores tested for a drop."""
    pairs = (pair_documents(gold, predicted) for predicted in (now, before))
    return drops_and_rises(*pairs, **options)[0]


def without(document: Document, role: str, language: str) -> Document:
    """The same, the role never predicted in the language."""
    if document.language != language:
        return document
    events = (replace(e, arguments=tuple(a for a in e.arguments if a.role != role)) for e in document.events)
    return replace(document, events=tuple(events))


def refusals(compared: list[Shift]) -> list[str]:
    """What the gate of drops says of them."""
    nothing = Findings(micro={}, leaks=Leakage((), (), ()), alignment=1.0, calibration={}, changes=compared)
    outcomes = judge(GatesConfig(drops=DropsConfig(level=LEVEL)), nothing, Names(conflict()))
    return [outcome.said for outcome in failed(outcomes)]


def test_a_role_never_predicted_in_arabic_is_named() -> None:
    documents, chance = gold(80), random.Random(1)
    before = [found(document, chance) for document in documents]
    now = [without(found(document, chance), "Attacker", "ar") for document in documents]
    told = refusals(drops(documents, now, before, level=LEVEL))
    assert any(line.startswith("role Attacker in Arabic: F1 ") and " 0.0 now" in line for line in told), told
    assert not [line for line in told if "Hebrew" in line]


def test_two_equally_good_models_are_hardly_ever_told_apart() -> None:
    """At its level of 5% the gate may refuse 10 of 200 releases that are no worse, give or take 9."""
    documents, chance = gold(40, papers=1), random.Random(2)
    refused = 0
    for _ in range(SIMULATED):
        now, before = ([found(document, chance) for document in documents] for _ in range(2))
        refused += bool(refusals(drops(documents, now, before, level=LEVEL, draws=1000)))
    assert refused <= 19, refused


def test_the_same_predictions_differ_in_nothing() -> None:
    documents = gold(20)
    now = [found(document, random.Random(3)) for document in documents]
    compared = drops(documents, now, now)
    assert {change.delta for change in compared} == {0.0}
    assert not any(change.testable or change.significant for change in compared)


def test_three_documents_are_too_few_to_say() -> None:
    documents = gold(6)
    now = [without(document, "Attacker", "ar") for document in documents]
    lost = {change.key: change for change in drops(documents, now, documents) if change.slice_ == ("language", "ar")}
    change = lost["role", "Attacker"]
    assert (change.before, change.now, change.differing) == (1.0, 0.0, 3)
    assert not change.testable
    assert not change.significant


def test_what_is_tolerated_is_no_drop_and_a_gain_is_none() -> None:
    documents = gold(60)
    now = [without(document, "Attacker", "ar") for document in documents]
    assert any(change.significant for change in drops(documents, now, documents))
    assert not any(change.significant for change in drops(documents, now, documents, tolerate=1.0))
    assert not any(change.significant for change in drops(documents, documents, now))


def test_a_slice_of_the_arguments_that_is_lost_is_named() -> None:
    """Fillers that follow their trigger at once are kept, so that it is the far ones that fell."""
    documents = [replace(document, text="אב " * 20) for document in gold(40)]
    far = {"Place", "Agent", "Target"}
    events = tuple(replace(e, arguments=tuple(a for a in e.arguments if a.role not in far)) for e in EVENTS)
    now = [replace(document, events=events) for document in documents]
    compared = drops(documents, now, documents, features=ArgumentFeatures(conflict()))
    worse = {change.key for change in compared if change.significant and change.slice_ == ("", "")}
    assert ("distance", "4 to 10 words") in worse
    assert any("arguments, distance 4 to 10 words: F1 100.0 before" in line for line in refusals(compared))


def test_every_language_and_every_source_is_looked_at() -> None:
    documents = gold(12)
    compared = drops(documents, documents, documents)
    assert {change.slice_ for change in compared} == {
        *{("", ""), ("language", "ar"), ("language", "he")},
        *{("source", f"paper {n}") for n in range(3)},
    }
    assert {change.key[0] for change in compared if change.slice_[0] == "source"} == {"score"}


def test_a_rise_is_the_drop_of_the_other_way_round() -> None:
    documents, chance = gold(20), random.Random(5)
    now, before = ([found(document, chance) for document in documents] for _ in range(2))
    _, rises = drops_and_rises(*(pair_documents(documents, side) for side in (now, before)))
    turned = [replace(shift, now=shift.before, before=shift.now) for shift in drops(documents, before, now)]
    assert rises == turned
    assert any(shift.delta > 0 for shift in rises)
