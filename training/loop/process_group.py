"""The processes that train one model together: those torchrun has started, or this one alone.

All of them compute; only the first one writes and speaks. What the first decides, such as a name with the time of day
in it, the others are told.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import distributed

from annotation.core.errors import NabaError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProcessGroup:
    """Process number `rank` of `size`."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def share(self, items: Sequence[T]) -> Sequence[T]:
        """This process's part of what all of them have."""
        return items[self.rank :: self.size]

    def told(self, make: Callable[[], T]) -> T:
        """What the first process made, in all of them; a NabaError it raised is raised in all."""
        if self.size == 1:
            return make()
        box: list[object] = [_attempt(make) if self.first else None]
        distributed.broadcast_object_list(box, src=0)
        if isinstance(box[0], NabaError):
            raise box[0]
        return cast(T, box[0])

    def total(self, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The sum of all processes' counts."""
        if self.size == 1:
            return counts
        device = "cpu" if distributed.get_backend() == "gloo" else "cuda"
        summed = torch.from_numpy(counts.copy()).to(device)
        distributed.all_reduce(summed)
        return summed.cpu().numpy()

    def wait(self) -> None:
        """Go on when all have come here."""
        if self.size > 1:
            distributed.barrier()


ALONE = ProcessGroup()


@contextmanager
def process_group(*, cpu: bool) -> Iterator[ProcessGroup]:
    """The team this process was started in. All but the first are silent, but for errors."""
    size, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    if size == 1:
        yield ALONE
        return
    if not cpu and torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
        distributed.init_process_group("nccl")
    else:
        distributed.init_process_group("gloo")
    if rank:
        logging.getLogger("training").setLevel(logging.CRITICAL)
    try:
        yield ProcessGroup(rank, size)
    finally:
        distributed.destroy_process_group()


def _attempt(make: Callable[[], T]) -> T | NabaError:
    try:
        return make()
    except NabaError as error:
        return error
