"""How much memory a training takes."""

from __future__ import annotations

import sys

import psutil
import torch

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]


def peak_memory(device: torch.device) -> int:
    """The most memory that was in use so far, in bytes: of the GPU's by tensors, else of the machine's by the process.

    On Windows, what the process holds now.
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if resource is None:
        return int(psutil.Process().memory_info().rss)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
