"""Encoders: the compact one from scratch, a pretrained one of the hub, or either as a saved model describes it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import (
    AttentionInterface,
    AttentionMaskInterface,
    AutoConfig,
    AutoModel,
    PretrainedConfig,
    PreTrainedModel,
)
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from annotation.core.errors import UsageError
from training.config.schema import AnyEncoderConfig, CompactEncoderConfig, PretrainedEncoderConfig
from training.encoding.bundled import checkpoint_of
from training.encoding.compact_tokenizer import CompactTokenizer
from training.encoding.hub import unloadable
from training.encoding.tokenizer import Ids, Tokenizer
from training.model.compact_encoder import CompactConfig, CompactEncoder
from training.model.dropout import Dropout

_ATTENTION = "naba_sdpa"
"""The name under which our encoders find their attention masks in transformers' registry."""
_ATTENTION_DROPOUT = ("attention_probs_dropout_prob", "attention_dropout")
"""What configurations call the rate at which attention probabilities are dropped."""


def build_encoder(config: AnyEncoderConfig, tokenizer: Tokenizer) -> PreTrainedModel:
    """An encoder to train: ours with weights drawn at random, or a pretrained one.

    Raises UsageError when there is no such pretrained encoder, or the tokenizer is another encoder's.
    """
    if isinstance(config, PretrainedEncoderConfig):
        return load_pretrained(config, tokenizer.pretrained_rows)
    return _build_compact(config, tokenizer)


def _build_compact(config: CompactEncoderConfig, tokenizer: Tokenizer) -> PreTrainedModel:
    if not tokenizer.embedding_rows:
        raise UsageError("encoder: compact reads with a tokenizer of its own; make the encoding from the same config")
    encoder = CompactEncoder(
        CompactConfig(
            hidden_size=config.hidden_size,
            layers=config.layers,
            dropout=config.dropout,
            word_dropout=config.word_dropout,
            neighbours=config.neighbours,
            **tokenizer.embedding_rows,
        )
    )
    if isinstance(tokenizer, CompactTokenizer):
        fill_words(encoder, tokenizer)
    return encoder


def fill_words(encoder: CompactEncoder, tokenizer: CompactTokenizer) -> None:
    """Give the encoder the pretrained word vectors that its tokenizer was made with, if it was."""
    if encoder.words is not None and tokenizer.word_vectors is not None:
        encoder.words.fill(tokenizer.word_vectors.vectors)


def load_pretrained(config: PretrainedEncoderConfig, rows: Ids | None = None) -> PreTrainedModel:
    """A pretrained encoder, with these rows of its embeddings, in this order, or with all of them.

    Raises UsageError when there is no such encoder with safetensors, or its embeddings cannot be cut.
    """
    name, revision = checkpoint_of(config)
    encoder = read_checkpoint(name, revision, config.attention_dropout)
    if rows is not None:
        _cut_embeddings(encoder, rows, name)
    use_fast_dropout(encoder)
    _skip_mask_lookups(encoder)
    if config.gradient_checkpointing:
        if not encoder.supports_gradient_checkpointing:
            kind = type(encoder).__name__
            raise UsageError(f"encoder {name}: {kind} knows no gradient checkpointing; leave it out")
        encoder.activation_checkpointing_enable()
    return encoder


def use_fast_dropout(encoder: nn.Module) -> None:
    """Put our dropout, which is faster on a CPU, in the place of torch's."""
    for module in list(encoder.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Dropout:
                setattr(module, name, Dropout(child.p))


def read_checkpoint(
    name: str, revision: str | None, attention_dropout: float | None, kind: type = AutoModel
) -> PreTrainedModel:
    """The encoder with all its weights: transformers would draw missing ones at random, and only warn.

    kind: AutoModel, or one of those with a head, which is drawn at random where the checkpoint has none. Raises
    UsageError when the encoder cannot be had.
    """
    try:
        config = AutoConfig.from_pretrained(name, revision=revision, trust_remote_code=False)
        for rate in _ATTENTION_DROPOUT:
            if attention_dropout is not None and hasattr(config, rate):
                setattr(config, rate, attention_dropout)
        encoder, loading_info = kind.from_pretrained(  # type: ignore[attr-defined]
            name,
            config=config,
            revision=revision,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except Exception as error:  # files of others fail to load in every way there is
        raise UsageError(unloadable(name, error, what="encoder")) from error
    body = "" if kind is AutoModel else f"{encoder.base_model_prefix}."
    needed = (key.removeprefix(body) for key in loading_info["missing_keys"] if key.startswith(body))
    missing = sorted(key for key in needed if not key.startswith("pooler."))
    if missing:
        raise UsageError(f"encoder {name}: the weights lack {len(missing)} tensors, {missing[0]} among them")
    return encoder  # type: ignore[no-any-return]


def _cut_embeddings(encoder: PreTrainedModel, rows: Ids, name: str) -> None:
    """Keep these rows of the word embeddings, and give the configuration the new ids of its special tokens."""
    words = encoder.get_input_embeddings()
    if not isinstance(words, nn.Embedding) or len(rows) > words.num_embeddings:
        raise UsageError(f"encoder {name}: it has no embeddings that can be cut; leave encoder.scripts out")
    words.padding_idx = None if words.padding_idx is None else int(rows.searchsorted(words.padding_idx))
    # in place: to transformers another module would be one without weights, which it draws at random
    words.weight = nn.Parameter(words.weight.detach()[torch.from_numpy(rows)])
    words.num_embeddings = len(rows)
    renumber_tokens(encoder.config, rows)


def renumber_tokens(config: PretrainedConfig, rows: Ids) -> None:
    """Give a configuration the size of a cut vocabulary, and the new ids of its special tokens; None for one cut."""
    new = {int(old): number for number, old in enumerate(rows)}
    config.vocab_size = len(rows)
    for token in ("pad", "bos", "eos", "cls", "sep", "mask", "unk"):
        if (old := getattr(config, f"{token}_token_id", None)) is not None:
            setattr(config, f"{token}_token_id", new.get(old))


def untrained_encoder(config: dict[str, object]) -> PreTrainedModel:
    """An untrained encoder of this configuration; its weights come with the model's."""
    kind = str(config.get("model_type", ""))
    rest = {name: value for name, value in config.items() if name != "model_type"}
    if kind == CompactConfig.model_type:
        return CompactEncoder(CompactConfig(**rest))  # type: ignore[arg-type]
    encoder = AutoModel.from_config(AutoConfig.for_model(kind, **rest), trust_remote_code=False)  # type: ignore[no-untyped-call]
    _skip_mask_lookups(encoder)
    return encoder  # type: ignore[no-any-return]


def _skip_mask_lookups(encoder: PreTrainedModel) -> None:
    """Give an encoder with scaled dot-product attention masks that are made without looking at their values.

    transformers looks whether a batch has any padding, to leave the mask out if it has none. On a GPU that waits for
    all work given to it before, in every step. The implementation goes by a name of its own, so that no other model of
    the process changes.
    """
    if encoder.config._attn_implementation == "sdpa":
        AttentionInterface.register(_ATTENTION, sdpa_attention_forward)
        AttentionMaskInterface.register(_ATTENTION, _full_mask)
        encoder.set_attn_implementation(_ATTENTION)


def _full_mask(attention_mask: Tensor | None = None, **kwargs: object) -> Tensor | None:
    """The mask as transformers makes it; one that is on a device is made whether or not there is any padding."""
    if attention_mask is not None and attention_mask.device.type != "cpu":
        kwargs["allow_is_bidirectional_skip"] = False
    return sdpa_mask(attention_mask=attention_mask, **kwargs)  # type: ignore[arg-type]
