"""EventExtractor: joint extraction of spans, boundaries, roles, attributes and links, with any encoder."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.utils.generic import ModelOutput

from annotation.core.errors import UsageError
from training.config.schema import AnyEncoderConfig, ModelConfig
from training.encoding.decoding import Outputs
from training.encoding.encoding import Encoding
from training.model.candidates import hardest_negatives, link_table, moved_rows, precedes, role_table, span_table
from training.model.compact_encoder import share_words
from training.model.encoder import build_encoder, fill_words, untrained_encoder
from training.model.encoder_training import frozen
from training.model.ensemble import EncoderInputs, mean_logits, word_layers, word_states
from training.model.extraction import HeadLogits, ScoredSpans, allowed, outputs, scored_in_pieces, scored_spans
from training.model.extractor_batch import Gold, WordFeatures, loss_divisors
from training.model.extractor_config import EventExtractorConfig
from training.model.judge_heads import JudgeHeads, each_cuts, each_roles
from training.model.loaded_weights import not_finite, other_sizes
from training.model.losses import IMPOSSIBLE, antecedent_loss, choice_loss, circle_loss
from training.model.pair_heads import LinkHead
from training.model.span_head import SpanHead, possible
from training.model.stored_config import check_model_config
from training.model.word_reader import WordReader, reader_arguments, reader_size

WHOLE, PIECE = 8192, 2048
"""Words up to which all spans of a text are scored at once, in prediction; of a longer one those of PIECE at a time."""


@dataclass
class EventExtractorOutput(ModelOutput):
    """Output of the forward pass.

    loss: the weighted sum of `parts`. logits: of the spans [D, C, N, W]. parts [5]: losses of spans, boundaries, roles,
    attributes and links. states: of the words [D, N, S], those of every member with heads for roles side by side,
    without targets only.
    """

    loss: Tensor | None = None
    logits: Tensor | None = None
    parts: Tensor | None = None
    states: Tensor | None = None


class EventExtractor(PreTrainedModel):  # type: ignore[no-untyped-call]
    """An encoder with heads on the states of whole documents. Batches are those of `training.model.batches.collate`.

    `others` are the further encoders of an ensemble, or `other_readers` the further readers of one encoder, each with a
    span head in `other_spans` and, where roles are learned, heads for cuts and roles in `other_judges`. Each learns
    from its own loss; the ensemble predicts with the mean of their logits (Lakshminarayanan et al. 2017, "Simple and
    scalable predictive uncertainty estimation using deep ensembles", who average probabilities). All other heads use
    the states of the first one.
    """

    config_class = EventExtractorConfig
    base_model_prefix = "encoder"
    supports_gradient_checkpointing = True
    permits: Tensor

    def __init__(self, config: EventExtractorConfig, encoders: Sequence[PreTrainedModel] = ()) -> None:
        super().__init__(config)
        self.heads = heads = ModelConfig(**{"role_rivals": False, **config.heads})  # type: ignore[arg-type]
        bodies = 1 if config.reader else heads.members
        self.encoder, *others = encoders or [untrained_encoder(config.encoder) for _ in range(bodies)]
        size = self.encoder.config.hidden_size
        count = heads.members if config.reader else 0
        readers = [WordReader(size, **(config.reader or {})) for _ in range(count)]  # type: ignore[arg-type]
        self.reader = readers[0] if readers else None
        self.other_readers = nn.ModuleList(readers[1:])
        share_words([reader.compact for reader in readers] or (self.encoder, *others))
        size = self.reader.hidden_size if self.reader else size
        self.spans, *other_spans = (
            SpanHead(size, config.labels, heads.head_size, heads.max_width, heads.dropout) for _ in range(heads.members)
        )
        self.others, self.other_spans = nn.ModuleList(others), nn.ModuleList(other_spans)
        judges = heads.members if config.full_members else 1
        first, *other_judges = (JudgeHeads(size, config, heads) for _ in range(judges))
        self.boundaries, self.mentions, self.roles = first.boundaries, first.mentions, first.roles
        self.other_judges = nn.ModuleList(other_judges)
        self.attributes = nn.Linear(heads.hidden_size, max(1, sum(config.values)))
        link_sizes = heads.hidden_size, config.labels, config.links
        self.links = LinkHead(*link_sizes, heads.dropout) if config.links else None
        self.register_buffer("permits", torch.zeros(config.labels, config.roles, config.labels, dtype=torch.bool))
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        """Do nothing: modules are initialised when built, or pretrained, and checkpoints are complete."""

    @classmethod
    def build(cls, model: ModelConfig, encoder: AnyEncoderConfig, encoding: Encoding) -> EventExtractor:
        """A new model for the encoding: the encoder pretrained if it is a hub one, the heads untrained.

        Raises UsageError where the encoder cannot be had. Several members with a reader share one encoder.
        """
        count = 1 if reader_size(encoder) else model.members
        bodies = [build_encoder(encoder, encoding.tokenizer) for _ in range(count)]
        labels = encoding.labels
        config = EventExtractorConfig(
            encoder=bodies[0].config.to_dict(),
            heads=asdict(model),
            labels=len(labels.spans),
            entities=labels.entities,
            roles=len(labels.roles),
            values=[len(values) for _, values in labels.attributes],
            links=len(labels.links) if model.link_weight else 0,
            ontology=encoding.ontology.hash,
            reader=reader_arguments(encoder, bodies[0], encoding.spelling),
            full_members=model.role_weight > 0,
        )
        built = cls(config, bodies)
        built.permits.copy_(torch.from_numpy(labels.permits))
        if built.reader and encoding.spelling:
            fill_words(built.reader.compact, encoding.spelling)
        return built

    @classmethod
    def load(cls, path: str | Path) -> tuple[EventExtractor, Encoding]:
        """The trained model in the folder `path` and its encoding, with the labels of the ontology saved there.

        Raises UsageError when the folder holds no EventExtractor, or another ontology than the one it was trained on.
        """
        encoding = Encoding.from_pretrained(path)
        check_model_config(Path(path))
        try:
            model = cls.from_pretrained(str(path), use_safetensors=True, trust_remote_code=False)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, OverflowError) as error:
            raise UsageError(f"{path}: the model cannot be loaded: {' '.join(str(error).split())[:300]}") from error
        if model.config.ontology != encoding.ontology.hash:
            raise UsageError(f"{path}: ontology.yaml was changed after training; put back the one it was trained on")
        if (name := next(not_finite(model), None)) is not None:
            raise UsageError(f"{path}: the weights {name} hold NaN or infinite numbers; train it again")
        if (sizes := other_sizes(model.encoder.config, encoding.tokenizer)) is not None:
            raise UsageError(f"{path}: the tokenizer's {sizes} of the weights; put back the files of one model")
        return model.eval(), encoding  # type: ignore[no-untyped-call]

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        first: Tensor,
        last: Tensor,
        weight: Tensor,
        mask: Tensor,
        affixes: Tensor,
        legal: Tensor,
        sentences: Tensor,
        stems: Tensor,
        spelling: Tensor | None = None,
        layers: Tensor | None = None,
        spans: Tensor | None = None,
        leading: Tensor | None = None,
        trailing: Tensor | None = None,
        roles: Tensor | None = None,
        attributes: Tensor | None = None,
        links: Tensor | None = None,
        counts: Tensor | None = None,
    ) -> EventExtractorOutput:
        """Span logits [D, C, N, W], and the loss when the batch has targets, divided by `counts` [3] if given."""
        inputs = EncoderInputs(input_ids, attention_mask, first, last, weight, mask)
        states, each = self.read(inputs, spelling, layers)
        features, logits = WordFeatures(states, mask, affixes, legal, sentences, stems), mean_logits(each)
        if spans is None or leading is None or trailing is None or roles is None or attributes is None or links is None:
            return EventExtractorOutput(logits=logits, states=features.states)
        if counts is None:
            counts = loss_divisors(spans, attributes)
        parts = self._losses(features, each, Gold(spans, leading, trailing, roles, attributes, links, counts))
        heads = self.heads
        weights = (1.0, heads.boundary_weight, heads.role_weight, heads.attribute_weight, heads.link_weight)
        loss = torch.stack([weight * part for weight, part in zip(weights, parts, strict=True)]).sum()
        return EventExtractorOutput(loss=loss, logits=logits, parts=torch.stack(parts).detach())

    def read(
        self, inputs: EncoderInputs, spelling: Tensor | None = None, layers: Tensor | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Word states [D, N, S] for the other heads, and each member's span logits [D, C, N, W].

        The encoder is not run for `layers`.
        """
        states = self._states(inputs, spelling, layers)
        heads = (self.spans, *self.other_spans)
        return self._side_by_side(states), [head(own, inputs.mask) for head, own in zip(heads, states, strict=True)]

    def _side_by_side(self, states: Sequence[Tensor]) -> Tensor:
        """The states [D, N, d] of the members that have heads for roles, as one [D, N, S]."""
        judged = list(states[: len(self._judges)])
        return judged[0] if len(judged) == 1 else torch.cat(judged, dim=-1)

    @property
    def _judges(self) -> list[JudgeHeads]:
        """The heads for cuts and roles of each member that has them. The first one's keep the names of older models."""
        return [cast(JudgeHeads, self), *self.other_judges]

    def _states(
        self, inputs: EncoderInputs, spelling: Tensor | None = None, layers: Tensor | None = None
    ) -> list[Tensor]:
        """Each member's word states [D, N, d]."""
        if self.reader is None:
            return word_states((self.encoder, *self.others), inputs)
        if spelling is None:
            raise ValueError("a model with a reader reads the spelling of words, which its own Encoding gives")
        layers = (self.word_layers(inputs) if layers is None else layers).float()
        return [reader(layers, spelling, inputs.mask) for reader in (self.reader, *self.other_readers)]

    def word_layers(self, inputs: EncoderInputs) -> Tensor:
        """States of words [D, N, K, e] in the encoder's layers that the reader reads."""
        return word_layers(self.encoder, inputs, self.reader.layers if self.reader else (-1,))

    def train(self, mode: bool = True) -> EventExtractor:
        """Set the mode of training; a frozen encoder stays as it predicts, without dropout."""
        super().train(mode)
        if frozen(self.encoder):
            self.encoder.eval()  # type: ignore[no-untyped-call]
        return self

    def _losses(self, features: WordFeatures, each: Sequence[Tensor], gold: Gold) -> list[Tensor]:
        """Losses of spans, boundaries, roles, attributes and links; the last three are 0 when none has a weight.

        The span loss compares spans of one label that begin with the same word. Comparing all of the document made
        little difference on the sample (Trig-C 71.6, against 73.9; one seed). Roles compare all of a trigger.
        """
        documents, gold_spans, _ = gold.counts.unbind()
        logits, margin = mean_logits(each), self.heads.span_margin
        table = span_table(gold.spans, logits.shape)
        inside = possible(features.mask, logits.shape[-1])[:, None].expand_as(logits)
        of_spans = mean_logits([circle_loss(own - margin, table, inside).sum() for own in each]) / documents
        spans = gold.spans.clamp(min=0)
        cuts = each_cuts(self._judges, features, spans)
        opening = mean_logits([choice_loss(logits, gold.leading, gold_spans) for logits, _ in cuts])
        closing = mean_logits([choice_loss(logits, gold.trailing, gold_spans) for _, logits in cuts])
        of_cuts = opening + closing
        if not (self.heads.role_weight or self.heads.attribute_weight or self.links is not None):
            return [of_spans, of_cuts, *of_spans.new_zeros(3)]
        errors = hardest_negatives(logits.detach(), table, self.heads.negatives)
        return [of_spans, of_cuts, *self._mention_losses(features, errors, gold)]

    def _mention_losses(self, features: WordFeatures, errors: tuple[Tensor, Tensor], gold: Gold) -> list[Tensor]:
        """Losses of roles, attributes and links, on the gold spans and the model's own wrong ones.

        The wrong ones stand between the gold triggers, which come first, and the other gold spans: no span that cannot
        be a trigger is compared with all others.
        """
        documents, _, triggers = gold.counts.unbind()
        lead, (false, false_logits) = gold.attributes.shape[1], errors

        def joined(own: Tensor, wrong: Tensor) -> Tensor:
            return torch.cat([own[:, :lead], wrong, own[:, lead:]], dim=1)

        spans, exist = joined(gold.spans, false), gold.spans[..., 0] >= 0
        real = joined(exist, false_logits > IMPOSSIBLE)
        present = joined(exist, false_logits > 0)  # with what it would predict wrongly
        spans, count = spans.clamp(min=0), lead + false.shape[1]
        mentions, each = each_roles(self._judges, features, spans, count, present)
        possible_roles = allowed(self.permits, spans, count) & real[:, :count, None, None] & real[:, None, :, None]
        filled = role_table(moved_rows(gold.roles, lead, false.shape[1]), possible_roles.shape).flatten(2)
        lowered = ((logits - self.heads.role_margin).flatten(2) for logits in each)
        losses = [circle_loss(logits, filled, possible_roles.flatten(2)).sum() for logits in lowered]
        of_roles = mean_logits(losses) / documents
        values = self._values(mentions[:, :lead])
        of_values = [choice_loss(value, gold.attributes[..., at], triggers) for at, value in enumerate(values)]
        links = moved_rows(gold.links, lead, false.shape[1])
        of_links = self._link_loss(features, mentions, spans, real, links) / documents
        return [of_roles, sum(of_values, start=torch.zeros_like(of_roles)), of_links]

    def _link_loss(self, features: WordFeatures, mentions: Tensor, spans: Tensor, real: Tensor, gold: Tensor) -> Tensor:
        """The sum of each mention's loss of choosing an antecedent; 0 where no links are learned.

        Its gradient reaches the link head alone: training the mention vectors with it too cost 1.6 points of Arg-C+ and
        1.8 of entities on the sample (dev and test, one seed).
        """
        if self.links is None:
            return mentions.new_zeros(())
        logits = self.links(mentions.detach(), spans, features.sentences, features.stems)
        trigger = spans[..., 2] >= self.config.entities
        comparable = (trigger[:, :, None] == trigger[:, None]) & real[:, :, None] & real[:, None]
        antecedent = (comparable & precedes(spans))[..., None].expand_as(logits)
        same = link_table(gold, logits.shape)
        lowered = logits - self.heads.link_margin
        losses = (part.transpose(-1, -2) for part in (lowered, same, antecedent))
        return antecedent_loss(*losses).sum()

    def _values(self, mentions: Tensor) -> tuple[Tensor, ...]:
        """[D, M, hidden] -> logits [D, M, V] of each attribute's values; empty for an ontology without any."""
        sizes: list[int] = self.config.values
        return torch.split(self.attributes(mentions).float()[..., : sum(sizes)], sizes, dim=-1)

    @torch.no_grad()
    def extract(self, batch: dict[str, Tensor], *, given: Collection[str] = ()) -> list[Outputs]:
        """One Outputs for each document of the batch, the input of `Encoding.decode`.

        For the layers in `given` ("trigger", "entity") the spans are the batch's targets; none are predicted.
        """
        inputs = EncoderInputs(*(batch[name] for name in EncoderInputs._fields))
        each = self._states(inputs, batch.get("spelling"), batch.get("layers"))
        scored = self._scored(each, inputs.mask, given)
        features = WordFeatures(self._side_by_side(each), *(batch[name] for name in WordFeatures._fields[1:]))
        judge = partial(self.judge, features)
        return outputs(scored, batch, judge, entities=self.config.entities, permits=self.permits)

    def _scored(self, states: Sequence[Tensor], mask: Tensor, given: Collection[str]) -> ScoredSpans:
        """The spans of word states [D, N, d] of each span head: of a long text in pieces, whose logits take less."""
        heads: list[SpanHead] = [self.spans, *self.other_spans]
        words, entities = mask.shape[1], self.config.entities
        if words <= WHOLE:
            logits = mean_logits([head(own, mask) for head, own in zip(heads, states, strict=True)])
            return scored_spans(logits, entities, given=given)
        each = (head.pieces(own, mask, PIECE) for head, own in zip(heads, states, strict=True))
        return scored_in_pieces(map(mean_logits, zip(*each, strict=True)), words, entities, given=given)

    def judge(self, features: WordFeatures, triggers: Tensor, others: Tensor, present: Tensor) -> HeadLogits:
        """The heads' logits of candidate triggers [D, T, 3] and other spans [D, E, 3].

        present [D, T + E]: which of them are predicted; the others only pad the rows.
        """
        spans, count = torch.cat([triggers, others], dim=1), triggers.shape[1]
        mentions, each = each_roles(self._judges, features, spans, count, present)
        roles, cuts = mean_logits(each), each_cuts(self._judges, features, spans)
        opening, closing = (mean_logits(side) for side in zip(*cuts, strict=True))
        links = spans.new_zeros(*spans.shape[:2], spans.shape[1], 0, dtype=roles.dtype)
        if self.links is not None:
            links = self.links(mentions, spans, features.sentences, features.stems)
        return HeadLogits(roles, opening, closing, self._values(mentions[:, :count]), links)
