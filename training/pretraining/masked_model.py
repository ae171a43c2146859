"""A pretrained encoder with a head that names masked tokens, its vocabulary cut as `naba train` cuts it."""

from __future__ import annotations

import torch
from torch import nn
from transformers import AutoModelForMaskedLM, PreTrainedModel

from annotation.core.errors import UsageError
from training.config.encoders import PretrainedEncoderConfig
from training.encoding.bundled import checkpoint_of
from training.encoding.tokenizer import HubTokenizer, Ids
from training.model.encoder import read_checkpoint, renumber_tokens, use_fast_dropout


def load_masked(config: PretrainedEncoderConfig) -> tuple[PreTrainedModel, HubTokenizer]:
    """The checkpoint with its head for masked tokens, or an untrained one, and its tokenizer.

    Raises UsageError where the checkpoint cannot be had, lacks weights, or has no token that masks.
    """
    name, revision = checkpoint_of(config)
    whole = HubTokenizer.from_pretrained(name, revision=revision)
    tokenizer = whole if config.scripts is None else whole.cut(config.scripts)
    if tokenizer.tokenizer.mask_token is None:
        raise UsageError(f"encoder {name}: its tokenizer has no token that masks words; choose another encoder")
    model = read_checkpoint(name, revision, config.attention_dropout, AutoModelForMaskedLM)
    if tokenizer.pretrained_rows is not None:
        cut_masked(model, tokenizer.pretrained_rows)
    use_fast_dropout(model)
    if config.gradient_checkpointing and model.supports_gradient_checkpointing:
        model.gradient_checkpointing_enable()  # type: ignore[no-untyped-call]
    return model, tokenizer


def cut_masked(model: PreTrainedModel, rows: Ids) -> None:
    """Keep these rows of the embeddings, and of what else the head has for each token."""
    before, kept = model.config.vocab_size, torch.from_numpy(rows)
    cut: dict[int, nn.Parameter] = {}  # what the head shares with the embeddings stays shared
    for module in model.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            if parameter.shape[0] == before:
                cut.setdefault(id(parameter), nn.Parameter(parameter.detach()[kept]))
                setattr(module, name, cut[id(parameter)])
        if isinstance(module, nn.Embedding) and module.num_embeddings == before:
            module.num_embeddings = len(rows)
            module.padding_idx = None if module.padding_idx is None else int(rows.searchsorted(module.padding_idx))
        if isinstance(module, nn.Linear) and module.out_features == before:
            module.out_features = len(rows)
    renumber_tokens(model.config, rows)
