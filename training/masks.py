"""Attention masks that nobody waits for.

Where scaled dot-product attention is used, transformers looks whether a batch has any padding, to leave the mask out if
it has none. On a GPU that is a wait for all it was given to do, in every step. There the mask is always made.
"""

from __future__ import annotations

from torch import Tensor
from transformers import AttentionMaskInterface
from transformers.masking_utils import sdpa_mask


def unasked(attention_mask: Tensor | None = None, **kwargs: object) -> Tensor | None:
    """As transformers makes it, but without looking at a mask that is on a device."""
    if attention_mask is not None and attention_mask.device.type != "cpu":
        kwargs["allow_is_bidirectional_skip"] = False
    return sdpa_mask(attention_mask=attention_mask, **kwargs)  # type: ignore[arg-type]


def register() -> None:
    """Have transformers make its masks so."""
    AttentionMaskInterface.register("sdpa", unasked)
