"""The model with one part taken out or put in the place of another, trained as `naba train` does."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import torch
from hydra import compose, initialize_config_module
from torch import Tensor
from transformers import PreTrainedModel, set_seed

from annotation.core.document import Document
from annotation.core.ontology import Ontology
from annotation.core.words import LEADING
from tests.benchmarks.chains import TagHead
from training.config.schema import TrainConfig
from training.config.validation import typed
from training.encoding.encoding import Encoding, Example
from training.inference.predictor import predict
from training.lineage.wandb_tracking import Tracker
from training.loop.data_selection import DataSelection
from training.loop.trainer import fit
from training.model.event_extractor import EventExtractor, EventExtractorConfig, Gold, WordFeatures
from training.model.heads import RoleHead, SpanHead, pick
from training.model.losses import IMPOSSIBLE


class Tagger(EventExtractor):  # type: ignore[no-untyped-call]
    """BIO tags under a CRF, one sequence for entities and one for triggers, in place of the span head."""

    def __init__(self, config: EventExtractorConfig, encoder: PreTrainedModel | None = None) -> None:
        super().__init__(config, encoder)
        heads, size = self.heads, self.encoder.config.hidden_size
        self.spans = cast(SpanHead, TagHead(size, config.entities, config.labels, heads.max_width, heads.dropout))

    def _losses(self, features: WordFeatures, logits: Tensor, gold: Gold) -> list[Tensor]:
        _, *others = super()._losses(features, logits, gold)
        return [cast(TagHead, self.spans).loss(gold.spans).sum() / gold.counts[0], *others]


class NearRoles(RoleHead):
    """A role has its filler in the trigger's own sentence."""

    def forward(self, mentions: Tensor, spans: Tensor, sentences: Tensor, triggers: int) -> Tensor:
        logits = super().forward(mentions, spans, sentences, triggers)
        at = pick(sentences, spans[..., 0])
        return logits.masked_fill((at[:, :triggers, None] != at[:, None, :])[..., None], IMPOSSIBLE)


class Near(EventExtractor):  # type: ignore[no-untyped-call]
    """Roles within sentences."""

    def __init__(self, config: EventExtractorConfig, encoder: PreTrainedModel | None = None) -> None:
        super().__init__(config, encoder)
        self.roles = NearRoles(self.heads.hidden_size, config.labels, config.roles, self.heads.dropout)


class NearTargets(Encoding):
    """Nothing to be learnt of a role whose filler begins in another sentence."""

    def encode(self, document: Document, *, targets: bool = False) -> Example:
        example = super().encode(document, targets=targets)
        if example.targets is None:
            return example
        roles = example.targets.roles
        at = example.sentences[example.targets.spans[:, 0]]
        return replace(example, targets=replace(example.targets, roles=roles[at[roles[:, 0]] == at[roles[:, 1]]]))


class WholeWords(Encoding):
    """No span may begin or end inside a word."""

    def encode(self, document: Document, *, targets: bool = False) -> Example:
        example = super().encode(document, targets=targets)
        affixes = example.affixes.copy()
        affixes[:, [*range(1, LEADING), *range(LEADING + 1, affixes.shape[1])]] = 0
        if (told := example.targets) is not None:
            told = replace(told, leading=np.zeros_like(told.leading), trailing=np.zeros_like(told.trailing))
        return replace(example, affixes=affixes, targets=told)


@dataclass(frozen=True)
class Variant:
    """What differs from the model as it is."""

    title: str
    model: type[EventExtractor] = EventExtractor
    encoding: type[Encoding] = Encoding
    overrides: tuple[str, ...] = ()


WHOLE = "whole"
VARIANTS = {
    WHOLE: Variant("the model as it is"),
    "tags": Variant("BIO tags and a CRF for the span head", model=Tagger),
    "words": Variant("no boundary head: spans of whole words", encoding=WholeWords),
    "gold": Variant("roles learnt on gold spans only", overrides=("model.negatives=0",)),
    "near": Variant("roles within a sentence only", model=Near, encoding=NearTargets),
}

Predict = Callable[[Sequence[Document]], list[Document]]


def trained(name: str, train: Sequence[Document], ontology: Ontology, seed: int, overrides: Sequence[str]) -> Predict:
    """Train the variant to its last epoch: nothing is chosen by what is scored."""
    variant = VARIANTS[name]
    with initialize_config_module("conf", version_base="1.3"):
        told = ["snapshot=none", "output=none", f"seed={seed}", *overrides, *variant.overrides]
        run = typed(compose("train", told), TrainConfig)
    torch.set_num_threads(1)
    set_seed(seed)
    encoding = variant.encoding.build(ontology, run.model, run.encoder)
    model = variant.model.build(run.model, run.encoder, encoding)
    with tempfile.TemporaryDirectory() as folder:
        once = replace(run.fit, evaluate_every=run.fit.epochs, patience=None, device="cpu")
        fit(
            model,
            encoding,
            DataSelection(train, train[:1]),
            once,
            seed=seed,
            tracker=Tracker(),
            checkpoints=Path(folder),
        )
    return lambda documents: list(predict(model, encoding, (document.bare() for document in documents)))
