"""Trainer's settings with the device of the run, and what its record says of it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from transformers import TrainingArguments
from transformers.training_args import ParallelMode

from training.config.schema import FitConfig
from training.model.devices import device_of
from training.model.mixed_precision import uses_bf16


@dataclass
class OneDeviceArguments(TrainingArguments):
    """Settings of a Trainer that computes on the device `on`, or on its own one in a group of processes.

    By itself Trainer takes every GPU and splits batches whose parts belong together.
    """

    on: str = "cpu"

    @property
    def device(self) -> torch.device:
        """The device of this process."""
        found = super().device
        return found if self.parallel_mode == ParallelMode.DISTRIBUTED else torch.device(self.on)

    @property
    def n_gpu(self) -> int:
        """The number of GPUs this process uses."""
        return min(int(super().n_gpu), 1)


def computed_on(fit: FitConfig) -> dict[str, object]:
    """What a record says of it: the device, with a GPU's name, the precision, and the threads of a CPU."""
    device = device_of(fit.device)
    precision = "bf16" if uses_bf16(fit.precision, device) else "fp32"
    if device.type == "cuda":
        return {"device": f"{device} ({torch.cuda.get_device_name(device)})", "precision": precision}
    return {"device": device.type, "precision": precision, "threads": torch.get_num_threads()}
