"""What of a pretrained encoder is trained: all of it, its top layers, adapters beside its weights, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
from torch import nn
from transformers import PreTrainedModel

from annotation.core.errors import UsageError
from training.config.schema import AnyEncoderConfig, PretrainedEncoderConfig
from training.encoding.encoding import Example
from training.model.layer_depths import layer_depths
from training.model.touched_embeddings import TouchedEmbeddings


@dataclass(frozen=True, slots=True)
class Regime:
    """What is trained, with the settings of the same names of a PretrainedEncoderConfig."""

    learns: Literal["all", "top", "lora", "frozen"] = "all"
    top_layers: int = 4
    lora_rank: int = 8
    lora_modules: tuple[str, ...] | None = None

    @classmethod
    def of(cls, config: AnyEncoderConfig) -> Regime | None:
        """The regime of an encoder's settings, None for one that is trained from scratch."""
        if not isinstance(config, PretrainedEncoderConfig):
            return None
        return cls(config.learns, config.top_layers, config.lora_rank, config.lora_modules)


def frozen(encoder: nn.Module) -> bool:
    """Whether no parameter of the encoder is trained."""
    return not any(parameter.requires_grad for parameter in encoder.parameters())


@contextmanager
def encoders_in_training(
    encoders: Sequence[PreTrainedModel], regime: Regime | None, examples: Sequence[Example]
) -> Iterator[None]:
    """Prepare the encoders, in place, for a training on the examples; on leaving they are plain encoders again.

    Without a regime nothing is changed. Raises UsageError for layers or modules that an encoder does not have.
    """
    with ExitStack() as stack:
        for encoder in encoders:
            if regime:
                check_regime(encoder, regime)
                _choose_parameters(encoder, regime)
                stack.enter_context(_adapters(encoder, regime) if regime.learns == "lora" else nullcontext())
                stack.enter_context(_touched_rows(encoder, examples) if regime.learns == "all" else nullcontext())
        yield


def check_regime(encoder: PreTrainedModel, regime: Regime | None) -> None:
    """Raise UsageError for layers or modules that the encoder does not have, or a library that is missing."""
    if regime is None:
        return
    layers = max(layer_depths(encoder).values())
    if regime.learns == "top" and regime.top_layers >= layers:
        raise UsageError(f"encoder.top_layers: the encoder has {layers} layers; encoder.learns=all trains all of them")
    if regime.learns == "lora":
        if find_spec("peft") is None:
            raise UsageError("encoder.learns=lora needs peft; pip install 'naba[lora]'")
        names = {name.rpartition(".")[2] for name, child in encoder.named_modules() if type(child) is nn.Linear}
        if absent := sorted({*(regime.lora_modules or ())} - names):
            there = ", ".join(sorted(names))
            raise UsageError(
                f"encoder.lora_modules: the encoder has no {', '.join(absent)}; its linear layers: {there}"
            )


def least_trained(model: nn.Module, encoders: Sequence[PreTrainedModel], regime: Regime | None) -> int:
    """The bytes of the weights that a training of the model changes, before `encoders_in_training` prepares it.

    Of embeddings, of which only the rows of the pieces in the articles are trained, none is counted.
    """
    own = {id(weight) for encoder in encoders for weight in encoder.parameters()} if regime else set()
    heads = sum(w.nbytes for w in model.parameters() if w.requires_grad and id(w) not in own)
    return heads + sum(_least_trained_encoder(encoder, regime) for encoder in encoders if regime)


def _least_trained_encoder(encoder: PreTrainedModel, regime: Regime) -> int:
    if regime.learns == "lora":
        ends = regime.lora_modules
        layers = [child for name, child in encoder.named_modules() if type(child) is nn.Linear and _ends(name, ends)]
        return sum(4 * regime.lora_rank * (layer.in_features + layer.out_features) for layer in layers)
    table = {id(weight) for weight in encoder.get_input_embeddings().parameters()}
    return sum(weight.nbytes for weight in _chosen(encoder, regime) if id(weight) not in table)


def _ends(name: str, ends: Sequence[str] | None) -> bool:
    return ends is None or name.rpartition(".")[2] in ends


def _choose_parameters(encoder: PreTrainedModel, regime: Regime) -> None:
    encoder.requires_grad_(False)
    for parameter in _chosen(encoder, regime):
        parameter.requires_grad_(True)


def _chosen(encoder: PreTrainedModel, regime: Regime) -> list[nn.Parameter]:
    """The parameters that are trained; of a pooler none, since it sums up whole texts, which nothing here asks for."""
    depths = layer_depths(encoder)
    below = {"all": max(depths.values()) + 1, "top": regime.top_layers, "lora": 0, "frozen": 0}[regime.learns]
    pooler = getattr(encoder, "pooler", None)
    left = {id(weight) for weight in pooler.parameters()} if isinstance(pooler, nn.Module) else set()
    return [weight for weight in encoder.parameters() if depths[id(weight)] < below and id(weight) not in left]


@contextmanager
def _adapters(encoder: PreTrainedModel, regime: Regime) -> Iterator[None]:
    """Low-rank matrices beside the weights of linear layers, added to them on leaving.

    Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models".
    """
    from peft import LoraConfig, LoraModel  # an extra

    modules = list(regime.lora_modules) if regime.lora_modules else "all-linear"
    config = LoraConfig(r=regime.lora_rank, lora_alpha=2 * regime.lora_rank, target_modules=modules)
    tuner = LoraModel(encoder, config, "default")
    yield
    tuner.merge_and_unload()


@contextmanager
def _touched_rows(encoder: PreTrainedModel, examples: Sequence[Example]) -> Iterator[None]:
    """Train the embeddings of the pieces in the examples alone."""
    table = encoder.get_input_embeddings()
    if not isinstance(table, nn.Embedding):
        yield  # a table of another kind is trained whole
        return
    ids = [np.asarray(window) for example in examples for window in example.windows.ids]
    touched = TouchedEmbeddings(table, np.unique(np.concatenate(ids)))
    encoder.set_input_embeddings(touched)
    yield
    table.weight = nn.Parameter(touched.table())
    encoder.set_input_embeddings(table)
