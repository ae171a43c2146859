"""Where annotators disagree: the contested places of each article, what about them differs, what is taken for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from annotation.agreement.item_alignment import CAUSES, LAYERS, AlignedItem, places
from annotation.core.annotator_versions import annotator, versions
from annotation.core.document import Document
from annotation.core.ontology import Ontology

LabelPair: TypeAlias = tuple[str, str, str]
"""A layer (of attributes, the attribute's name), and two labels in the order of the alphabet."""


@dataclass(frozen=True)
class Article:
    """An article several people marked: their versions, by annotator, and all its places."""

    versions: dict[str, Document]
    places: Sequence[AlignedItem]

    @property
    def document(self) -> Document:
        """One of the versions, for what they have in common."""
        return next(iter(self.versions.values()))

    @property
    def contested(self) -> list[AlignedItem]:
        """The places where they differ, in the order of the text."""
        return [place for place in self.places if place.contested]

    @property
    def share(self) -> float:
        """The contested places' share of all places."""
        return len(self.contested) / len(self.places) if self.places else 0.0


@dataclass(frozen=True)
class Confused:
    """Two labels given to one place. `of` counts the places that anybody called either of the two."""

    layer: str
    a: str
    b: str
    times: int
    of: int


def articles(documents: Iterable[Document], ontology: Ontology | None = None) -> list[Article]:
    """Every article two named people or more marked, the worst first: by share of contested places, then by number.

    Raises UsageError when an article's text is not the same for all its annotators.
    """
    found = []
    for marked in versions(document for document in documents if annotator(document)).articles.values():
        if len(marked) > 1:
            ordered = {name: marked[name] for name in sorted(marked)}
            found.append(Article(ordered, places(ordered, ontology)))
    return sorted(found, key=lambda article: (-article.share, -len(article.contested), article.document.id))


def causes(articles: Iterable[Article]) -> dict[str, dict[str, int]]:
    """Contested places by cause, then by layer; one that differs in two ways counts for both."""
    every = (place for article in articles for place in article.places)
    counted = Counter((cause, place.layer) for place in every for cause in place.causes)
    return {cause: {layer: counted[cause, layer] for layer in LAYERS} for cause in CAUSES}


def confused(articles: Iterable[Article]) -> list[Confused]:
    """Labels, roles and values taken for one another, the most frequent first."""
    together, called = Counter[LabelPair](), Counter[tuple[str, str]]()
    for place in (place for article in articles for place in article.places):
        layer = place.name or place.layer
        called.update((layer, label) for label in place.labels)
        together.update((layer, *pair) for pair in combinations(sorted(place.labels), 2))
    rows = [
        Confused(layer, a, b, times, called[layer, a] + called[layer, b] - times)
        for (layer, a, b), times in together.items()
    ]
    return sorted(rows, key=lambda row: (-row.times, row.layer, row.a, row.b))
