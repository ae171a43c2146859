"""The comparisons of every two annotators of an article, by how many of the two began from a suggestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import combinations

from annotation.agreement.many_versions import MANY, summed_if_less_work
from annotation.agreement.pair_counts import PairCounts, add, comparison
from annotation.core.annotator_versions import annotator
from annotation.core.document import Document
from annotation.core.ontology import Ontology

WITH = ("none", "one", "both")
"""Index: how many of two annotators began from a suggestion."""


def aided_pairs(versions: Sequence[tuple[Document, bool]], ontology: Ontology) -> dict[str, PairCounts]:
    """The sum of the comparisons of the versions of one article for each of WITH that there are pairs of.

    versions: with whether they began from a suggestion. Two of one annotator are not compared.
    """
    names = {annotator(document) for document, _ in versions}
    if len(names) == len(versions) >= MANY:
        return _of_many(versions, ontology)
    found: dict[str, PairCounts] = {}
    for (first, aided_1), (second, aided_2) in combinations(versions, 2):
        if annotator(first) != annotator(second):
            add(found, WITH[aided_1 + aided_2], comparison(first, second, ontology))
    return found


def _of_many(versions: Sequence[tuple[Document, bool]], ontology: Ontology) -> dict[str, PairCounts]:
    """The same: the pairs of one with and one without a suggestion are all pairs less those of either side."""
    sides: Mapping[str, list[Document]] = {
        "none": [document for document, aided in versions if not aided],
        "both": [document for document, aided in versions if aided],
    }
    found = {name: _sum(documents, ontology) for name, documents in sides.items() if len(documents) > 1}
    if all(sides.values()):
        whole = _sum([document for document, _ in versions], ontology)
        found["one"] = reduce(PairCounts.less, found.values(), whole)
    return found


def _sum(documents: Sequence[Document], ontology: Ontology) -> PairCounts:
    if sums := summed_if_less_work(documents, ontology, story=documents[0].id):
        return sums[0]
    return reduce(
        PairCounts.plus, (comparison(first, second, ontology) for first, second in combinations(documents, 2))
    )
