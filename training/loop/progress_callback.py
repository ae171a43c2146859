"""Progress of training: a bar on a terminal, a log line for each evaluation, and metrics for tracking."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from transformers import TrainerControl, TrainerState, TrainingArguments

from annotation.core.matching import HEADLINE
from annotation.core.messages import percent
from annotation.terminal import ProgressBar
from training.lineage.wandb_tracking import Tracker
from training.loop.memory import peak_memory
from training.loop.smoothed_loss import SmoothedLoss
from training.loop.step_bar import StepBar

_log = logging.getLogger(__name__)
SHOWN = ("Arg-C+", "Trig-C", "Entity")
"""Units in the log line, after the metric of the run."""
SECONDS_BETWEEN_LINES = 30.0
"""On the state of the training, where there is no terminal."""


class ProgressCallback(StepBar):
    """Reports the progress of a Trainer whose evaluation metrics are named `eval_UNIT`.

    metric: the unit that chooses the weights, which is shown first. documents: those of an epoch. smoothed: the
    loss, to which whoever trains adds that of each batch.
    """

    def __init__(
        self, tracker: Tracker, metric: str = HEADLINE, *, documents: int = 0, smoothed: SmoothedLoss | None = None
    ) -> None:
        super().__init__("training")
        self._tracker, self._metric, self._documents = tracker, metric, documents
        self._smoothed = smoothed or SmoothedLoss()
        self._loss = float("nan")

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """Start the bar at the current step."""
        start, first = time.monotonic(), state.global_step
        documents = self._documents * args.num_train_epochs / max(state.max_steps, 1)

        def detail() -> str:
            rate = (state.global_step - first) / (time.monotonic() - start)
            left = timedelta(seconds=round((state.max_steps - state.global_step) / rate)) if rate else "?"
            memory = peak_memory(args.device) / 1e9
            return f"loss {self._smoothed.value:.3f}, {documents * rate:.1f} documents/s, {left} left, {memory:.1f} GB"

        bar = ProgressBar("training", state.max_steps, detail=detail, seconds=SECONDS_BETWEEN_LINES)
        self.start(bar, state)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """Count the step's loss, and advance the bar."""
        self._smoothed.end_step()
        super().on_step_end(args, state, control, **kwargs)

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
        message = ", ".join(f"{unit} {percent(scores[unit])}" for unit in dict.fromkeys((self._metric, *SHOWN)))
        _log.info("epoch %g of %g: loss %.3f; dev %s", state.epoch or 0, args.num_train_epochs, self._loss, message)
        self._tracker.log({"epoch": state.epoch or 0.0, **{f"dev/{name}": value for name, value in scores.items()}})
