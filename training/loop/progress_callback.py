"""Progress of training: a bar on a terminal, a log line for each evaluation, and metrics for tracking."""

from __future__ import annotations

import logging
from contextlib import ExitStack

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from annotation.core.messages import percent
from annotation.terminal import ProgressBar
from training.lineage.wandb_tracking import Tracker

_log = logging.getLogger(__name__)
SHOWN = ("Trig-C", "Arg-C+", "Entity")


class ProgressCallback(TrainerCallback):
    """Reports the progress of a Trainer whose evaluation metrics are named `eval_UNIT`."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._loss = float("nan")
        self._shown = ExitStack()
        self._bar = ProgressBar("training")

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """Start the bar at the current step."""
        self._bar = self._shown.enter_context(ProgressBar("training", state.max_steps))
        self._bar.advance(state.global_step)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """Advance the bar."""
        self._bar.advance()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: object,
    ) -> None:
        """Track loss, gradient norm and learning rate."""
        logs = logs or {}
        if "loss" not in logs:
            return
        self._loss = logs["loss"]
        metrics = {f"train/{name}": logs[name] for name in ("loss", "grad_norm", "learning_rate") if name in logs}
        self._tracker.log({"epoch": state.epoch or 0.0, **metrics})

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **kwargs: object,
    ) -> None:
        """Log and track the scores of an evaluation."""
        scores = {name.removeprefix("eval_"): value for name, value in (metrics or {}).items()}
        message = ", ".join(f"{unit} {percent(scores[unit])}" for unit in SHOWN)
        self._bar.note(f"dev {message}")
        _log.info("epoch %g of %g: loss %.3f; dev %s", state.epoch or 0, args.num_train_epochs, self._loss, message)
        self._tracker.log({"epoch": state.epoch or 0.0, **{f"dev/{name}": value for name, value in scores.items()}})

    def close(self) -> None:
        """Remove the bar; call it when training was interrupted, too."""
        self._shown.close()
