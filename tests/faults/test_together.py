"""Several machines at once on one project: it ends as if they had come one after the other."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.commands import COMMANDS
from tests.faults.process import Ended, Order, Running, naba
from tests.faults.stage import ARTICLES, Stage, State, full_stage, pulled
from tests.faults.test_model import RENAMED, spans
from tests.faults.trial import Trials, check_kept

WORDS = {
    "push": ("push", "@articles.jsonl"),
    "pull": ("pull", "--out", "@{machine}.jsonl"),
    "suggest": ("suggest", "@predicted.jsonl"),
    "migrate": ("migrate", "--to", "@new.yaml"),
    "check --fix": ("check", "@docs.jsonl", "--fix"),
    "pull to check": ("pull", "--out", "@docs.jsonl"),
}
WAITS = ("half-way", "was made with the ontology", "another machine", "at the same time", "run the same command again")


def order(stage: Stage, name: str, machine: int, *more: str) -> Order:
    words = (word.replace("{machine}", str(machine)) for word in WORDS[name])
    named = [stage.file(word[1:]) if word.startswith("@") else word for word in words]
    options = ("--project", stage.title, "--workspace", stage.file(f"machine {machine}"))
    return Order((*named, *options, *more), stage.folder, stage.client.url, stage.client.token)


def at_once(stage: Stage, plan: list[tuple[str, int]]) -> list[Ended]:
    running = [Running(order(stage, name, machine)) for name, machine in plan]
    return [one.wait() for one in running]


def without_suggestions(state: State) -> State:
    """Whose suggestions stay depends on who came last, where labels change meanwhile."""
    return {
        title: {
            "tasks": [{key: value for key, value in task.items() if key != "predictions"} for task in held["tasks"]],
            "page": held["settings"]["label_config"],
        }
        for title, held in state.items()
    }


PLANS = {
    "suite": [["migrate", "migrate", "push", "pull", "suggest"]],
    "long": [
        ["push", "push", "pull", "suggest", "suggest"],
        ["push", "pull", "suggest", "migrate"],
        ["migrate", "migrate", "migrate"],
        ["suggest", "suggest", "migrate"],
    ],
}


def test_machines_at_once_end_as_one_after_the_other(trials: Trials, round: int, long: bool, seed: int) -> None:
    plans = PLANS["suite"] + (PLANS["long"] if long else [])
    names = plans[round % len(plans)]
    chance = random.Random(f"{seed} together {round}")
    plan = [(name, machine % 3) for machine, name in enumerate(chance.sample(names, len(names)))]
    stage = full_stage(trials.client, trials.place().folder, trials.ontology, trials.people)
    before = stage.texts()
    ended = at_once(stage, plan)
    for (name, machine), one in zip(plan, ended, strict=True):
        said = f"{name} on {machine} of {plan}: {one.err}"
        assert one.code == 0 or (one.code in (2, 3) and any(word in one.err for word in WAITS)), said
        assert "Traceback" not in one.err, said
    assert any(one.code == 0 for (name, _), one in zip(plan, ended, strict=True) if name == "migrate") or (
        "migrate" not in names
    ), f"of two migrations neither was done: {[one.err for one in ended]}"
    check_kept(before, stage.texts(), f"{plan}: ")
    for name, machine in sorted(plan, key=lambda step: step[0] == "pull"):
        new = ("--ontology", stage.file("new.yaml")) if name == "push" and "migrate" in names else ()
        again = naba(order(stage, name, machine, *new))
        assert again.code == 0, again.err
    check_kept(before, stage.texts(), f"{plan}, again: ")
    expected, _ = trials.clean(COMMANDS["migrate" if "migrate" in names else "suggest"])
    state = stage.state()
    if "migrate" in names:
        state, expected = without_suggestions(state), without_suggestions(expected)
        assert len({Path(stage.file(f"{m}.jsonl")).read_bytes() for n, m in plan if n == "pull"}) <= 1
    assert state == expected, plan
    assert sum(len(task["annotations"]) for task in stage.state()[""]["tasks"]) == 2 * len(ARTICLES)


@pytest.mark.parametrize("first", ["check --fix", "migrate"] * 2)
def test_annotations_are_mended_once_whatever_a_migration_does_meanwhile(
    trials: Trials, first: str, only_long: None
) -> None:
    stage = pulled(full_stage(trials.client, trials.place().folder, trials.ontology, trials.people))
    before, machines = stage.texts(), {"check --fix": 0, "migrate": 1}
    names = sorted(machines, key=lambda name: name != first)
    ended = dict(zip(names, at_once(stage, [(name, machines[name]) for name in names]), strict=True))
    assert ended["migrate"].code == 0, ended["migrate"].err
    mending = ended["check --fix"]
    assert mending.code in (0, 1) or any(word in mending.err for word in WAITS), mending.err
    check_kept(before, stage.texts(), f"{mending.err}: ")
    for name in ("migrate", "pull to check", "check --fix"):
        again = naba(order(stage, name, machines.get(name, 0)))
        assert again.code == 0, again.err
    marks = [mark for task in stage.state()[""]["tasks"] for mark in task["annotations"]]
    assert not {label for mark in marks for _, _, label in spans(mark["rows"])} & RENAMED.keys()
    assert Counter(mark["mended"] for mark in marks) == {False: 2 * len(ARTICLES), True: len(ARTICLES)}
