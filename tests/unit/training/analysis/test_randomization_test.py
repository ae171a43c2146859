"""A role that is lost in one language is found and named; two equally good models are told apart by chance alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from annotation.core import bootstrap
from annotation.core.document import Argument, Document, Event, Source, Span
from annotation.page.titles import Names
from tests.builders import conflict
from training.analysis.argument_features import ArgumentFeatures
from training.analysis.comparison import compare
from training.analysis.leakage import Leakage
from training.analysis.randomization_test import FALL, RISE, effects, randomization_test
from training.analysis.score_changes import Comparison, ScoreChange
from training.analysis.slices import argument_slices
from training.release.gates import DropsConfig, Findings, GatesConfig, failed, judge
from training.scoring.document_pairs import pair_documents
from training.scoring.scores import score_pairs

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


def compared(
    gold: Sequence[Document],
    now: Sequence[Document],
    before: Sequence[Document],
    features: ArgumentFeatures | None = None,
    **options: float,
) -> Comparison:
    """The scores tested, with slices of arguments where `features` tell them."""
    slicer = partial(argument_slices, features=features) if features else None
    sides = (score_pairs(pair_documents(gold, predicted), slicer) for predicted in (now, before))
    return compare(*sides, DropsConfig(**options))


def without(document: Document, role: str, language: str) -> Document:
    """The same, the role never predicted in the language."""
    if document.language != language:
        return document
    events = (replace(e, arguments=tuple(a for a in e.arguments if a.role != role)) for e in document.events)
    return replace(document, events=tuple(events))


def refusals(comparison: Comparison) -> list[str]:
    """What the gate of drops says of them."""
    nothing = Findings(micro={}, leaks=Leakage((), (), ()), alignment=1.0, calibration={}, comparison=comparison)
    outcomes = judge(GatesConfig(drops=DropsConfig(level=LEVEL)), nothing, Names(conflict()))
    return [outcome.said for outcome in failed(outcomes)]


def test_a_role_never_predicted_in_arabic_is_named() -> None:
    documents, chance = gold(80), random.Random(1)
    before = [found(document, chance) for document in documents]
    now = [without(found(document, chance), "Attacker", "ar") for document in documents]
    told = refusals(compared(documents, now, before))
    assert any(line.startswith("role Attacker in Arabic: F1 ") and " 0.0 now" in line for line in told), told
    assert not [line for line in told if "Hebrew" in line]


def test_two_equally_good_models_are_hardly_ever_told_apart() -> None:
    """At its level of 5% the gate may refuse 10 of 200 releases that are no worse, give or take 9."""
    documents, chance = gold(40, papers=1), random.Random(2)
    refused = 0
    for _ in range(SIMULATED):
        now, before = ([found(document, chance) for document in documents] for _ in range(2))
        refused += bool(compared(documents, now, before, level=LEVEL).losses)
    assert refused <= 19, refused


def test_three_documents_are_too_few_to_say() -> None:
    documents = gold(6)
    now = [without(document, "Attacker", "ar") for document in documents]
    changes = compared(documents, now, documents).changes
    lost = {change.key: change for change in changes if change.slice_ == ("language", "ar")}
    change: ScoreChange = lost["role", "Attacker"]
    assert (change.before, change.now, change.differing) == (1.0, 0.0, 3)
    assert not change.testable
    assert not change.significant


def test_a_slice_of_the_arguments_that_is_lost_is_named() -> None:
    """Fillers that follow their trigger at once are kept, so that it is the far ones that fell."""
    documents = [replace(document, text="אב " * 20) for document in gold(40)]
    far = {"Place", "Agent", "Target"}
    events = tuple(replace(e, arguments=tuple(a for a in e.arguments if a.role not in far)) for e in EVENTS)
    now = [replace(document, events=events) for document in documents]
    comparison = compared(documents, now, documents, ArgumentFeatures(conflict()))
    worse = {change.key for change in comparison.losses if change.slice_ == ("", "")}
    assert ("distance", "4 to 10 words") in worse
    assert any("arguments, distance 4 to 10 words: F1 100.0 before" in line for line in refusals(comparison))


def test_every_language_and_every_source_is_looked_at() -> None:
    documents = gold(12)
    changes = compared(documents, documents, documents).changes
    assert {change.slice_ for change in changes} == {
        *{("", ""), ("language", "ar"), ("language", "he")},
        *{("source", f"paper {n}") for n in range(3)},
    }
    assert {change.key[0] for change in changes if change.slice_[0] == "source"} == {"score"}


def chances(worse: int, equal: int, others: int = 20) -> tuple[float, float]:
    """Corrected p of a fall and of a rise of the headline, where so many stories got worse by as much each."""
    dice = np.random.default_rng(worse)
    noise = dice.choice([-1.0, 0.0, 1.0], size=(worse + equal, others))
    effect = np.concatenate([np.where(np.arange(worse + equal) < worse, -1.0, 0.0)[:, None], noise], axis=1)
    fall, rise = randomization_test(effect, headline=0).p[:, 0]
    return float(fall), float(rise)


def test_the_headline_s_p_is_counted_by_hand_and_costs_nothing_for_the_others() -> None:
    """Of n stories that all got worse one swap in two to the n is as bad: twice that, as it has half of the level."""
    assert chances(6, 6) == (2 / 2**6, 1.0)
    assert chances(5, 2) == (2 / 2**5, 1.0)
    fall, _ = chances(10, 300, others=300)  # too many stories to try all swaps
    assert 0 <= fall < 0.02


def test_what_the_headline_does_not_need_the_others_get() -> None:
    """Five stories can be no surer than 1 in 32: enough at the whole level of 5%, not at half of it."""
    others = np.repeat((np.arange(12) < 5)[:, None] * -1.0, 3, axis=1)
    sure, none = (np.where(np.arange(12) < stories, -1.0, 0.0)[:, None] for stories in (12, 0))
    with_headline, without_it = (
        randomization_test(np.concatenate([head, others], axis=1), headline=0).p[FALL] for head in (sure, none)
    )
    assert with_headline[1:].tolist() == [1 / 32] * 3
    assert without_it.tolist() == [1.0, *[2 / 32] * 3]


def test_effects_add_up_to_the_change_of_f1_and_turn_with_a_swap() -> None:
    dice = np.random.default_rng(1)
    now, before = (dice.integers(0, 9, size=(15, 4, 3)).astype(float) for _ in range(2))
    before[..., 0] = now[..., 0]
    effect = effects(now, before)
    change = np.subtract(*(bootstrap.f1(side.sum(axis=0)) for side in (now, before)))
    assert (np.sign(effect.sum(axis=0)) == np.sign(change)).all()
    assert np.allclose(effects(before, now), -effect)
    now[3], before[3] = before[3].copy(), now[3].copy()
    effect[3] *= -1
    assert np.allclose(effects(now, before), effect)
    assert np.allclose(randomization_test(effect, headline=0).p[RISE], randomization_test(-effect, headline=0).p[FALL])
