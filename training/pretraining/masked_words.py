"""Masked-word training that goes on from a pretrained checkpoint (Gururangan et al. 2020, "Don't stop pretraining").

Whole words are masked, as naba splits them: a piece of a word is too easy to guess from its other pieces.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset
from transformers import (
    DataCollatorForLanguageModeling,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.words import split_words
from training.config.encoders import PretrainedEncoderConfig
from training.config.pretraining import PretrainConfig
from training.encoding.tokenizer import HubTokenizer, Ids
from training.loop.checkpoints import check_space
from training.loop.run_folder import RunFolder
from training.loop.step_bar import StepBar
from training.model.devices import device_of
from training.model.mixed_precision import uses_bf16
from training.pretraining.masked_model import load_masked

_log = logging.getLogger(__name__)


def train_masked(
    documents: Iterable[Document], run: PretrainConfig, encoder: PretrainedEncoderConfig, folder: RunFolder
) -> Mapping[str, float]:
    """Train from the newest checkpoint in the folder or from the start, publish the result, and return what it was.

    The same documents and settings give the same weights on a CPU, also when interrupted. Raises UsageError when the
    encoder cannot be had, or the documents do not fill one window.
    """
    if run.threads:
        torch.set_num_threads(run.threads)
    set_seed(run.seed)
    model, tokenizer = load_masked(encoder)
    blocks = Blocks(documents, tokenizer, min(encoder.window or tokenizer.most, tokenizer.most))
    arguments = _arguments(run, len(blocks), folder.checkpoints)
    masking = MaskedBatches(tokenizer, run.masking.share, run.seed)
    trainer = Trainer(
        model, arguments, masking, blocks, callbacks=[bar := _Bar("masked words, steps"), _Epochs(masking)]
    )
    trainer.remove_callback(PrinterCallback)
    check_space(folder.checkpoints, model)
    checkpoint = folder.checkpoint()
    if checkpoint:
        _log.info("going on from %s", checkpoint)
    try:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    finally:
        bar.close()

    def write(path: Path) -> None:
        model.save_pretrained(str(path))
        tokenizer.save_pretrained(path)

    folder.publish(write)
    losses = [row["loss"] for row in trainer.state.log_history if "loss" in row]
    return {"tokens": blocks.tokens, "steps": trainer.state.global_step, "loss": losses[-1], "first_loss": losses[0]}


class Blocks(Dataset[dict[str, object]]):
    """All documents one after another, cut into windows of `window` tokens, special ones included.

    The last window reaches back, so that all have one length. Raises UsageError for fewer tokens than that.
    """

    def __init__(self, documents: Iterable[Document], tokenizer: HubTokenizer, window: int) -> None:
        self._tokenizer = tokenizer
        rows = list(_tokens(documents, tokenizer))
        self._ids = np.concatenate([ids for ids, _ in rows])
        lengths = [int(words[-1]) + 1 if len(words) else 0 for _, words in rows]
        starts = np.cumsum([0, *lengths])
        self._words = np.concatenate([words + start for (_, words), start in zip(rows, starts, strict=False)])
        self._room = window - len(tokenizer.prefix) - len(tokenizer.suffix)
        self.tokens = len(self._ids)
        if self.tokens < self._room:
            raise UsageError(f"the raw articles have {self.tokens} tokens, less than one window of {window}")

    def __len__(self) -> int:
        return -(-self.tokens // self._room)

    def __getitem__(self, number: int) -> dict[str, object]:
        start = min(number * self._room, self.tokens - self._room)
        inside = slice(start, start + self._room)
        before, after = self._tokenizer.prefix, self._tokenizer.suffix
        special = [1] * len(before), [1] * len(after)
        ids = [*before.tolist(), *self._ids[inside].tolist(), *after.tolist()]
        offsets = [*[(0, 0)] * len(before), *_offsets(self._words[inside]), *[(0, 0)] * len(after)]
        return {
            "number": number,
            "input_ids": ids,
            "attention_mask": [1] * len(ids),
            "special_tokens_mask": [*special[0], *[0] * self._room, *special[1]],
            "offset_mapping": offsets,
        }


def _tokens(documents: Iterable[Document], tokenizer: HubTokenizer) -> Iterator[tuple[Ids, Ids]]:
    """Of each document its token ids, and the number of the word that each is in or after."""
    for document in documents:
        ids, offsets = tokenizer.tokens(document.text)
        starts = np.array([word.start for word in split_words(document.text)], dtype=np.int64)
        # a token may begin with the blank before its word, so its end tells the word
        numbers = np.searchsorted(starts, offsets[:, 1] - 1, side="right") - 1
        yield ids, np.maximum.accumulate(np.maximum(numbers, 0))


def _offsets(words: Ids) -> list[tuple[int, int]]:
    """Offsets by which transformers sees which tokens are one word: these touch, and those of two words do not."""
    places = np.arange(len(words)) + words - words[0] + 1
    return [(int(place), int(place) + 1) for place in places]


class MaskedBatches:
    """Batches of blocks with other words masked in each epoch; the same ones for the same seed, epoch and blocks.

    So a training that was interrupted masks what it would have masked: Trainer makes batches ahead of their steps.
    """

    def __init__(self, tokenizer: HubTokenizer, share: float, seed: int) -> None:
        self.seed, self.epoch = seed, 0
        self._collator = DataCollatorForLanguageModeling(
            tokenizer.tokenizer,
            whole_word_mask=True,
            mlm_probability=share,
            mask_replace_prob=1.0,
            random_replace_prob=0.0,
        )

    def __call__(self, blocks: list[dict[str, object]]) -> dict[str, Tensor]:
        """input_ids, attention_mask and labels [B, T]."""
        numbers = [block.pop("number") for block in blocks]
        seed = crc32(repr((self.seed, self.epoch, numbers)).encode())
        self._collator.generator = torch.Generator().manual_seed(seed)
        return dict(self._collator(blocks))


class _Epochs(TrainerCallback):
    """Tells the batches which epoch it is."""

    def __init__(self, batches: MaskedBatches) -> None:
        self._batches = batches

    def on_epoch_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """Set the number of the epoch that begins, or goes on."""
        self._batches.epoch = int((state.epoch or 0) + 1e-6)


def _arguments(run: PretrainConfig, blocks: int, folder: Path) -> TrainingArguments:
    masking = run.masking
    steps = -(-blocks // (masking.batch_size * masking.accumulate)) * masking.epochs
    device = device_of(run.device)
    return TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=masking.epochs,
        per_device_train_batch_size=masking.batch_size,
        gradient_accumulation_steps=masking.accumulate,
        learning_rate=masking.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=int(masking.warmup * steps),
        weight_decay=0.01,
        save_strategy="steps",
        save_steps=masking.save_every,
        save_total_limit=1,
        logging_strategy="steps",
        logging_steps=max(1, min(50, steps // 2)),
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        seed=run.seed,
        use_cpu=device.type == "cpu",
        bf16=uses_bf16(run.precision, device),
    )


class _Bar(StepBar):
    """A bar of steps with the latest loss."""

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: object,
    ) -> None:
        """Show the loss of a masked token."""
        if "loss" in (logs or {}):
            self._bar.note(f"loss {(logs or {})['loss']:.2f}")
