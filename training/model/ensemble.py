"""Word states of one encoder or an ensemble, and the mean of what the heads on them say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

TOKENS, WORDS = 32768, 8192
"""Tokens of windows, and words, that are worked off at a time in prediction; a batch of ordinary articles has fewer."""


class EncoderInputs(NamedTuple):
    """The windows of a batch and where its words are in them, as `collate` makes them."""

    input_ids: Tensor
    attention_mask: Tensor
    first: Tensor
    last: Tensor
    weight: Tensor
    mask: Tensor


def word_states(encoders: Iterable[nn.Module], inputs: EncoderInputs) -> list[Tensor]:
    """Each encoder's word states [D, N, d]."""
    hidden = (_hidden(encoder, inputs.input_ids, inputs.attention_mask) for encoder in encoders)
    return [pool_words(tokens, inputs.first, inputs.last, inputs.weight) for tokens in hidden]


def _hidden(encoder: nn.Module, ids: Tensor, mask: Tensor) -> Tensor:
    """Token states [V, T, d] of V windows; those of a long text some windows at a time."""
    if not in_pieces(ids.shape[:2].numel(), TOKENS):
        return cast(Tensor, encoder(input_ids=ids, attention_mask=mask).last_hidden_state)
    size = max(1, TOKENS // ids.shape[1])
    parts = ((ids[at : at + size], mask[at : at + size]) for at in range(0, len(ids), size))
    return torch.cat([encoder(input_ids=part, attention_mask=own).last_hidden_state for part, own in parts])


def in_pieces(count: int, most: int) -> bool:
    """Whether so many words are worked off in pieces: in prediction, beyond `most`, to hold less at a time."""
    return not torch.is_grad_enabled() and not torch.compiler.is_compiling() and count > most


def pool_words(hidden: Tensor, first: Tensor, last: Tensor, weight: Tensor) -> Tensor:
    """Token states [V, T, d] -> word states [D, N, d].

    The mean of each word's first and last token in each of its windows [D, N, 2], averaged with the windows' weights.
    first and last are token numbers in [V * T].
    """
    tokens, words = hidden.flatten(0, 1), first.shape[1]
    if in_pieces(words, WORDS):
        cuts = [slice(at, at + WORDS) for at in range(0, words, WORDS)]
        return torch.cat([_pooled(tokens, first[:, cut], last[:, cut], weight[:, cut]) for cut in cuts], dim=1)
    return _pooled(tokens, first, last, weight)


def _pooled(tokens: Tensor, first: Tensor, last: Tensor, weight: Tensor) -> Tensor:
    mean = (tokens[first] + tokens[last]) / 2
    return (mean * weight[..., None].to(mean.dtype)).sum(dim=2)


def mean_logits(each: Sequence[Tensor]) -> Tensor:
    """The mean of several tensors of logits of the same shape."""
    return each[0] if len(each) == 1 else torch.stack(list(each)).mean(dim=0)
