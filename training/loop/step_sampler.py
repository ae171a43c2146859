"""What each process reads for each change of the weights, so that any number of them learns what one would.

Losses are means over the documents, spans and triggers of a step. A step may be read in several batches (gradient
accumulation), each shared by several processes; so every share is told how many there are in the whole step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from training.encoding.encoding import IGNORED, Example
from training.model.batches import Batch, Examples, LengthBatches, collate


class BatchShare(NamedTuple):
    """Documents that one process reads at once, and what the losses of them are divided by: documents, spans and
    triggers of the whole step, as one process's part of a mean over all processes."""

    documents: tuple[int, ...]
    counts: tuple[float, float, float]


class Steps(Sampler[BatchShare]):
    """The batches, in steps of `accumulate`, as process number `rank` of `size` reads them.

    A process for which a batch has no document keeps the others company with one that counts nothing.
    """

    def __init__(
        self,
        batches: LengthBatches,
        counts: Sequence[Sequence[int]],
        *,
        accumulate: int = 1,
        rank: int = 0,
        size: int = 1,
    ) -> None:
        self.batches, self.counts = batches, np.array(counts, dtype=np.int64).reshape(-1, 3)
        self.accumulate, self.rank, self.size = accumulate, rank, size

    def set_epoch(self, epoch: int) -> None:
        """Give this epoch its own order."""
        self.batches.set_epoch(epoch)

    def __iter__(self) -> Iterator[BatchShare]:
        batches = list(self.batches)
        for start in range(0, len(batches), self.accumulate):
            step = batches[start : start + self.accumulate]
            whole = self.counts[[at for batch in step for at in batch]].sum(axis=0)
            for batch in step:
                own = batch[self.rank :: self.size]
                counts = np.maximum(whole, 1) / self.size if own else np.full(3, math.inf)
                yield BatchShare(tuple(own or batch[:1]), tuple(counts.tolist()))

    def __len__(self) -> int:
        return len(self.batches)


class Shares(Dataset[Batch]):
    """Shares of the examples, collated with the tokenizer's padding id."""

    def __init__(self, examples: Examples, *, pad: int) -> None:
        self.examples, self.pad = examples, pad

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, share: BatchShare) -> Batch:
        batch = collate([self.examples[at] for at in share.documents], pad=self.pad)
        return {**batch, "counts": torch.tensor(share.counts)}


class Loader(DataLoader[Batch]):
    """The shares of each epoch, in its own order; in pinned memory where a GPU is to fetch them while it computes."""

    def __init__(self, shares: Shares, steps: Steps, *, pin: bool = False) -> None:
        super().__init__(shares, batch_size=None, sampler=steps, pin_memory=pin)
        self.steps = steps

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch comes next."""
        self.steps.set_epoch(epoch)


def loss_counts(example: Example) -> tuple[int, int, int]:
    """What of an example losses are means over: itself, its spans, its triggers."""
    targets = example.targets
    if targets is None:
        return 1, 0, 0
    return 1, len(targets.spans), int((targets.attributes != IGNORED).any(axis=1).sum())
