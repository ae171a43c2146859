"""Batches: collation of examples, and a sampler that groups documents of similar length."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from annotation.core.document import Document
from training.encoding.encoding import IGNORED, Encoding, Example, Targets

Batch: TypeAlias = dict[str, Tensor]

WORDS = 8192
"""Words of a batch, padding included; the bound on its memory."""
_SHAKE = 0.05
"""Lengths are multiplied by a random factor in 1 +- this before sorting, so each epoch has another order."""


class Examples(Dataset[Example]):
    """Documents encoded once with their targets and held in memory."""

    def __init__(self, documents: Sequence[Document], encoding: Encoding) -> None:
        self.examples = [encoding.encode(document, targets=True) for document in documents]

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, index: int) -> Example:
        return self.examples[index]

    @property
    def lengths(self) -> list[int]:
        """The number of words of each document, for the sampler."""
        return [len(example.words) for example in self.examples]


def collate(examples: Sequence[Example], *, pad: int = 0) -> Batch:
    """D documents as padded tensors; the V windows of all of them share one dimension.

    input_ids [V, T] or [V, T, F], attention_mask [V, T]. For each word and each of its two windows [D, N, 2]: first and
    last (token numbers in input_ids flattened to [V * T]) and weight. mask [D, N]; affixes, legal [D, N, K]; sentences,
    stems [D, N]. Where the examples have them, spelling [D, N, F] and layers [D, N, K, e]. With targets: spans
    [D, S, 3], roles [D, P, 3] and links [D, K, 3], padded with -1; leading, trailing [D, S] and attributes [D, T, A],
    padded with IGNORED. `pad`: the id that pads input_ids.
    """
    ids = [window for example in examples for window in example.windows.ids]
    length = max(max(map(len, ids)), 1)
    before = np.cumsum([0, *(len(example.windows.ids) for example in examples)])
    starts = [(e.windows.window + offset) * length for e, offset in zip(examples, before, strict=False)]
    columns: dict[str, npt.NDArray[np.generic]] = {
        "input_ids": _stack(ids, pad, length),
        "attention_mask": _stack([np.ones(len(window), dtype=np.int64) for window in ids], 0, length),
        "first": _stack([e.windows.first + start for e, start in zip(examples, starts, strict=True)], 0),
        "last": _stack([e.windows.last + start for e, start in zip(examples, starts, strict=True)], 0),
        "weight": _stack([e.windows.weight for e in examples], 0),
        "mask": _stack([np.ones(len(e.words), dtype=bool) for e in examples], False),
        "affixes": _stack([e.affixes for e in examples], 0),
        "legal": _stack([e.legal for e in examples], 0),
        "sentences": _stack([e.sentences for e in examples], 0),
        "stems": _stack([e.stems for e in examples], 0),
    }
    if any(example.spelling.shape[1] for example in examples):
        columns["spelling"] = _stack([e.spelling for e in examples], 0)
    layers = [example.layers for example in examples if example.layers is not None]
    if layers:
        columns["layers"] = _stack(layers, 0)
    targets = [example.targets for example in examples if example.targets is not None]
    if len(targets) == len(examples):
        columns.update(_targets(targets))
    return {name: torch.from_numpy(column) for name, column in columns.items()}


def _targets(targets: Sequence[Targets]) -> dict[str, npt.NDArray[np.generic]]:
    return {
        "spans": _stack([t.spans for t in targets], -1),
        "leading": _stack([t.leading for t in targets], IGNORED),
        "trailing": _stack([t.trailing for t in targets], IGNORED),
        "roles": _stack([t.roles for t in targets], -1),
        "attributes": _stack([t.attributes for t in targets], IGNORED),
        "links": _stack([t.links for t in targets], -1),
    }


def _stack(arrays: Sequence[npt.NDArray[np.generic]], fill: int, length: int = 0) -> npt.NDArray[np.generic]:
    """The arrays stacked, their first dimension padded with `fill` to `length` or the longest (at least 1)."""
    length = length or max(1, *(len(array) for array in arrays))
    stacked = np.full((len(arrays), length, *arrays[0].shape[1:]), fill, dtype=arrays[0].dtype)
    for row, array in zip(stacked, arrays, strict=True):
        row[: len(array)] = array
    return stacked


class LengthBatches(Sampler[list[int]]):
    """Batches of at most `size` documents of similar length and `words` words with padding, in random order.

    The same seed and epoch give the same batches. Every epoch has the same number of batches, so that steps can be
    counted in advance. A document longer than `words` is a batch of its own.
    """

    def __init__(self, lengths: Sequence[int], *, size: int, words: int = WORDS, seed: int = 0) -> None:
        self.lengths, self.seed, self.epoch = np.asarray(lengths), seed, 0
        self._cuts = cuts(sorted(lengths), size, words)

    def set_epoch(self, epoch: int) -> None:
        """Set the number of the next epoch, which determines its order."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[list[int]]:
        random = np.random.default_rng((self.seed, self.epoch))
        self.epoch += 1
        order = np.argsort(self.lengths * random.uniform(1 - _SHAKE, 1 + _SHAKE, len(self.lengths)), kind="stable")
        batches = np.split(order, self._cuts)
        for at in random.permutation(len(batches)):
            yield batches[at].tolist()

    def __len__(self) -> int:
        return len(self._cuts) + 1


def cuts(lengths: Sequence[int], size: int, words: int, padding: float = math.inf) -> list[int]:
    """The indices where batches after the first begin, for documents sorted by length.

    size: the most documents of a batch. words: its most words, padding included. padding: its most padding words for
    each real word.
    """
    starts: list[int] = []
    start = real = 0
    for at, length in enumerate(lengths):
        padded = length * (at - start + 1)
        real += length
        if at > start and (at - start == size or padded > words or padded - real > padding * real):
            starts.append(at)
            start, real = at, length
    return starts
