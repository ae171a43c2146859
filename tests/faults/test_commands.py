"""Every command that talks to Label Studio meets every fault: it gets over it, or stops with one line and goes on."""

from __future__ import annotations

import random

import pytest

from tests.faults.commands import COMMANDS
from tests.faults.conftest import IN_SUITE, KILLS_IN_SUITE
from tests.faults.faults import FAULTS
from tests.faults.outcomes import FAILED, KILLED, PASSED, Outcomes
from tests.faults.trial import Trials

MOST_KILLS_A_STAGE = 10


def test_each_command_and_each_fault_occurs_in_the_suite() -> None:
    commands, faults = zip(*IN_SUITE, strict=True)
    assert set(commands) == set(COMMANDS)
    in_the_storm = {"500", "500, done", "502", "502, done", "slow", "hangs up", "hangs up, done", "cut in mid-body"}
    assert set(faults) | in_the_storm | {"cut, done, whole length"} == set(FAULTS)
    assert sum(KILLS_IN_SUITE.values()) == 60


def test_a_command_that_meets_a_fault(
    cell: tuple[str, str], seed: int, request: pytest.FixtureRequest, outcomes: Outcomes
) -> None:
    command, fault = COMMANDS[cell[0]], FAULTS[cell[1]]
    trials: Trials = request.getfixturevalue("fragile_trials" if fault.fragile else "trials")
    outcomes.record(command.name, fault.name, FAILED)
    ended = trials.meet(command, fault, random.Random(f"{seed} {command.name} {fault.name}"))
    outcomes.record(command.name, fault.name, PASSED if ended.code == command.code else str(ended.code))


def test_a_command_that_is_killed_again_and_again(
    killed: tuple[str, int], seed: int, trials: Trials, outcomes: Outcomes
) -> None:
    command, wanted = COMMANDS[killed[0]], killed[1]
    chance, died = random.Random(f"{seed} {command.name}"), 0
    outcomes.record(command.name, KILLED, FAILED)
    while died < wanted:
        points = sorted(chance.random() for _ in range(min(MOST_KILLS_A_STAGE, wanted - died)))
        died += trials.kill(command, points)
    outcomes.record(command.name, KILLED, str(died))
