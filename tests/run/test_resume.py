"""A training run that is killed goes on from its last checkpoint to the weights it would have had."""

from __future__ import annotations

import hashlib
import signal
import time
from pathlib import Path

from tests.run.small import TINY, naba, process, small

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
