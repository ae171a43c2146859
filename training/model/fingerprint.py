"""Fingerprint of a model: a hash of its weights, independent of their file."""

from __future__ import annotations

import hashlib

import torch
from torch import nn

from training.model.event_extractor import EventExtractor


def weights(model: EventExtractor) -> str:
    """The SHA-256, in hexadecimal, of the name, shape, type and bytes of every tensor."""
    return tensors_hash(model)


def tensors_hash(model: nn.Module) -> str:
    """As `weights`, of any module."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def model_version(model: EventExtractor, digest: str | None = None) -> str:
    """The run's name and the first eight digits of the weights' hash: demo-3fa9c2d1.

    `digest` is what `weights` gave for this model, where it was computed already.
    """
    return f"{getattr(model.config, 'run_name', None) or 'naba'}-{(digest or weights(model))[:8]}"
