"""Heads on candidate spans, those of each member of an ensemble: what is cut from the spans, and their roles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor, nn

from training.config.schema import ModelConfig
from training.encoding.encoding import AFFIXES
from training.model.extractor_batch import WordFeatures
from training.model.extractor_config import EventExtractorConfig
from training.model.heads import BoundaryHead, MentionHead
from training.model.pair_heads import RoleHead


class JudgeHeads(nn.Module):
    """Boundary, mention and role heads for word states of the width `size`."""

    def __init__(self, size: int, config: EventExtractorConfig, heads: ModelConfig) -> None:
        super().__init__()
        hidden = heads.hidden_size
        self.boundaries = BoundaryHead(size, config.labels, hidden // 2, AFFIXES, heads.dropout)
        self.mentions = MentionHead(size, config.labels, hidden, heads.dropout)
        entities = config.entities if heads.role_rivals else None
        self.roles = RoleHead(hidden, config.labels, config.roles, heads.dropout, entities)


def each_cuts(judges: Sequence[JudgeHeads], features: WordFeatures, spans: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Each member's logits of the cuts: leading [D, M, LEADING] and trailing [D, M, TRAILING].

    The states of `features` are those of all members, side by side.
    """
    words = features.affixes, features.legal
    return [heads.boundaries(states, spans, *words) for heads, states in _apart(judges, features.states)]


def each_roles(
    judges: Sequence[JudgeHeads], features: WordFeatures, spans: Tensor, triggers: int, present: Tensor
) -> tuple[Tensor, list[Tensor]]:
    """The first member's vectors [D, M, hidden] of the spans, and each one's logits of roles [D, T, M, R]."""
    mentions = [heads.mentions(states, spans) for heads, states in _apart(judges, features.states)]
    pairs = spans, features.sentences, triggers, present
    return mentions[0], [heads.roles(own, *pairs) for heads, own in zip(judges, mentions, strict=True)]


def _apart(judges: Sequence[JudgeHeads], states: Tensor) -> Iterator[tuple[JudgeHeads, Tensor]]:
    """Each member's heads and word states [D, N, d], from states [D, N, S]."""
    return zip(judges, states.chunk(len(judges), dim=-1), strict=True)
