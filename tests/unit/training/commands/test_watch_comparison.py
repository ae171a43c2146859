"""A model that is worse on dev is told from one that is not."""

from __future__ import annotations

from dataclasses import replace

from annotation.core.document import Document
from tests.run.small import documents
from training.commands.watch.dev_comparison import first_verdict, verdict


def without_events(found: list[Document], count: int) -> list[Document]:
    """What a model predicts that misses everything in the first `count` articles."""
    return [*(document.bare() for document in found[:count]), *found[count:]]


def test_a_model_that_finds_less_beyond_chance_is_not_used() -> None:
    gold = documents(20)
    found = verdict(gold, without_events(gold, 12), gold, drops=None)
    assert not found.used
    assert "worse beyond chance" in found.why
    assert found.facts["losses"]


def test_the_same_and_a_better_one_are_used() -> None:
    gold = documents(20)
    assert verdict(gold, gold, gold, drops=None).used
    better = verdict(gold, gold, without_events(gold, 12), drops=None)
    assert better.used
    assert "better beyond chance" in better.why


def test_where_too_few_articles_can_tell_the_figure_does() -> None:
    gold = documents(3)
    lower = verdict(gold, without_events(gold, 1), gold, drops=None, left_out=2)
    assert not lower.used
    assert "too few articles" in lower.why
    assert lower.facts["left_out"] == 2
    assert verdict(gold, gold, without_events(gold, 1), drops=None).used


def test_one_miss_of_many_that_chance_explains_is_used() -> None:
    gold = documents(30)
    slightly = [replace(gold[0], events=(), entities=()), *gold[1:]]
    assert verdict(gold, slightly, without_events(gold, 1), drops=None).used


def test_the_first_model_is_used() -> None:
    found = first_verdict({"Arg-C+": 0.25, "Trig-C": 0.5})
    assert found.used
    assert "25" in found.why
