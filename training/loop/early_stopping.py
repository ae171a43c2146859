"""Early stopping by the metric of a run alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_callback import ExportableState

from annotation.core import json_text


class EarlyStopping(TrainerCallback, ExportableState):
    """Stops after `patience` evaluations whose metric was not above the best so far.

    While the metric is still 0, where nothing of its kind is right yet, the score that chooses checkpoints counts in
    its place: roles come last, and a run must not end before they do.
    """

    def __init__(self, patience: int, metric: str) -> None:
        self.patience, self.metric = patience, metric
        self.best: list[float] = [-1.0, -1.0]
        self.waited = 0

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **kwargs: object,
    ) -> None:
        """Count an evaluation, and stop after the last in vain. Its metrics are named `eval_UNIT`."""
        scores = metrics or {}
        value, choice = scores[f"eval_{self.metric}"], scores[f"eval_{args.metric_for_best_model}"]
        best, best_choice = self.best
        better = value > best or (value == best == 0 and choice > best_choice)
        self.best = [max(value, best), max(choice, best_choice)]
        self.waited = 0 if better else self.waited + 1
        if self.waited >= self.patience:
            control.should_training_stop = True

    def state(self) -> dict[str, object]:
        """What a checkpoint holds of this, for Trainer to restore."""
        args = {"patience": self.patience, "metric": self.metric}
        return {"args": args, "attributes": {"best": self.best, "waited": self.waited}}


def exhausted(checkpoint: Path, patience: int | None) -> bool:
    """Whether early stopping had ended training at the checkpoint; a resumed Trainer would train one more epoch."""
    state = cast(dict[str, Any], json_text.syntax((checkpoint / TRAINER_STATE_NAME).read_text(encoding="utf-8")))
    stopper = state.get("stateful_callbacks", {}).get(EarlyStopping.__name__, {})
    return patience is not None and int(stopper.get("attributes", {}).get("waited", 0)) >= patience
