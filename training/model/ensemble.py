"""Word states of one encoder or an ensemble, and the mean of what the heads on them say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

TOKENS, WORDS = 32768, 8192
"""Tokens of windows, and words, that are worked off at a time in prediction; a batch of ordinary articles has fewer."""
LAYERED_TOKENS = 8192
"""Tokens whose states in every layer are held at a time: 160 MB of the bundled encoder's."""


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
    places = inputs.first, inputs.last, inputs.weight
    return [pool_words(_hidden(encoder, inputs), *places) for encoder in encoders]


def word_layers(encoder: nn.Module, inputs: EncoderInputs, numbers: Sequence[int]) -> Tensor:
    """Word states [D, N, K, d] in K layers of the encoder, whose `numbers` count from its embeddings."""
    parts = [
        [states[number] for number in numbers]
        for ids, mask in _windows(inputs, LAYERED_TOKENS)
        for states in [encoder(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states]
    ]
    places = inputs.first, inputs.last, inputs.weight
    return torch.stack([pool_words(_joined(each), *places) for each in zip(*parts, strict=True)], dim=2)


def _hidden(encoder: nn.Module, inputs: EncoderInputs) -> Tensor:
    """Token states [V, T, d] of V windows."""
    windows = _windows(inputs, TOKENS)
    return _joined([encoder(input_ids=ids, attention_mask=mask).last_hidden_state for ids, mask in windows])


def _windows(inputs: EncoderInputs, most: int) -> list[tuple[Tensor, Tensor]]:
    """Tokens and mask [V, T] of the windows: those of a long text of `most` tokens at a time."""
    ids, mask = inputs.input_ids, inputs.attention_mask
    if not in_pieces(ids.shape[:2].numel(), most):
        return [(ids, mask)]
    size = max(1, most // ids.shape[1])
    return list(zip(torch.split(ids, size), torch.split(mask, size), strict=True))


def _joined(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))


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
