"""Whether to compute in bf16. Weights stay whole either way."""

from __future__ import annotations

import logging
from typing import Literal, TypeAlias

import torch

Precision: TypeAlias = Literal["auto", "fp32", "bf16"]

_log = logging.getLogger(__name__)


def uses_bf16(precision: Precision, device: torch.device) -> bool:
    """`auto`: where a GPU does so natively. A CPU only when it is asked to: what is found depends on it."""
    native = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    if precision == "bf16" and not native and device.type == "cuda":
        _log.warning("precision=bf16 needs a GPU that has it, or device=cpu; computing in fp32")
    return native if precision == "auto" else precision == "bf16" and (native or device.type == "cpu")


def autocast(precision: Precision, device: torch.device) -> torch.autocast:
    """What to compute in, as a context."""
    return torch.autocast(device.type, torch.bfloat16, enabled=uses_bf16(precision, device))
