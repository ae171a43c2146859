"""Two processes that torchrun starts learn what one learns, and leave one model, one run and one voice."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from tests.run.small import TINY, Ended, environment, naba, small

STILL = ("encoder.dropout=0", "encoder.word_dropout=0", "model.dropout=0")
RUN = ("snapshot=snap", *TINY, *STILL, "fit.epochs=3", "fit.accumulate=2", "fit.batch_size=3")


def torchrun(*arguments: str, cwd: Path) -> Ended:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = ["-m", "torch.distributed.run", "--nproc_per_node", "2", "--master_port", str(port)]
    done = subprocess.run(
        [sys.executable, *started, "-m", "training", *arguments],
        cwd=cwd,
        env={**environment(), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def losses(told: str) -> list[tuple[str, str]]:
    return re.findall(r"epoch (\d+) of 3: loss ([\d.]+)", told)


def weights(model: Path) -> torch.Tensor:
    """All of them in a row."""
    return torch.cat([tensor.flatten().float() for _, tensor in sorted(load_file(model / "model.safetensors").items())])


def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    small(tmp_path / "snap", count=24)
    alone = naba("train", *RUN, "name=alone", cwd=tmp_path)
    assert alone.code == 0, alone.err
    both = torchrun("train", *RUN, "tracking=offline", "output=outputs/both", cwd=tmp_path)  # named by the time of day
    assert both.code == 0, both.err
    assert len(losses(alone.err)) == 3
    assert losses(both.err) == losses(alone.err)
    first, second = (weights(tmp_path / "outputs" / name / "model") for name in ("alone", "both"))
    assert (first - second).norm() < 1e-4 * first.norm()
    assert both.err.count("epoch 3 of 3") == both.err.count("the model is in") == 1
    assert len(list((tmp_path / "outputs" / "both" / "wandb").glob("offline-run-*"))) == 1
    assert sorted(path.name for path in (tmp_path / "outputs").iterdir()) == ["alone", "both"]
