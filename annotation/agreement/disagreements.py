"""Disagreements between annotators: the contested items of each article, their causes, and confused labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from annotation.agreement.item_alignment import CAUSES, ITEM_LAYERS, AlignedItem, align_versions
from annotation.core.annotator_versions import annotator, versions
from annotation.core.document import Document
from annotation.core.ontology import Ontology

LabelPair: TypeAlias = tuple[str, str, str]
"""A layer (for attributes, the attribute's name), and two labels in alphabetical order."""


@dataclass(frozen=True)
class Article:
    """An article that several people annotated: their versions, by annotator, and all its aligned items."""

    versions: dict[str, Document]
    items: Sequence[AlignedItem]

    @property
    def document(self) -> Document:
        """One of the versions, for what all versions share: text, title, language."""
        return next(iter(self.versions.values()))

    @property
    def contested(self) -> list[AlignedItem]:
        """The items on which the annotators differ, in text order."""
        return [item for item in self.items if item.contested]

    @property
    def share(self) -> float:
        """The share of items that are contested, in 0..1."""
        return len(self.contested) / len(self.items) if self.items else 0.0


@dataclass(frozen=True)
class Confused:
    """Two labels that annotators gave to the same item: `times` items have both, `of` items have at least one."""

    layer: str
    a: str
    b: str
    times: int
    of: int


def articles(documents: Iterable[Document], ontology: Ontology | None = None) -> list[Article]:
    """Every article that two or more named annotators marked, sorted by share of contested items, highest first.

    Raises UsageError when an article's text is not the same for all its annotators.
    """
    compared = []
    for by_annotator in versions(document for document in documents if annotator(document)).articles.values():
        if len(by_annotator) > 1:
            ordered = {name: by_annotator[name] for name in sorted(by_annotator)}
            compared.append(Article(ordered, align_versions(ordered, ontology)))
    return sorted(compared, key=lambda article: (-article.share, -len(article.contested), article.document.id))


def causes(articles: Iterable[Article]) -> dict[str, dict[str, int]]:
    """Counts of contested items by cause, then by layer; an item with two causes is counted in both."""
    items = (item for article in articles for item in article.items)
    counts = Counter((cause, item.layer) for item in items for cause in item.causes)
    return {cause: {layer: counts[cause, layer] for layer in ITEM_LAYERS} for cause in CAUSES}


def confused(articles: Iterable[Article]) -> list[Confused]:
    """Pairs of labels, roles or values given to the same item, the most frequent first."""
    pair_counts, label_counts = Counter[LabelPair](), Counter[tuple[str, str]]()
    for item in (item for article in articles for item in article.items):
        layer = item.name or item.layer
        label_counts.update((layer, label) for label in item.labels)
        pair_counts.update((layer, *pair) for pair in combinations(sorted(item.labels), 2))
    rows = [
        Confused(layer, a, b, times, label_counts[layer, a] + label_counts[layer, b] - times)
        for (layer, a, b), times in pair_counts.items()
    ]
    return sorted(rows, key=lambda row: (-row.times, row.layer, row.a, row.b))
