"""The compact encoder, trained from scratch in minutes on two CPU cores.

The vector of a word comes from its spelling: hashed features (the folded word, its stem without proclitics, affixes,
shape) as in Miranda et al. 2022, "Multi hash embeddings in spaCy", and a convolution over its characters (Ma and Hovy
2016, "End-to-end sequence labeling via bi-directional LSTM-CNNs-CRF"), and from a table of vectors that were pretrained
on raw text where there is one. A bidirectional LSTM adds the context.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput

from training.encoding.compact_tokenizer import CHARACTERS, FEATURES, IDENTITIES
from training.model.dropout import Dropout
from training.model.word_table import WordTable

SPELLED = 16384
"""Words, more than a batch has; the convolution over their characters takes 20 times the memory of what comes of it."""


class CompactConfig(PretrainedConfig):  # type: ignore[no-untyped-call]
    """Sizes of the compact encoder.

    buckets: rows of the table that all hashed features share. alphabet: rows of the table of hashed letters.
    neighbours: whether a convolution over three words precedes the LSTM and adds the spelling of adjacent words.
    word_rows, word_size: of the table of pretrained word vectors, 0 for none.
    """

    model_type = "naba-compact"

    def __init__(
        self,
        *,
        hidden_size: int = 192,
        layers: int = 1,
        feature_size: int = 32,
        character_size: int = 32,
        character_filters: int = 64,
        buckets: int = 1 << 15,
        alphabet: int = 512,
        dropout: float = 0.3,
        word_dropout: float = 0.2,
        neighbours: bool = False,
        max_position_embeddings: int = 512,
        word_rows: int = 0,
        word_size: int = 0,
        **kwargs: object,
    ) -> None:
        self.hidden_size, self.layers = hidden_size, layers
        self.feature_size, self.buckets = feature_size, buckets
        self.character_size, self.character_filters, self.alphabet = character_size, character_filters, alphabet
        self.dropout, self.word_dropout, self.neighbours = dropout, word_dropout, neighbours
        self.max_position_embeddings = max_position_embeddings
        self.word_rows, self.word_size = word_rows, word_size
        super().__init__(**kwargs)  # type: ignore[arg-type]


class CompactEncoder(PreTrainedModel):  # type: ignore[no-untyped-call]
    """input_ids [B, N, F], attention_mask [B, N] -> last_hidden_state [B, N, hidden_size].

    F is FEATURES + CHARACTERS, and ROWS more with pretrained word vectors.
    """

    config_class = CompactConfig
    base_model_prefix = "compact"

    def __init__(self, config: CompactConfig) -> None:
        super().__init__(config)
        size = config.hidden_size
        self.features = nn.Embedding(config.buckets, config.feature_size, padding_idx=0)
        self.characters = nn.Embedding(config.alphabet, config.character_size, padding_idx=0)
        self.convolution = nn.Conv1d(config.character_size, config.character_filters, kernel_size=3, padding=1)
        self.words = WordTable(config.word_rows, config.word_size) if config.word_size else None
        self._lender: tuple[CompactEncoder, ...] = ()
        self.mix = nn.Linear(FEATURES * config.feature_size + config.character_filters + config.word_size, size)
        self.mixed = nn.LayerNorm(size)
        self.beside = nn.Conv1d(size, size, kernel_size=3, padding=1) if config.neighbours else None
        self.forwards = nn.ModuleList(nn.LSTM(size, size // 2, batch_first=True) for _ in range(config.layers))
        self.backwards = nn.ModuleList(nn.LSTM(size, size // 2, batch_first=True) for _ in range(config.layers))
        self.norms = nn.ModuleList(nn.LayerNorm(size) for _ in range(config.layers))
        self.dropout = Dropout(config.dropout)
        for table in (self.features, self.characters):
            nn.init.normal_(table.weight, std=0.1)  # small: an unseen word should add little, not noise
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        """Do nothing: modules are initialised when built, and checkpoints are complete."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> BaseModelOutput:
        """One vector for each word [B, N, hidden_size]; undefined where attention_mask is 0."""
        return BaseModelOutput(last_hidden_state=self.read(self.spell(input_ids), attention_mask))

    def read(self, hidden: Tensor, attention_mask: Tensor) -> Tensor:
        """Vectors of words [B, N, hidden_size] with their context, of the same shape."""
        hidden = self._beside(hidden, attention_mask)
        order = _reversal(attention_mask)
        for ahead, back, norm in zip(self.forwards, self.backwards, self.norms, strict=True):
            left_to_right = ahead(hidden)[0]
            right_to_left = _reorder(back(_reorder(hidden, order))[0], order)
            hidden = norm(hidden + self.dropout(torch.cat([left_to_right, right_to_left], dim=-1)))
        return hidden

    def _beside(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """The states plus what adjacent words add; padding and positions outside the window count as zeros."""
        if self.beside is None:
            return hidden
        real = hidden * mask[..., None].to(hidden.dtype)
        added: Tensor = nn.functional.gelu(self.beside(real.transpose(1, 2)).transpose(1, 2))
        return hidden + added

    def spell(self, input_ids: Tensor) -> Tensor:
        """Vectors of words without context: [B, N, hidden_size]; in prediction those of SPELLED words at a time."""
        if torch.is_grad_enabled() or torch.compiler.is_compiling() or input_ids.shape[:2].numel() <= SPELLED:
            return self._spell(input_ids)
        parts = [self._spell(part) for part in torch.split(input_ids.flatten(0, 1), SPELLED)]
        return torch.cat(parts).view(*input_ids.shape[:2], -1)

    def _spell(self, input_ids: Tensor) -> Tensor:
        features, letters = input_ids[..., :FEATURES], input_ids[..., FEATURES : FEATURES + CHARACTERS]
        if self.training and self.config.word_dropout:
            visible = torch.rand(features.shape[:-1], device=features.device) >= self.config.word_dropout
            features = torch.cat([features[..., :IDENTITIES] * visible[..., None], features[..., IDENTITIES:]], dim=-1)
        spelled = self.features(features).flatten(-2)
        filtered = self.convolution(self.characters(letters).flatten(0, -3).transpose(1, 2))
        pooled = filtered.amax(dim=-1).view(*letters.shape[:-1], -1)
        parts = [spelled, pooled, *self._pretrained(input_ids[..., FEATURES + CHARACTERS :])]
        mixed: Tensor = self.mix(self.dropout(torch.cat(parts, dim=-1)))
        return cast(Tensor, self.dropout(self.mixed(nn.functional.gelu(mixed))))

    def _pretrained(self, rows: Tensor) -> list[Tensor]:
        """The pretrained vectors of words; word dropout hides them too, of other words than those it hides anyway."""
        table = self._lender[0].words if self._lender else self.words
        if table is None:
            return []
        vectors: Tensor = table(rows)
        if self.training and self.config.word_dropout:
            visible = torch.rand(vectors.shape[:-1], device=vectors.device) >= self.config.word_dropout
            vectors = vectors * visible[..., None]
        return [vectors]


def share_words(encoders: Sequence[nn.Module]) -> None:
    """Have the compact ones among the encoders use the first one's pretrained vectors, which it holds and saves."""
    first, *others = encoders
    for other in others:
        if isinstance(first, CompactEncoder) and isinstance(other, CompactEncoder):
            other.words, other._lender = None, (first,)  # in a tuple, else it would be a part of the other one


def _reversal(mask: Tensor) -> Tensor:
    """Indices [B, N] that reverse the real part of each row and leave its padding at the end."""
    places = torch.arange(mask.shape[1], device=mask.device).expand_as(mask)
    lengths = mask.sum(dim=1, keepdim=True)
    return torch.where(places < lengths, lengths - 1 - places, places)


def _reorder(hidden: Tensor, order: Tensor) -> Tensor:
    return hidden.gather(1, order[..., None].expand(-1, -1, hidden.shape[-1]))
