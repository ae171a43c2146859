"""Nothing in a step asks the device for a value, so that a GPU is never waited for while it trains."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from tests.builders import conflict
from tests.run.small import documents
from tests.unit.training.conftest import checkpoint
from training.config.schema import (
    AnyEncoderConfig,
    CompactEncoderConfig,
    FitConfig,
    HubEncoderConfig,
    ModelConfig,
)
from training.encoding.encoding import Encoding
from training.lineage.wandb_tracking import Tracker
from training.loop.data_selection import DataSelection
from training.loop.trainer import fit
from training.model.batches import Examples, collate
from training.model.event_extractor import EventExtractor

Given: TypeAlias = Any
"""What torch hands to those who watch it."""

HEADS = ModelConfig(max_width=3, head_size=8, hidden_size=16)
COMPACT = CompactEncoderConfig(hidden_size=16)
CORPUS = documents(6)
READS = {"aten::_local_scalar_dense", "aten::nonzero", "aten::masked_select", "aten::equal"}
"""A value, or a size, that Python is told."""


class Watched(TorchDispatchMode):
    """Counts what would wait for a GPU: reads, and inputs that are copied to it."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Given, types: Given, args: Given = (), kwargs: Given = None) -> Given:
        name, kwargs = func._schema.name, kwargs or {}
        if name in READS or _masked(name, args) or _copied(name, args, kwargs):
            self.waits[name] += 1
        return func(*args, **kwargs)


def _masked(name: str, args: Given) -> bool:
    """Whether an index is a mask, whose size must be known first."""
    return name.startswith("aten::index") and any(
        isinstance(index, torch.Tensor) and index.dtype == torch.bool for index in args[1] or ()
    )


def _copied(name: str, args: Given, kwargs: Given) -> bool:
    """Whether values come from elsewhere without `non_blocking`."""
    elsewhere = name == "aten::_to_copy" and torch.device(kwargs.get("device") or args[0].device) != args[0].device
    return elsewhere and not kwargs.get("non_blocking")


class Constants(TorchFunctionMode):
    """Counts numbers of Python's that are made tensors of a device, and so copied to it."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: Counter[str] = Counter()

    def __torch_function__(self, func: Given, types: Given, args: Given = (), kwargs: Given = None) -> Given:
        kwargs = kwargs or {}
        if func in (torch.tensor, torch.as_tensor) and torch.device(kwargs.get("device") or "cpu").type != "cpu":
            self.waits[func.__name__] += 1
        return func(*args, **kwargs)


def waits_on(device: str, encoder: AnyEncoderConfig) -> Counter[str]:
    encoding = Encoding.build(conflict(), HEADS, encoder)
    examples = Examples(CORPUS, encoding).examples
    model = EventExtractor.build(HEADS, encoder, encoding).to(device)
    batch = collate(examples, pad=encoding.tokenizer.pad)
    counts = torch.ones(3)
    moved = {name: tensor.to(device) for name, tensor in {**batch, "counts": counts}.items()}
    with Watched() as watched, Constants() as constants:
        model.train()(**moved).loss.backward()
    return watched.waits + constants.waits


@pytest.mark.parametrize("shape", ["compact", "bert", "xlm-r", "modernbert", "deberta"])
def test_losses_and_gradients_are_found_without_reading_any(shape: str, tmp_path: Path) -> None:
    """On a device whose tensors have no values, where reading one raises."""
    encoder = COMPACT if shape == "compact" else HubEncoderConfig(name=str(checkpoint(shape, tmp_path)))
    allowed = Counter({"aten::_to_copy": 1} if shape == "deberta" else {})  # its own table of relative positions
    assert waits_on("meta", encoder) == allowed


def test_a_longer_epoch_has_no_more_readings(tmp_path: Path) -> None:
    """What is logged is read once an epoch; clipping, the step and the loop around them read nothing."""
    encoding = Encoding.build(conflict(), HEADS, COMPACT)
    config = FitConfig(epochs=1, batch_size=6, patience=None, device="cpu", threads=1)
    counted = []
    for size in (6, 1):
        model = EventExtractor.build(HEADS, COMPACT, encoding)
        with Watched() as watched:
            splits = DataSelection(CORPUS, CORPUS[:1])
            run = replace(config, batch_size=size)
            fit(model, encoding, splits, run, seed=1, tracker=Tracker(), checkpoints=tmp_path / str(size))
        counted.append(watched.waits)
    assert counted[0] == counted[1]
