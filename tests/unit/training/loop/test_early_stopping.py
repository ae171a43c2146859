"""Patience counts the metric of a run, and before that is above 0 what chooses checkpoints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from transformers import TrainerControl, TrainerState, TrainingArguments

from training.loop.early_stopping import EarlyStopping, exhausted


def stopped_after(points: list[tuple[float, float]], patience: int = 2) -> int | None:
    """The number of evaluations, each of a metric and a choice, after which training stops, None where it goes on."""
    stopper, control = EarlyStopping(patience, "Entity"), TrainerControl()
    args = TrainingArguments("x", metric_for_best_model="choice")
    for number, (metric, choice) in enumerate(points, start=1):
        stopper.on_evaluate(args, TrainerState(), control, {"eval_Entity": metric, "eval_choice": choice})
        if control.should_training_stop:
            return number
    return None


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(0.5, 0.5), (0.6, 0.6), (0.7, 0.7)], None),
        ([(0.5, 0.5), (0.5, 0.6), (0.5, 0.7)], 3),  # gains of other scores do not count
        ([(0.5, 0.5), (0.4, 0.4), (0.6, 0.6), (0.6, 0.6), (0.5, 0.7)], 5),
        ([(0.0, 0.1), (0.0, 0.2), (0.0, 0.3), (0.0, 0.4)], None),  # until the metric is above 0
        ([(0.0, 0.1), (0.0, 0.1), (0.0, 0.1)], 3),
        ([(0.5, 0.5), (0.0, 0.6), (0.0, 0.7)], 3),
    ],
)
def test_when_it_stops(points: list[tuple[float, float]], expected: int | None) -> None:
    assert stopped_after(points) == expected


def test_its_count_is_kept_in_a_checkpoint(tmp_path: Path) -> None:
    stopper = EarlyStopping(3, "Arg-C+")
    stopper.best, stopper.waited = [0.5, 0.6], 2
    restored = EarlyStopping.from_state(json.loads(json.dumps(stopper.state())))
    assert restored.state() == stopper.state()
    states = {"stateful_callbacks": {"EarlyStopping": stopper.state()}}
    (tmp_path / "trainer_state.json").write_text(json.dumps(states))
    assert exhausted(tmp_path, 2)
    assert not exhausted(tmp_path, 3)
    assert not exhausted(tmp_path, None)
