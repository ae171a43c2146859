"""The loop: a thin transformers.Trainer that judges the model as the release will, by the scores of whole Documents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers import (
    EarlyStoppingCallback,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerState,
    TrainingArguments,
    set_seed,
)
from transformers.trainer import TRAINER_STATE_NAME

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.matching import HEADLINE, PRF, UNITS, count_units, units
from training.config.schema import FitConfig
from training.encoding.encoding import Encoding
from training.encoding.hub import hush
from training.inference.predictor import predict
from training.lineage.wandb_tracking import Tracker
from training.loop.checkpoints import CheckpointLocator, best_checkpoint, exhausted
from training.loop.optimizer import optimizer
from training.loop.process_group import ALONE, ProcessGroup
from training.loop.progress_callback import ProgressCallback
from training.loop.step_sampler import Loader, Shares, Steps, loss_counts
from training.model.batches import Examples, LengthBatches
from training.model.event_extractor import EventExtractor
from training.model.mixed_precision import uses_bf16

CHOICE = "choice"
_HINTS = {"Trig-C": 1e-3, "Entity": 1e-3}
"""How much of the other scores joins Arg-C+ in choosing weights: enough to rank them before any role is right."""


class Splits(Protocol):
    """What is learned from, and what chooses the best weights. A Snapshot is one."""

    @property
    def train(self) -> Sequence[Document]: ...

    @property
    def dev(self) -> Sequence[Document]: ...


def fit(
    model: EventExtractor,
    encoding: Encoding,
    splits: Splits,
    fit: FitConfig,
    *,
    seed: int,
    tracker: Tracker,
    checkpoints: Path,
    resume: Path | None = None,
    team: ProcessGroup = ALONE,
) -> EventExtractor:
    """Train the model in place, from a checkpoint if `resume` names one, and return it with its best weights.

    The same model, documents, settings and seed give the same weights on a CPU, broken off and resumed or not. A team
    of processes, each of which calls this, shares each batch, and has the losses that one process would have.
    """
    for name in ("train", "dev"):
        if not getattr(splits, name):
            raise UsageError(f"no {name} documents to use; see data.languages, or make a larger snapshot")
    hush()
    examples = Examples(splits.train, encoding)
    batches = LengthBatches(examples.lengths, size=fit.batch_size, seed=seed)
    arguments = _arguments(fit, steps=math.ceil(len(batches) / fit.accumulate), seed=seed, folder=checkpoints)
    narrator = ProgressCallback(tracker)
    stopper = [EarlyStoppingCallback(fit.patience)] if fit.patience else []
    parts = _Parts(model, encoding, examples, batches, splits.dev, fit, team)
    voice = [narrator] if team.first else []
    loop = _Loop(parts, arguments, [*voice, CheckpointLocator(checkpoints), *stopper])
    if team.size > 1:
        set_seed(seed + team.rank)  # each drops out other units
    try:
        if resume and exhausted(resume, fit.patience):
            loop.take_best(resume)
        else:
            loop.train(resume_from_checkpoint=str(resume) if resume else None)
    finally:
        narrator.close()
    return model


def development(gold: Sequence[Document], predicted: Sequence[Document]) -> dict[str, float]:
    """F1 of each unit over the documents, without the intervals and slices that a report needs."""
    return _scores(_compared(gold, predicted))


def _compared(gold: Sequence[Document], predicted: Sequence[Document]) -> npt.NDArray[np.int64]:
    """Counts by unit [U, 3] over the documents."""
    rows = (count_units(units(a), units(b)) for a, b in zip(gold, predicted, strict=True))
    return sum((np.array(row, dtype=np.int64) for row in rows), start=np.zeros((len(UNITS), 3), dtype=np.int64))


def _scores(counts: npt.NDArray[np.int64]) -> dict[str, float]:
    return {unit: PRF(*sides).f1 for unit, sides in zip(UNITS, counts.tolist(), strict=True)}


@dataclass(frozen=True)
class _Parts:
    """What a run is made of, under the types Trainer forgets."""

    model: EventExtractor
    encoding: Encoding
    examples: Examples
    batches: LengthBatches
    dev: Sequence[Document]
    fit: FitConfig
    team: ProcessGroup


class _Loop(Trainer):
    """Our batches, our rates, our evaluation; everything else is Trainer's."""

    def __init__(self, parts: _Parts, arguments: TrainingArguments, callbacks: list[TrainerCallback]) -> None:
        self._parts = parts
        super().__init__(
            model=parts.model,
            args=arguments,
            train_dataset=parts.examples,
            eval_dataset=cast(Any, parts.dev),
            callbacks=callbacks,
        )
        self.remove_callback(PrinterCallback)
        self.loss_is_scaled_for_ga = True  # every share is told what the whole step holds

    def get_train_dataloader(self) -> Loader:
        parts, team = self._parts, self._parts.team
        steps = Steps(
            parts.batches,
            [loss_counts(example) for example in parts.examples.examples],
            accumulate=parts.fit.accumulate,
            rank=team.rank,
            size=team.size,
        )
        pin = self.args.device.type == "cuda"
        return Loader(Shares(parts.examples, pad=parts.encoding.tokenizer.pad), steps, pin=pin)

    def _prepare_inputs(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """On the device, where pinned ones come without anybody waiting for them."""
        return {name: tensor.to(self.args.device, non_blocking=True) for name, tensor in inputs.items()}

    def create_optimizer(self, model: torch.nn.Module | None = None) -> torch.optim.Optimizer:
        if self.optimizer is None:
            parts = self._parts
            self.optimizer = optimizer(parts.model, parts.model.encoder, parts.fit, others=parts.model.others)
        return self.optimizer

    def evaluate(self, *args: object, **kwargs: object) -> dict[str, float]:
        parts = self._parts
        own = parts.team.share(parts.dev)
        bare = (document.bare() for document in own)
        found = predict(parts.model, parts.encoding, bare, batch_size=parts.fit.batch_size, version="training")
        scores = _scores(parts.team.total(_compared(own, list(found))))
        choice = scores[HEADLINE] + sum(weight * scores[unit] for unit, weight in _HINTS.items())
        metrics = {f"eval_{name}": value for name, value in {**scores, CHOICE: choice}.items()}
        self.state.log_history.append({**metrics, "epoch": self.state.epoch or 0, "step": self.state.global_step})
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def take_best(self, checkpoint: Path) -> None:
        """The best weights so far, as if training had just ended there."""
        self.state = TrainerState.load_from_json(str(checkpoint / TRAINER_STATE_NAME))
        self.state.best_model_checkpoint = best_checkpoint(checkpoint.parent, self.state)
        self._load_best_model()

    def _save_rng_state(self, output_dir: str) -> None:
        super()._save_rng_state(output_dir)
        self._parts.team.wait()  # a checkpoint counts as whole once the first has written its last file


def _arguments(fit: FitConfig, *, steps: int, seed: int, folder: Path) -> TrainingArguments:
    """Trainer's own settings. `steps`: how many times an epoch changes the weights."""
    every = steps * fit.evaluate_every
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=fit.epochs,
        per_device_train_batch_size=fit.batch_size,
        gradient_accumulation_steps=fit.accumulate,
        lr_scheduler_type="linear",
        warmup_steps=int(fit.warmup * steps * fit.epochs),
        max_grad_norm=fit.clip,
        eval_strategy="steps",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=1,  # and the best one
        load_best_model_at_end=True,
        metric_for_best_model=CHOICE,
        greater_is_better=True,
        restore_callback_states_from_checkpoint=True,
        logging_strategy="steps",
        logging_steps=steps,
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        logging_nan_inf_filter=False,  # it would wait for the device after every step
        seed=seed,
        use_cpu=fit.device == "cpu",
        bf16=uses_bf16(fit.precision, _device(fit)),
    )
    if arguments.n_gpu > 1:
        arguments._n_gpu = 1  # several would make Trainer split batches whose parts belong together
    return arguments


def _device(fit: FitConfig) -> torch.device:
    """Where Trainer will compute."""
    return torch.device("cuda" if fit.device == "auto" and torch.cuda.is_available() else "cpu")
