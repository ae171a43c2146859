"""The model with one part taken out or put in the place of another, trained as `naba train` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from torch import Tensor
from transformers import PreTrainedModel

from annotation.core.document import Document
from annotation.core.ontology import Ontology
from annotation.core.words import LEADING
from tests.benchmarks.chains import TagHead
from tests.benchmarks.training import learned
from training.encoding.encoding import Encoding, Example
from training.inference.predictor import predict
from training.loop.data_selection import DataSelection
from training.model.event_extractor import EventExtractor
from training.model.extractor_batch import Gold, WordFeatures
from training.model.extractor_config import EventExtractorConfig
from training.model.head_parts import pick
from training.model.losses import IMPOSSIBLE
from training.model.pair_heads import RoleHead
from training.model.span_head import SpanHead


class Tagger(EventExtractor):
    """BIO tags under a CRF, one sequence for entities and one for triggers, in place of the span head."""

    def __init__(self, config: EventExtractorConfig, encoders: Sequence[PreTrainedModel] = ()) -> None:
        super().__init__(config, encoders)
        heads, size = self.heads, self.encoder.config.hidden_size
        self.spans = cast(SpanHead, TagHead(size, config.entities, config.labels, heads.max_width, heads.dropout))

    def _losses(self, features: WordFeatures, each: Sequence[Tensor], gold: Gold) -> list[Tensor]:
        _, *others = super()._losses(features, each, gold)
        return [cast(TagHead, self.spans).loss(gold.spans).sum() / gold.counts[0], *others]


class NearRoles(RoleHead):
    """A role has its filler in the trigger's own sentence."""

    def forward(self, mentions: Tensor, spans: Tensor, sentences: Tensor, triggers: int, present: Tensor) -> Tensor:
        logits = super().forward(mentions, spans, sentences, triggers, present)
        at = pick(sentences, spans[..., 0])
        return logits.masked_fill((at[:, :triggers, None] != at[:, None, :])[..., None], IMPOSSIBLE)


class Near(EventExtractor):
    """Roles within sentences."""

    def __init__(self, config: EventExtractorConfig, encoders: Sequence[PreTrainedModel] = ()) -> None:
        super().__init__(config, encoders)
        rivals = config.entities if self.heads.role_rivals else None
        self.roles = NearRoles(self.heads.hidden_size, config.labels, config.roles, self.heads.dropout, rivals)


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
    variant, data = VARIANTS[name], DataSelection(train, train[:1])
    told = [*overrides, *variant.overrides]
    model, encoding = learned(data, ontology, told, seed=seed, model=variant.model, encoding=variant.encoding)
    return lambda documents: list(predict(model, encoding, (document.bare() for document in documents)))
