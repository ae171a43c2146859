"""Room for the checkpoints of a training is looked for before it begins."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from torch import nn

from annotation.core.errors import UsageError
from training.loop.checkpoints import check_space

Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def model() -> nn.Module:
    """400 bytes, of which 200 are trained: checkpoints take 7 times these, and the model all."""
    whole = nn.ModuleList([nn.Linear(50, 1, bias=False), nn.Linear(50, 1, bias=False)])
    whole[0].requires_grad_(False)
    return whole


def free(bytes_: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(10**12, 0, bytes_))


def test_a_disk_too_full_is_one_line(model: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free(1799, monkeypatch)
    with pytest.raises(UsageError, match=r"out: training writes up to .* GB and .* are free there; make room"):
        check_space(tmp_path / "out" / "checkpoints", model)
    assert list(tmp_path.iterdir()) == []
    free(1800, monkeypatch)
    check_space(tmp_path / "out" / "checkpoints", model)


def test_what_is_trained_may_be_given(model: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free(1100, monkeypatch)
    check_space(tmp_path, model, trained=100)
    with pytest.raises(UsageError):
        check_space(tmp_path, model, trained=101)


def test_what_an_interrupted_run_left_counts_as_room(
    model: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checkpoint-1").mkdir()
    (tmp_path / "checkpoint-1" / "model.safetensors").write_bytes(b"0" * 800)
    free(1000, monkeypatch)
    check_space(tmp_path, model)
