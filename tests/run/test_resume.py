"""A training run that is killed, at whatever step and whatever file it was writing, ends with the weights it would
have had."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest
import torch

from tests.run.small import TINY, naba, process, small
from training.commands import train as runs
from training.config.schema import (
    CompactEncoderConfig,
    DataConfig,
    FitConfig,
    ModelConfig,
    TrackingConfig,
    TrainConfig,
)
from training.loop.progress_callback import ProgressCallback

RUN = ("snapshot=snap", *TINY, "fit.epochs=6")


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    small(tmp_path / "snap", count=24)
    whole = naba("train", *RUN, "name=whole", cwd=tmp_path)
    assert whole.code == 0, whole.err
    broken = kill_after_a_checkpoint(tmp_path)
    assert not (broken / "model").exists()
    resumed = naba("train", *RUN, "name=broken", cwd=tmp_path)
    assert resumed.code == 0, resumed.err
    assert "going on from" in resumed.err
    assert "epoch 1 of 6" not in resumed.err
    assert weights(broken) == weights(tmp_path / "outputs" / "whole")


def kill_after_a_checkpoint(folder: Path) -> Path:
    """Start the run `broken`, kill it once its second checkpoint is there, and return its folder."""
    output = folder / "outputs" / "broken"
    deadline = time.monotonic() + 120
    with process("train", *RUN, "name=broken", cwd=folder) as running:
        while time.monotonic() < deadline and running.poll() is None:
            states = output.glob("checkpoints/checkpoint-*/trainer_state.json")
            if max((int(state.parent.name.rpartition("-")[2]) for state in states), default=0) >= 8:
                break
            time.sleep(0.002)
        running.kill()
    assert running.returncode == -signal.SIGKILL
    return output


def weights(output: Path) -> str:
    return hashlib.sha256((output / "model" / "model.safetensors").read_bytes()).hexdigest()


@pytest.mark.parametrize(("patience", "seed"), [(None, 1), (3, 4)])
def test_a_run_that_is_killed_again_and_again_wherever_it_is_ends_the_same(
    patience: int | None, seed: int, tmp_path: Path
) -> None:
    small(tmp_path / "snap", count=16)
    whole, broken = (settings(tmp_path, name, patience) for name in ("whole", "broken"))
    assert train(whole, ticks=10**9) == 0
    chance, reached, deaths = random.Random(seed), set(), 0
    while deaths < 8 and train(broken, ticks=chance.randint(12, 36)) == signal.SIGKILL:
        deaths += 1
        reached |= {path.parent.name for path in Path(broken.output).glob("checkpoints/*/trainer_state.json")}
    assert deaths > 3
    assert len(reached) > 1
    assert train(broken, ticks=10**9) == 0
    assert weights(Path(broken.output)) == weights(Path(whole.output))
    assert sorted(path.name for path in Path(broken.output).iterdir()) == ["model", "run.json"]


def settings(folder: Path, name: str, patience: int | None) -> TrainConfig:
    rates = {"learning_rate": 1e-2, "encoder_learning_rate": 1e-2}
    fit = FitConfig(epochs=6, batch_size=4, patience=patience, device="cpu", threads=1, **rates)
    return TrainConfig(
        snapshot=str(folder / "snap"),
        output=str(folder / name),
        name="same",
        model=ModelConfig(max_width=3, head_size=8, hidden_size=24),
        encoder=CompactEncoderConfig(hidden_size=32),
        data=DataConfig(dev="train"),  # where scores rise from epoch to epoch, and the last weights are the best
        fit=fit,
        tracking=TrackingConfig(mode="off"),
    )


def train(run: TrainConfig, *, ticks: int) -> int:
    """Train in a child, which is killed at its tick of that number: the end of a step, or a change to the run's files.

    Returns the signal it died of, 0 when it came to its end.
    """
    torch.set_num_threads(1)
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) * -1
    left = ticks

    def tick(*_: object, **__: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        writes = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree")
        writes |= event == "open" and isinstance(arguments[1], str) and arguments[1][0] in "wax"
        if writes and str(arguments[0]).startswith(run.output):
            tick()

    sys.addaudithook(watch)
    ProgressCallback.on_step_end = tick  # type: ignore[method-assign]
    code = 7
    try:
        runs.train(run)
        code = 0
    finally:
        os._exit(code)
