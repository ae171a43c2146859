"""The errors to read first stand for most of what is wrong, and each error is counted once."""

from __future__ import annotations

import random

from annotation import sample
from annotation.core.document import Span
from tests.builders import conflict
from tests.unit.training.analysis.test_evaluation import FOUND
from training.analysis.error_causes import CAUSES, ROLE, SPURIOUS, TRIGGER_MISSED, Attached, Wrong
from training.analysis.evaluation import evaluation
from training.analysis.exemplars import exemplars, of_causes


def wrong(number: int, cause: str, event: str, role: str, *, language: str = "he", reach: int = 10) -> Wrong:
    """A missed argument whose filler begins so many characters after its trigger."""
    argument = Attached(Span(0, 2, event), role, Span(reach, reach + 4, "Person"))
    return Wrong(f"d{number}", language, cause, argument, None)


def test_the_largest_groups_are_read_first_and_counted() -> None:
    errors = [wrong(n, TRIGGER_MISSED, "Strike", "Target") for n in range(30)]
    errors += [wrong(n, ROLE, "Arrest", "Agent") for n in range(20)]
    errors += [wrong(n, SPURIOUS, "Die", "Victim") for n in range(5)]
    random.Random(1).shuffle(errors)
    first, second, third = exemplars(errors)
    assert [e.error.cause for e in (first, second, third)] == [TRIGGER_MISSED, ROLE, SPURIOUS]
    assert [e.stands_for for e in (first, second, third)] == [30, 20, 5]


def test_a_second_of_a_group_waits_for_those_nobody_stands_for() -> None:
    """Strike and Die are missed in 40 places with one role: one example stands for both before another is chosen."""
    errors = [wrong(n, TRIGGER_MISSED, ("Strike", "Die")[n % 2], "Place") for n in range(40)]
    errors += [wrong(n, ROLE, "Arrest", "Agent") for n in range(8)]
    chosen = exemplars(errors, most=2)
    assert [e.error.cause for e in chosen] == [TRIGGER_MISSED, ROLE]
    assert sum(e.stands_for for e in chosen) == len(errors)


def test_nothing_stands_for_what_shares_neither_type_nor_role_nor_cause() -> None:
    errors = [wrong(0, ROLE, "Arrest", "Agent"), wrong(1, ROLE, "Die", "Victim"), wrong(2, SPURIOUS, "Die", "Victim")]
    assert [e.stands_for for e in exemplars(errors, most=1)] == [1]
    assert len(exemplars(errors)) == 3
    assert exemplars([]) == []


def test_the_example_of_a_kind_is_the_shortest_and_from_another_document() -> None:
    errors = [wrong(n, ROLE, "Arrest", "Agent", reach=100 - n) for n in range(5)]
    assert exemplars(errors)[0].error.document == "d4"
    two = [*errors, wrong(4, SPURIOUS, "Die", "Victim"), wrong(3, SPURIOUS, "Die", "Victim", reach=90)]
    assert len({e.error.document for e in exemplars(two)}) == 2


def test_ten_of_real_errors_stand_for_more_than_any_ten_drawn() -> None:
    result = evaluation(sample.gold(), FOUND, ontology=conflict())
    errors = list(result.diagnosis.errors)
    kinds = {(e.cause, e.gold.trigger.label, e.gold.role) for e in errors if e.gold}
    assert len(kinds) > 30
    chosen = sum(e.stands_for for e in result.read_first)
    assert len(result.read_first) == 10
    assert chosen <= len(errors)
    drawn = [
        sum(e.stands_for for e in exemplars_standing(random.Random(n).sample(errors, 10), errors)) for n in range(20)
    ]
    assert chosen > max(drawn)


def exemplars_standing(chosen: list[Wrong], errors: list[Wrong]) -> list:
    """As if these had been chosen: what each stands for, counted by the rule in the module's first lines."""
    from training.analysis.exemplars import Exemplar, _kind

    rest, found = [_kind(error) for error in errors], []
    for error in chosen:
        own = _kind(error)
        alike = [k for k in rest if k.cause == own.cause and (k.types == own.types or k.roles == own.roles)]
        rest = [k for k in rest if k not in set(alike)]
        found.append(Exemplar(error, len(alike)))
    return found


def test_three_examples_of_every_cause_that_occurs() -> None:
    result = evaluation(sample.gold(), FOUND, ontology=conflict())
    occurring = {error.cause for error in result.diagnosis.errors}
    assert result.examples.keys() == occurring
    for cause, chosen in of_causes(result.diagnosis.errors, CAUSES).items():
        assert 1 <= len(chosen) <= 3
        assert {e.error.cause for e in chosen} == {cause}
