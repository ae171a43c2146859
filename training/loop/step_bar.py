"""The bar of a Trainer's steps."""

from __future__ import annotations

from contextlib import ExitStack

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from annotation.terminal import ProgressBar


class StepBar(TrainerCallback):
    """Shows a bar of steps from the current one on."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._shown = ExitStack()
        self._bar = ProgressBar(title)

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """Start the bar at the current step."""
        self.start(ProgressBar(self._title, state.max_steps), state)

    def start(self, bar: ProgressBar, state: TrainerState) -> None:
        """Show this bar, at the current step."""
        self._bar = self._shown.enter_context(bar)
        self._bar.advance(state.global_step)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """Advance the bar."""
        self._bar.advance()

    def close(self) -> None:
        """Remove the bar; call it when training was interrupted, too."""
        self._shown.close()
