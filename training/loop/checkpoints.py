"""Checkpoints on resuming: where the best weights are now, and whether early stopping had already ended training."""

from __future__ import annotations

import json
from pathlib import Path

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer import TRAINER_STATE_NAME


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


def exhausted(checkpoint: Path, patience: int | None) -> bool:
    """Whether early stopping had ended training at the checkpoint; a resumed Trainer would train one more epoch."""
    state = json.loads((checkpoint / TRAINER_STATE_NAME).read_text(encoding="utf-8"))
    stopper = state.get("stateful_callbacks", {}).get("EarlyStoppingCallback", {})
    waited = int(stopper.get("attributes", {}).get("early_stopping_patience_counter", 0))
    return patience is not None and waited >= patience
