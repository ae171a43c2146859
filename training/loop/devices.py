"""The device and the precision that a training computes with."""

from __future__ import annotations

import torch

from training.config.schema import FitConfig
from training.model.mixed_precision import uses_bf16


def device_of(fit: FitConfig) -> torch.device:
    """The device on which Trainer will compute."""
    return torch.device("cuda" if fit.device == "auto" and torch.cuda.is_available() else "cpu")


def computed_on(fit: FitConfig) -> dict[str, object]:
    """What a record says of it: the device, with a GPU's name, the precision, and the threads of a CPU."""
    device = device_of(fit)
    precision = "bf16" if uses_bf16(fit.precision, device) else "fp32"
    if device.type == "cuda":
        return {"device": f"{device.type} ({torch.cuda.get_device_name(device)})", "precision": precision}
    return {"device": device.type, "precision": precision, "threads": torch.get_num_threads()}
