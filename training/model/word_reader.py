"""Word reader: a recurrent layer over the states of a pretrained encoder and the spelling of each word.

A tokenizer's pieces may swallow a proclitic, and their states know no letters; so each word's hashed spelling, as the
compact encoder reads it, stands beside its states. The states are those of several layers, mixed with learnt weights
(Peters et al. 2018, "Deep contextualized word representations").
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from training.config.schema import AnyEncoderConfig, PretrainedEncoderConfig
from training.encoding.compact_tokenizer import CompactTokenizer
from training.model.compact_encoder import CompactConfig, CompactEncoder
from training.model.dropout import Dropout


class WordReader(nn.Module):
    """states [D, N, K, e] of K encoder layers, spelling [D, N, F], mask [D, N] -> word states [D, N, hidden_size].

    layers: the numbers of these layers, 0 for the embeddings.
    """

    def __init__(self, encoder_size: int, layers: Sequence[int], **sizes: int | float) -> None:
        super().__init__()
        self.layers = tuple(layers)
        self.compact = CompactEncoder(CompactConfig(**sizes))  # type: ignore[arg-type]
        size = self.hidden_size = self.compact.config.hidden_size
        self.mix = nn.Parameter(torch.zeros(len(self.layers)))
        self.alike = nn.LayerNorm(encoder_size, elementwise_affine=False)  # layers differ much in scale
        self.project = nn.Linear(encoder_size, size)
        self.projected = nn.LayerNorm(size)
        self.join = nn.Linear(2 * size, size)
        self.dropout = Dropout(self.compact.config.dropout)

    def forward(self, states: Tensor, spelling: Tensor, mask: Tensor) -> Tensor:
        """The states of words in their document."""
        mixed = (self.alike(states) * self.mix.softmax(dim=0)[:, None]).sum(dim=2)
        projected = self.projected(nn.functional.gelu(self.project(self.dropout(mixed))))
        joined = self.join(torch.cat([self.compact.spell(spelling), self.dropout(projected)], dim=-1))
        return self.compact.read(joined, mask.long())


def spread(layers: int) -> list[int]:
    """Numbers of three layers of so many, evenly apart, the last one among them."""
    return sorted({max(1, round(layers * part / 3)) for part in (1, 2, 3)})


def reader_size(encoder: AnyEncoderConfig) -> int:
    """The width of the readers of an encoder, 0 where it has none."""
    return encoder.reader if isinstance(encoder, PretrainedEncoderConfig) else 0


def reader_arguments(
    config: AnyEncoderConfig, encoder: PreTrainedModel, spelling: CompactTokenizer | None
) -> dict[str, object] | None:
    """The arguments of a WordReader, None where the encoder has none."""
    if not (size := reader_size(config)) or spelling is None:
        return None
    return {"layers": spread(encoder.config.num_hidden_layers), "hidden_size": size, **spelling.embedding_rows}
