"""Sampler of training steps: the share of each process in each batch, with the same losses for any number of processes.

Losses are means over the documents, spans and triggers of a step. A step may consist of several batches (gradient
accumulation), each split among several processes; so every share carries the counts of the whole step.
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
    """The indices of the documents that one process has in a batch, and the divisors of their losses.

    counts: documents, spans and triggers of the whole step, divided by the number of processes, since their gradients
    are averaged.
    """

    documents: tuple[int, ...]
    counts: tuple[float, float, float]


class Steps(Sampler[BatchShare]):
    """The batches, in steps of `accumulate` batches, as shares of process number `rank` of `size`.

    counts [N, 3]: `loss_counts` of each example. A process without a document in a batch gets one with infinite
    divisors, so that it takes part in the step with a loss of 0.
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
        """Set the number of the next epoch, which determines its order."""
        self.batches.set_epoch(epoch)

    def __iter__(self) -> Iterator[BatchShare]:
        batches = list(self.batches)
        for start in range(0, len(batches), self.accumulate):
            step = batches[start : start + self.accumulate]
            whole = self.counts[[at for batch in step for at in batch]].sum(axis=0)
            for batch in step:
                documents = batch[self.rank :: self.size]
                counts = np.maximum(whole, 1) / self.size if documents else np.full(3, math.inf)
                yield BatchShare(tuple(documents or batch[:1]), tuple(counts.tolist()))

    def __len__(self) -> int:
        return len(self.batches)


class Shares(Dataset[Batch]):
    """Batches of the examples in each share, collated with the tokenizer's padding id, with its counts [3]."""

    def __init__(self, examples: Examples, *, pad: int) -> None:
        self.examples, self.pad = examples, pad

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, share: BatchShare) -> Batch:
        batch = collate([self.examples[at] for at in share.documents], pad=self.pad)
        return {**batch, "counts": torch.tensor(share.counts)}


class Loader(DataLoader[Batch]):
    """The shares of each epoch, in its own order; with `pin` in pinned memory, for asynchronous copies to a GPU."""

    def __init__(self, shares: Shares, steps: Steps, *, pin: bool = False) -> None:
        super().__init__(shares, batch_size=None, sampler=steps, pin_memory=pin)
        self.steps = steps

    def set_epoch(self, epoch: int) -> None:
        """Set the number of the next epoch, which determines its order."""
        self.steps.set_epoch(epoch)


def loss_counts(example: Example) -> tuple[int, int, int]:
    """The numbers of documents (1), spans and triggers of an example, the divisors of the losses."""
    targets = example.targets
    if targets is None:
        return 1, 0, 0
    return 1, len(targets.spans), int((targets.attributes != IGNORED).any(axis=1).sum())
