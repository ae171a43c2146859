"""Checkpoints: what they hold, and where the best one is now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch import nn
from transformers import PreTrainedModel, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer import OPTIMIZER_NAME

from annotation.core.errors import UsageError


def check_space(folder: Path, model: nn.Module, trained: int | None = None) -> None:
    """Raise UsageError where the disk has no room for what a training of the model writes into the folder.

    At most three checkpoints are there at once, while the newest is written: three times the trained weights, and twice
    the optimizer's two numbers for each of them. The finished model has all weights. trained: bytes of the weights that
    are trained, where the model is not prepared for it yet. What an interrupted run left there is counted as room.
    """
    if trained is None:
        trained = sum(weight.nbytes for weight in model.parameters() if weight.requires_grad)
    needed = (3 + 2 * 2) * trained + sum(weight.nbytes for weight in model.parameters())
    needed -= sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    place = next(path for path in (folder, *folder.parents) if path.exists())
    if (free := shutil.disk_usage(place).free) < needed:
        raise UsageError(
            f"{folder.parent}: training writes up to {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free there; "
            "make room, or name another output="
        )


@contextmanager
def without_fixed_weights(model: PreTrainedModel) -> Iterator[None]:
    """Save the model without the weights that are not trained; loading leaves them as they are."""
    saved = model._keys_to_ignore_on_save
    model._keys_to_ignore_on_save = {name for name, weight in model.named_parameters() if not weight.requires_grad}
    try:
        yield
    finally:
        model._keys_to_ignore_on_save = saved


class LeanCheckpoints(TrainerCallback):
    """Removes the optimizer's state, twice as large as the weights, from all checkpoints but the newest."""

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object) -> None:
        """Remove it from the older ones, of which only the weights are read again."""
        newest = f"checkpoint-{state.global_step}"
        for file in Path(args.output_dir or "").glob(f"checkpoint-*/{OPTIMIZER_NAME}"):
            if state.is_world_process_zero and file.parent.name != newest:
                file.unlink(missing_ok=True)


class CheckpointLocator(TrainerCallback):
    """Corrects the path of the best checkpoint when the folder of the run was moved."""

    def __init__(self, checkpoints: Path) -> None:
        self._checkpoints = checkpoints

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """Set the path in the Trainer's state."""
        state.best_model_checkpoint = best_checkpoint(self._checkpoints, state)


def best_checkpoint(checkpoints: Path, state: TrainerState) -> str | None:
    """The folder of the best checkpoint so far, None when there is none."""
    folder = checkpoints / f"checkpoint-{state.best_global_step}"
    return str(folder) if state.best_global_step is not None and folder.is_dir() else None
