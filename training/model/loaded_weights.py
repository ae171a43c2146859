"""Weights that were just loaded, held against the tokenizer beside them: they may come from a stranger."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from transformers import PretrainedConfig

from training.encoding.compact_tokenizer import CompactTokenizer
from training.encoding.tokenizer import Tokenizer


def other_sizes(encoder: PretrainedConfig, tokenizer: Tokenizer) -> str | None:
    """The first size of the compact encoder's tables that its tokenizer has otherwise: its ids would lead outside."""
    if isinstance(tokenizer, CompactTokenizer):
        for name, size in tokenizer.embedding_rows.items():
            stored = getattr(encoder, name, size)
            if stored != size:
                return f"{name} are {size}, not the {stored}"
    return None


def not_finite(model: nn.Module) -> Iterator[str]:
    """The names of weights that are NaN or infinite somewhere, with which every score would be."""
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            yield name
