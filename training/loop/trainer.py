"""The training loop: a thin transformers.Trainer that evaluates by the scores of whole Documents, as a release does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerState,
    TrainingArguments,
    set_seed,
)
from transformers.trainer import TRAINER_STATE_NAME
from transformers.utils import SAFE_WEIGHTS_NAME

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.matching import PRF, UNITS, count_units, units
from training.config.environment import environment
from training.config.schema import FitConfig
from training.encoding.encoding import Encoding
from training.inference.encoder_states import EncoderStates
from training.inference.predictor import predict
from training.lineage.wandb_tracking import Tracker
from training.loop.checkpoints import (
    CheckpointLocator,
    LeanCheckpoints,
    best_checkpoint,
    check_space,
    without_fixed_weights,
)
from training.loop.early_stopping import EarlyStopping, exhausted
from training.loop.one_device import OneDeviceArguments
from training.loop.optimizer import optimizer
from training.loop.process_group import ALONE, ProcessGroup
from training.loop.progress_callback import ProgressCallback
from training.loop.smoothed_loss import SmoothedLoss
from training.loop.step_sampler import Loader, Shares, Steps, loss_counts
from training.model.batches import Examples, LengthBatches
from training.model.devices import device_of
from training.model.encoder_training import Regime, encoders_in_training, frozen
from training.model.event_extractor import EventExtractor
from training.model.mixed_precision import uses_bf16

_SCHEDULES = {"linear": "linear", "cosine": "cosine", "constant": "constant_with_warmup"}
"""The settings' names of transformers' schedules."""
_ACCELERATE_DEVICE = "ACCELERATE_TORCH_DEVICE"
"""The variable that tells accelerate, which Trainer moves its model with, the device."""
CHOICE = "choice"
"""The score that the best checkpoint has most of: the metric, and where it ties or is 0 others."""
_HINTS = {"Trig-C": 1e-3, "Entity": 1e-3}
"""Weights of other scores added to the metric: enough to rank checkpoints before any role is right."""


class Splits(Protocol):
    """Documents to train on, and those that choose the best weights, such as a Snapshot."""

    @property
    def train(self) -> Sequence[Document]:
        """Documents to train on."""
        ...

    @property
    def dev(self) -> Sequence[Document]:
        """Documents that choose the best weights."""
        ...


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
    group: ProcessGroup = ALONE,
    regime: Regime | None = None,
) -> EventExtractor:
    """Train the model in place, from the checkpoint `resume` if given, and return it with its best weights.

    regime: what of a pretrained encoder is trained. The same model, documents, settings and seed give the same weights
    on a CPU, also when interrupted and resumed. Each process of a group calls it; they split each batch, with the same
    losses as one process. Raises UsageError for a split without documents.
    """
    check_splits(splits)
    examples = Examples(splits.train, encoding)
    with encoders_in_training((model.encoder, *model.others), regime, examples.examples):
        states = EncoderStates.of(model, encoding) if model.reader and frozen(model.encoder) else None
        if states:
            examples.examples = states.attach(examples.examples)
        batches = LengthBatches(examples.lengths, size=fit.batch_size, seed=seed)
        parts = _Parts(model, encoding, examples, batches, splits.dev, fit, group, states, SmoothedLoss())
        _train(parts, seed=seed, tracker=tracker, checkpoints=checkpoints, resume=resume)
    return model


def _train(parts: _Parts, *, seed: int, tracker: Tracker, checkpoints: Path, resume: Path | None) -> None:
    fit, group = parts.fit, parts.group
    check_space(checkpoints, parts.model)
    callback = ProgressCallback(tracker, fit.metric, documents=len(parts.examples.examples), smoothed=parts.smoothed)
    stopper = [EarlyStopping(fit.patience, fit.metric)] if fit.patience else []
    reporting = [callback] if group.is_main else []
    device, steps = device_of(fit.device), math.ceil(len(parts.batches) / fit.accumulate)
    with environment({} if fit.device in ("auto", "cpu") else {_ACCELERATE_DEVICE: str(device)}):
        arguments = _arguments(fit, device, steps=steps, seed=seed, folder=checkpoints)
        loop = _Loop(parts, arguments, [*reporting, CheckpointLocator(checkpoints), LeanCheckpoints(), *stopper])
    if group.size > 1:
        set_seed(seed + group.rank)  # for a different dropout in each process
    try:
        with without_fixed_weights(parts.model):
            if resume and exhausted(resume, fit.patience):
                loop.take_best(resume)
            else:
                loop.train(resume_from_checkpoint=str(resume) if resume else None)
    finally:
        callback.close()


def check_splits(splits: Splits) -> None:
    """Raise UsageError for a split without documents."""
    for name in ("train", "dev"):
        if not getattr(splits, name):
            raise UsageError(f"no {name} documents to use; see data.languages, or make a larger snapshot")


def development(gold: Sequence[Document], predicted: Sequence[Document]) -> dict[str, float]:
    """F1 (0..1) of each unit over the documents, without the intervals and slices of a report."""
    return _scores(_counts(gold, predicted))


def _counts(gold: Sequence[Document], predicted: Sequence[Document]) -> npt.NDArray[np.int64]:
    """Gold, predicted and correct counts of each unit [U, 3] over the documents."""
    rows = (count_units(units(a), units(b)) for a, b in zip(gold, predicted, strict=True))
    return sum((np.array(row, dtype=np.int64) for row in rows), start=np.zeros((len(UNITS), 3), dtype=np.int64))


def _scores(counts: npt.NDArray[np.int64]) -> dict[str, float]:
    return {unit: PRF(*sides).f1 for unit, sides in zip(UNITS, counts.tolist(), strict=True)}


@dataclass(frozen=True)
class _Parts:
    """The parts of a run, with types that Trainer does not preserve."""

    model: EventExtractor
    encoding: Encoding
    examples: Examples
    batches: LengthBatches
    dev: Sequence[Document]
    fit: FitConfig
    group: ProcessGroup
    states: EncoderStates | None
    smoothed: SmoothedLoss


class _Loop(Trainer):
    """A Trainer with its own batches, learning rates and evaluation."""

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
        self.loss_is_scaled_for_ga = True  # every share has the counts of the whole step

    def get_train_dataloader(self) -> Loader:
        parts, group = self._parts, self._parts.group
        steps = Steps(
            parts.batches,
            [loss_counts(example) for example in parts.examples.examples],
            accumulate=parts.fit.accumulate,
            rank=group.rank,
            size=group.size,
        )
        pin = self.args.device.type == "cuda"
        return Loader(Shares(parts.examples, pad=parts.encoding.tokenizer.pad), steps, pin=pin)

    def _prepare_inputs(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """The inputs on the device; copies from pinned memory are asynchronous."""
        return {name: tensor.to(self.args.device, non_blocking=True) for name, tensor in inputs.items()}

    def training_step(
        self, model: torch.nn.Module, inputs: dict[str, Tensor], num_items_in_batch: Tensor | int | None = None
    ) -> Tensor:
        loss = super().training_step(model, inputs, num_items_in_batch)
        self._parts.smoothed.add(loss)
        return loss

    def create_optimizer(self, model: torch.nn.Module | None = None) -> torch.optim.Optimizer:
        if self.optimizer is None:
            parts = self._parts
            self.optimizer = optimizer(parts.model, parts.model.encoder, parts.fit, others=parts.model.others)
        return self.optimizer

    def evaluate(self, *args: object, **kwargs: object) -> dict[str, float]:
        parts = self._parts
        gold = parts.group.share(parts.dev)
        bare = (document.bare() for document in gold)
        size, states = parts.fit.batch_size, parts.states
        predicted = predict(parts.model, parts.encoding, bare, batch_size=size, version="training", states=states)
        scores = _scores(parts.group.all_reduce(_counts(gold, list(predicted))))
        hints = sum(weight * scores[unit] for unit, weight in _HINTS.items() if unit != parts.fit.metric)
        choice = scores[parts.fit.metric] + hints
        metrics = {f"eval_{name}": value for name, value in {**scores, CHOICE: choice}.items()}
        self.state.log_history.append({**metrics, "epoch": self.state.epoch or 0, "step": self.state.global_step})
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def take_best(self, checkpoint: Path) -> None:
        """Load the best weights so far, as Trainer does when training ends; fixed ones are in no checkpoint."""
        self.state = TrainerState.load_from_json(str(checkpoint / TRAINER_STATE_NAME))
        best = Path(best_checkpoint(checkpoint.parent, self.state) or checkpoint)
        self._parts.model.load_state_dict(load_file(best / SAFE_WEIGHTS_NAME), strict=False)

    def _save_rng_state(self, output_dir: str) -> None:
        super()._save_rng_state(output_dir)
        self._parts.group.barrier()  # a checkpoint is complete once the main process has written its last file


def _arguments(fit: FitConfig, device: torch.device, *, steps: int, seed: int, folder: Path) -> TrainingArguments:
    """The settings of Trainer. steps: optimizer steps of an epoch."""
    every = steps * fit.evaluate_every
    return OneDeviceArguments(
        on=str(device),
        output_dir=str(folder),
        num_train_epochs=fit.epochs,
        per_device_train_batch_size=fit.batch_size,
        gradient_accumulation_steps=fit.accumulate,
        lr_scheduler_type=_SCHEDULES[fit.schedule],
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
        log_level_replica="passive",  # else Trainer sets the level of transformers' log in these processes
        remove_unused_columns=False,
        logging_nan_inf_filter=False,  # it would synchronise with the device after every step
        seed=seed,
        use_cpu=device.type == "cpu",
        bf16=uses_bf16(fit.precision, device),
    )
