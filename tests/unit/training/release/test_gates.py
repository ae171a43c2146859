"""Presets of gates are checked, and each gate says in one line what it found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from annotation.core.matching import PRF
from annotation.page.titles import Names
from tests.builders import conflict
from tests.run.small import documents
from training.analysis.evaluation import evaluation
from training.analysis.leakage import Leakage
from training.release.gates import DropsConfig, Findings, GatesConfig, failed, judge, load_gates, refusing

NOTHING = Leakage((), (), ())
NAMES = Names(conflict())


def findings(**other: object) -> Findings:
    values = {"micro": {}, "leaks": NOTHING, "alignment": 1.0, "calibration": {}, "comparison": None, **other}
    return Findings(**values)  # type: ignore[arg-type]


def said(gates: GatesConfig, found: Findings) -> list[tuple[str, bool | None, str]]:
    return [(outcome.gate, outcome.passed, outcome.said) for outcome in judge(gates, found, NAMES)]


def test_the_default_gates_ask_for_every_kind() -> None:
    gates = load_gates("default")
    assert gates.floors
    assert gates.drops
    assert gates.leakage == 0
    assert gates.calibration
    assert gates.alignment


def test_a_floor_is_held_at_the_value_itself() -> None:
    found = findings(micro={"Trig-C": PRF(10, 10, 5), "Entity": PRF(10, 10, 4)})
    assert said(GatesConfig(floors={"Trig-C": 0.5, "Entity": 0.5}), found) == [
        ("floor", True, "Trig-C is 50.0; at least 50.0 is asked"),
        ("floor", False, "Entity is 40.0; at least 50.0 is asked"),
    ]


def test_leakage_calibration_and_alignment_are_gates() -> None:
    gates = GatesConfig(
        leakage=0, calibration=dict.fromkeys(("trigger", "entity", "link", "argument"), 0.1), alignment=0.95
    )
    off = {"trigger": (0.2, 0.08), "entity": (0.05, 0.06), "link": (0.12, 0.18)}
    found = findings(leaks=Leakage((("a", "a"),), (), ()), calibration=off, alignment=0.9)
    assert said(gates, found) == [
        ("leakage", False, "1 documents were seen in training: 1 by id (a of a); at most 0 may be"),
        ("calibration", False, "trigger scores are off by 20.0 points; at most 10.0 is asked"),
        ("calibration", True, "entity scores are off by 5.0 points; at most 10.0 is asked"),
        (
            "calibration",
            True,
            "link scores are off by 12.0 points; at most 10.0 is asked, but so few may be off by 18.0 by chance",
        ),
        ("calibration", None, "argument: too few found to say"),
        ("alignment", False, "90.0 percent of the marks can be learned; at least 95.0 is asked"),
    ]


def test_a_gate_that_could_test_nothing_neither_passes_nor_fails() -> None:
    for policy, refused in (("pass", []), ("refuse", ["floor", "calibration"])):
        gates = GatesConfig(floors={"Entity": 0.5}, calibration={"entity": 0.1}, undecided=policy)  # type: ignore[arg-type]
        outcomes = judge(gates, findings(micro={"Entity": PRF(0, 0, 0)}), NAMES)
        assert [outcome.passed for outcome in outcomes] == [None, None]
        assert failed(outcomes) == []
        assert [outcome.gate for outcome in refusing(gates, outcomes)] == refused


def test_gates_that_are_left_out_are_not_asked() -> None:
    assert judge(GatesConfig(), findings(), NAMES) == []


def test_gates_of_null_are_not_asked(tmp_path: Path) -> None:
    file = tmp_path / "gates.yaml"
    file.write_text("drops: null\nleakage: null\nalignment: null\n")
    assert load_gates(str(file)) == GatesConfig()


def test_without_a_release_before_nothing_can_have_dropped() -> None:
    assert failed(judge(GatesConfig(drops=DropsConfig()), findings(), NAMES)) == []


@pytest.mark.parametrize(
    ("seen", "passed", "said"),
    [
        (0, True, "none of"),
        (4, True, "; on the 16 of 20 documents that 1.0 was not trained with"),
        (20, None, "1.0 was trained with all 20 documents: nothing is left to compare it on"),
        (None, True, "; whether 1.0 was trained with some of the documents is not known"),
    ],
)
def test_drops_are_not_judged_on_what_the_model_before_was_trained_with(
    seen: int | None, passed: bool | None, said: str
) -> None:
    gold = documents(20)
    known = None if seen is None else [document.id for document in gold[:seen]]
    result = evaluation(gold, gold, ontology=conflict(), before=("1.0", gold), before_seen=known)
    assert result.before is not None
    comparison = result.before.comparison
    assert comparison.documents == (16 if seen == 4 else 20)
    found = findings(comparison=comparison, baseline="1.0", seen=seen, scored=20)
    (outcome,) = judge(GatesConfig(drops=DropsConfig()), found, NAMES)
    assert outcome.passed is passed
    assert said in outcome.said
    refuse = GatesConfig(drops=DropsConfig(), undecided="refuse")
    assert bool(refusing(refuse, [outcome])) == (passed is None)


def test_a_fall_on_what_the_model_before_was_trained_with_is_none() -> None:
    """It marks these by heart: where they are left out, the two models do not differ."""
    gold = documents(24)
    weak = [replace(d, events=(), links=()) if n % 2 else d for n, d in enumerate(gold)]
    by_heart = [*gold[:16], *weak[16:]]
    ids = [document.id for document in gold[:16]]
    told = evaluation(gold, weak, ontology=conflict(), before=("1.0", by_heart), before_seen=ids).before
    silent = evaluation(gold, weak, ontology=conflict(), before=("1.0", by_heart), before_seen=()).before
    assert told is not None
    assert silent is not None
    assert (len(told.comparison.losses), told.left_out) == (0, 16)
    assert silent.comparison.losses


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("floors: {Arg-X: 0.5}", "floors.Arg-X: no such thing to ask for; did you mean Arg-I"),
        ("floors: {Arg-C: 50}", "floors.Arg-C: must be from 0 to 1, not 50.0"),
        ("floors: {Arg-C: high}", "floors.Arg-C: must be a number, not 'high'"),
        ("floors: 3", "floors: must be a group of settings, not 3"),
        ("drops: {level: 0}", "drops.level: must be above 0, not 0"),
        ("undecided: maybe", "undecided: must be one of"),
        ("leaks: 1", "leaks: no such setting; did you mean leakage?"),
        (
            "calibration: {spans: 1}",
            "calibration.spans: no such thing to ask for; it has argument, entity, link, trigger",
        ),
        ("a: [", "not understood"),
    ],
)
def test_a_fault_in_a_file_of_gates_is_told_with_the_file(text: str, fault: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_gates(str(file))
    assert str(caught.value).startswith(f"gates {file}: ")
    assert fault in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["strict", "nothere.yaml"])
def test_gates_that_are_not_there_are_told(name: str) -> None:
    with pytest.raises(UsageError, match="no such"):
        load_gates(name)
