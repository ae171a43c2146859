"""Word states and span logits of one encoder or an ensemble, each with its span head."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn


class EncoderInputs(NamedTuple):
    """The windows of a batch and where its words are in them, as `collate` makes them."""

    input_ids: Tensor
    attention_mask: Tensor
    first: Tensor
    last: Tensor
    weight: Tensor
    mask: Tensor


def read_windows(
    encoders: Iterable[nn.Module], heads: Iterable[nn.Module], inputs: EncoderInputs
) -> tuple[Tensor, list[Tensor]]:
    """The first encoder's word states [D, N, d], and each encoder's span logits [D, C, N, W] by its own head."""
    ids, mask = inputs.input_ids, inputs.attention_mask
    hidden = (encoder(input_ids=ids, attention_mask=mask).last_hidden_state for encoder in encoders)
    states = [pool_words(tokens, inputs.first, inputs.last, inputs.weight) for tokens in hidden]
    return states[0], [head(own, inputs.mask) for head, own in zip(heads, states, strict=True)]


def pool_words(hidden: Tensor, first: Tensor, last: Tensor, weight: Tensor) -> Tensor:
    """Token states [V, T, d] -> word states [D, N, d].

    The mean of each word's first and last token in each of its windows [D, N, 2], averaged with the windows' weights.
    first and last are token numbers in [V * T].
    """
    tokens = hidden.flatten(0, 1)
    mean = (tokens[first] + tokens[last]) / 2
    return (mean * weight[..., None].to(mean.dtype)).sum(dim=2)


def mean_logits(each: Sequence[Tensor]) -> Tensor:
    """The mean of several tensors of logits of the same shape."""
    return each[0] if len(each) == 1 else torch.stack(list(each)).mean(dim=0)
