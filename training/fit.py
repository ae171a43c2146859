"""The loop: a thin transformers.Trainer that judges the model as the release will, by the scores of whole Documents."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import torch
from torch.utils.data import DataLoader
from transformers import EarlyStoppingCallback, PrinterCallback, Trainer, TrainingArguments
from transformers.utils import logging as transformers_logging

from annotation.document import Document
from annotation.errors import UsageError
from annotation.matching import HEADLINE, PRF, UNITS, compare, units
from training.batches import LengthBatches, collate
from training.config import FitConfig
from training.encoding import Encoding, Example
from training.model import EventExtractor
from training.narration import Narrator
from training.predict import predict
from training.rates import optimizer
from training.tracking import Tracker

_log = logging.getLogger(__name__)
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
) -> EventExtractor:
    """Train the model in place, from a checkpoint if `resume` names one, and return it with its best weights.

    The same model, documents, settings and seed give the same weights on a CPU, broken off and resumed or not.
    """
    for name in ("train", "dev"):
        if not getattr(splits, name):
            raise UsageError(f"no {name} documents to use; see data.languages, or make a larger snapshot")
    transformers_logging.set_verbosity_error()  # its advice is about its own defaults, none of which are used here
    examples = [encoding.encode(document, targets=True) for document in splits.train]
    batches = LengthBatches(examples, fit.batch_size, seed=seed)
    narrator = Narrator(tracker)
    loop = _Loop(
        model=model,
        args=_arguments(fit, steps=math.ceil(len(batches) / fit.accumulate), seed=seed, folder=checkpoints),
        train_dataset=cast(Any, examples),
        eval_dataset=cast(Any, list(splits.dev)),
        data_collator=collate,
        callbacks=[narrator, *([EarlyStoppingCallback(fit.patience)] if fit.patience else [])],
    )
    loop.remove_callback(PrinterCallback)
    loop.equip(encoding, batches, fit)
    try:
        loop.train(resume_from_checkpoint=str(resume) if resume else None)
    finally:
        narrator.close()
    return model.eval()


def development(gold: Sequence[Document], predicted: Sequence[Document]) -> dict[str, float]:
    """F1 of each unit over the documents, without the intervals and slices that a report needs."""
    counts = np.sum([compare(units(a), units(b)) for a, b in zip(gold, predicted, strict=True)], axis=0)
    return {unit: PRF(*map(int, row)).f1 for unit, row in zip(UNITS, counts, strict=True)}


class _Loop(Trainer):
    """Our batches, our rates, our evaluation; everything else is Trainer's."""

    def equip(self, encoding: Encoding, batches: LengthBatches, fit: FitConfig) -> None:
        self._encoding, self._batches, self._fit = encoding, batches, fit

    def get_train_dataloader(self) -> DataLoader[Example]:
        loader = DataLoader(self.train_dataset, batch_sampler=self._batches, collate_fn=self.data_collator)
        return cast(DataLoader[Example], self.accelerator.prepare(loader))

    def create_optimizer(self, model: torch.nn.Module | None = None) -> torch.optim.Optimizer:
        if self.optimizer is None:
            self.optimizer = optimizer(self.model, self.model.encoder, self._fit)
        return self.optimizer

    def evaluate(self, *args: object, **kwargs: object) -> dict[str, float]:
        gold = cast(list[Document], self.eval_dataset)
        bare = (document.bare() for document in gold)
        found = predict(self.model, self._encoding, bare, batch_size=self._fit.batch_size, version="training")
        scores = development(gold, list(found))
        choice = scores[HEADLINE] + sum(weight * scores[unit] for unit, weight in _HINTS.items())
        metrics = {f"eval_{name}": value for name, value in {**scores, CHOICE: choice}.items()}
        self.state.log_history.append({**metrics, "epoch": self.state.epoch or 0, "step": self.state.global_step})
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


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
        logging_strategy="epoch",
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        seed=seed,
        use_cpu=fit.device == "cpu",
        bf16=_bf16(fit),
    )
    if arguments.n_gpu > 1:
        arguments._n_gpu = 1  # several would make Trainer split batches whose parts belong together
    return arguments


def _bf16(fit: FitConfig) -> bool:
    """Whether to compute in bf16. `auto`: where the device does so natively."""
    capable = fit.device == "auto" and torch.cuda.is_available() and torch.cuda.is_bf16_supported()
    if fit.precision == "bf16" and not capable:
        _log.warning("fit.precision=bf16 needs a device that has it; computing in fp32")
    return fit.precision != "fp32" and capable
