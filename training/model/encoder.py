"""Where encoders come from: ours anew, the hub's pretrained, or either as a saved model describes it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import AttentionMaskInterface, AutoConfig, AutoModel, PreTrainedModel
from transformers.masking_utils import sdpa_mask

from annotation.core.errors import UsageError
from training.config.schema import EncoderConfig
from training.encoding.compact_tokenizer import CompactTokenizer
from training.encoding.hub import unloadable
from training.encoding.tokenizer import Tokenizer
from training.model.compact_encoder import CompactConfig, CompactEncoder
from training.model.dropout import Dropout


def build_compact(config: EncoderConfig, tokenizer: Tokenizer) -> PreTrainedModel:
    """Ours, untrained."""
    if not isinstance(tokenizer, CompactTokenizer):
        raise UsageError("encoder: compact reads with a tokenizer of its own; make the encoding from the same config")
    return CompactEncoder(
        CompactConfig(
            hidden_size=config.hidden_size,
            layers=config.layers,
            dropout=config.dropout,
            word_dropout=config.word_dropout,
            neighbours=config.neighbours,
            buckets=tokenizer.buckets,
            alphabet=tokenizer.alphabet,
        )
    )


def load_pretrained(config: EncoderConfig) -> PreTrainedModel:
    """The hub's, or a folder's. Raises UsageError when there is no such encoder with safetensors."""
    if config.name is None:
        raise UsageError("encoder.name: missing; say which hub encoder, as an id or a folder")
    encoder = _loaded(config.name, config.revision)
    if isinstance(pooler := getattr(encoder, "pooler", None), nn.Module):
        pooler.requires_grad_(False)  # it sums up whole texts, which nothing here asks for
    _lighten(encoder)
    if config.gradient_checkpointing:
        if not encoder.supports_gradient_checkpointing:
            kind = type(encoder).__name__
            raise UsageError(f"encoder {config.name}: {kind} knows no gradient checkpointing; leave it out")
        encoder.activation_checkpointing_enable()
    return encoder


def _lighten(encoder: nn.Module) -> None:
    """Have it drop out as we do."""
    for module in list(encoder.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Dropout:
                setattr(module, name, Dropout(child.p))


def _loaded(name: str, revision: str | None) -> PreTrainedModel:
    """With every weight: transformers would draw those that are missing at random, with no more than a warning."""
    try:
        encoder, told = AutoModel.from_pretrained(
            name,
            revision=revision,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except Exception as error:  # files of others fail to load in every way there is
        raise UsageError(unloadable(name, error, what="encoder")) from error
    missing = sorted(key for key in told["missing_keys"] if not key.startswith("pooler."))
    if missing:
        raise UsageError(f"encoder {name}: the weights lack {len(missing)} tensors, {missing[0]} among them")
    return encoder  # type: ignore[no-any-return]


def untrained_encoder(config: dict[str, object]) -> PreTrainedModel:
    """An untrained encoder of this configuration; its weights come with the model's."""
    kind = str(config.get("model_type", ""))
    rest = {name: value for name, value in config.items() if name != "model_type"}
    return AutoModel.from_config(AutoConfig.for_model(kind, **rest), trust_remote_code=False)  # type: ignore[no-any-return, no-untyped-call]


def unasked(attention_mask: Tensor | None = None, **kwargs: object) -> Tensor | None:
    """As transformers makes it, but without looking at a mask that is on a device."""
    if attention_mask is not None and attention_mask.device.type != "cpu":
        kwargs["allow_is_bidirectional_skip"] = False
    return sdpa_mask(attention_mask=attention_mask, **kwargs)  # type: ignore[arg-type]


def register() -> None:
    """Have transformers make its masks so."""
    AttentionMaskInterface.register("sdpa", unasked)


register()
