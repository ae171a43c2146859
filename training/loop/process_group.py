"""The process group that trains one model: the processes started by torchrun, or this process alone.

All processes compute; only the main one (rank 0) writes files and logs. What the main process decides, such as a name
with the time of day in it, is broadcast to the others.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import distributed

from annotation import terminal
from annotation.core.errors import NabaError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProcessGroup:
    """This process as number `rank` of a group of `size` processes."""

    rank: int = 0
    size: int = 1

    @property
    def is_main(self) -> bool:
        """Whether this is the process with rank 0, which writes files and logs."""
        return self.rank == 0

    def share(self, items: Sequence[T]) -> Sequence[T]:
        """This process's part of a sequence that all processes have: every `size`-th item from `rank` on."""
        return items[self.rank :: self.size]

    def broadcast(self, make: Callable[[], T]) -> T:
        """The result of `make` in the main process, returned in all of them; a NabaError it raises is raised in all."""
        if self.size == 1:
            return make()
        box: list[object] = [_attempt(make) if self.is_main else None]
        distributed.broadcast_object_list(box, src=0)
        if isinstance(box[0], NabaError):
            raise box[0]
        return cast(T, box[0])

    def all_reduce(self, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The sum of the counts over all processes, same shape."""
        if self.size == 1:
            return counts
        device = "cpu" if distributed.get_backend() == "gloo" else "cuda"
        summed = torch.from_numpy(counts.copy()).to(device)
        distributed.all_reduce(summed)
        return summed.cpu().numpy()

    def barrier(self) -> None:
        """Wait until all processes have called it."""
        if self.size > 1:
            distributed.barrier()


ALONE = ProcessGroup()


@contextmanager
def process_group(*, cpu: bool) -> Iterator[ProcessGroup]:
    """The process group in which this process was started. All but the main process log critical errors only."""
    size, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    if size == 1:
        yield ALONE
        return
    if not cpu and torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
        distributed.init_process_group("nccl")
    else:
        distributed.init_process_group("gloo")
    try:
        with terminal.logger_level("training", logging.CRITICAL) if rank else nullcontext():
            yield ProcessGroup(rank, size)
    finally:
        distributed.destroy_process_group()


def _attempt(make: Callable[[], T]) -> T | NabaError:
    try:
        return make()
    except NabaError as error:
        return error
