"""The device that is computed on, by its name in the settings."""

from __future__ import annotations

import torch

from annotation.core.errors import UsageError


def device_of(name: str) -> torch.device:
    """The device: `auto` is the first GPU of CUDA, or the processor where there is none.

    Raises UsageError for one that this machine does not have.
    """
    if name == "auto":
        return torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
    device = torch.device(name)
    if device.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if (device.index or 0) >= count:
            raise UsageError(f"device={name}: torch finds {count} GPUs here; say auto or cpu")
        return torch.device("cuda", device.index or 0)
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise UsageError("device=mps: this machine has no such GPU; say auto or cpu")
    return device
