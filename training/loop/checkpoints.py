"""What a Trainer forgets when it goes on from a checkpoint: where its best weights are now, and that it had stopped."""

from __future__ import annotations

import json
from pathlib import Path

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer import TRAINER_STATE_NAME


class CheckpointLocator(TrainerCallback):
    """Finds the best checkpoint in the folder where it is now, should the run have been moved."""

    def __init__(self, checkpoints: Path) -> None:
        self._checkpoints = checkpoints

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        state.best_model_checkpoint = best_checkpoint(self._checkpoints, state)


def best_checkpoint(checkpoints: Path, state: TrainerState) -> str | None:
    """The folder of the best weights so far, None where there are none yet."""
    folder = checkpoints / f"checkpoint-{state.best_global_step}"
    return str(folder) if state.best_global_step is not None and folder.is_dir() else None


def exhausted(checkpoint: Path, patience: int | None) -> bool:
    """Whether training had run out of patience when it was broken off there. Trainer would go on for an epoch."""
    state = json.loads((checkpoint / TRAINER_STATE_NAME).read_text(encoding="utf-8"))
    stopper = state.get("stateful_callbacks", {}).get("EarlyStoppingCallback", {})
    waited = int(stopper.get("attributes", {}).get("early_stopping_patience_counter", 0))
    return patience is not None and waited >= patience
