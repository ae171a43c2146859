"""Mixed precision: whether to compute in bf16. Weights stay in fp32."""

from __future__ import annotations

import logging
from typing import Literal, TypeAlias

import torch

Precision: TypeAlias = Literal["auto", "fp32", "bf16"]

_log = logging.getLogger(__name__)


def uses_bf16(precision: Precision, device: torch.device) -> bool:
    """Whether to compute in bf16. With "auto" only on a GPU with native bf16; on a CPU only when set to "bf16".

    Predictions depend on it.
    """
    native = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    if precision == "bf16" and not native and device.type == "cuda":
        _log.warning("precision=bf16 needs a GPU that has it, or device=cpu; computing in fp32")
    return native if precision == "auto" else precision == "bf16" and (native or device.type == "cpu")


def autocast(precision: Precision, device: torch.device) -> torch.autocast:
    """The autocast context of the precision on the device."""
    return torch.autocast(device.type, torch.bfloat16, enabled=uses_bf16(precision, device))
