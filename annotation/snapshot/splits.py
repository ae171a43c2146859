"""Splits into train, dev and test: near-duplicates stay together, each language is near the ratios, results are stable.

Clusters of near-duplicates are ordered by a hash of their ids. In each language, test is filled from the front of this
order and dev from the back, so a new document moves at most clusters at a border, and none between dev and test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from annotation.core.document import Document

SPLITS = ("train", "dev", "test")
ENOUGH = 3
"""A language with at least this many clusters has at least one in dev and one in test."""

Cluster = list[Document]


def split_documents(
    documents: Sequence[Document], clusters: Sequence[int], *, ratios: Sequence[float], seed: int
) -> dict[str, list[Document]]:
    """The documents of each split, sorted by id. `ratios` are those of train, dev, test, counted in documents."""
    groups: dict[int, Cluster] = {}
    for document, number in zip(documents, clusters, strict=True):
        groups.setdefault(number, []).append(document)
    by_language: dict[str, list[Cluster]] = {}
    for cluster in sorted(groups.values(), key=lambda cluster: _order(cluster, seed)):
        by_language.setdefault(_language(cluster), []).append(cluster)
    parts: dict[str, list[Document]] = {name: [] for name in SPLITS}
    for _, ordered in sorted(by_language.items()):
        for name, chosen in _divide(ordered, dict(zip(SPLITS, ratios, strict=True))).items():
            parts[name].extend(document for cluster in chosen for document in cluster)
    return {name: sorted(part, key=lambda document: document.id) for name, part in parts.items()}


def _divide(ordered: list[Cluster], ratios: Mapping[str, float]) -> dict[str, list[Cluster]]:
    """One language's clusters in hash order: test from the front, dev from the back, train between."""
    total = sum(map(len, ordered))
    test = _fill(ordered, ratios["test"] * total, required=len(ordered) >= ENOUGH)
    remaining = _without(ordered, test)
    dev = _fill(remaining[::-1], ratios["dev"] * total, required=len(ordered) >= ENOUGH)
    return {"test": test, "dev": dev, "train": _without(remaining, dev)}


def _fill(ordered: Sequence[Cluster], target: float, *, required: bool) -> list[Cluster]:
    """Clusters from the front with about `target` documents in all; at least one if `required`, else none.

    A cluster larger than the number still missing is left for train.
    """
    if target <= 0 or not required:
        return []
    chosen: list[Cluster] = []
    missing = target
    for cluster in ordered[: len(ordered) - 1]:
        if missing >= 0.5 and len(cluster) <= missing + 0.5:
            chosen.append(cluster)
            missing -= len(cluster)
    return chosen or [min(ordered, key=len)]


def _without(clusters: Iterable[Cluster], excluded: Iterable[Cluster]) -> list[Cluster]:
    excluded_ids = {id(cluster) for cluster in excluded}
    return [cluster for cluster in clusters if id(cluster) not in excluded_ids]


def _order(cluster: Cluster, seed: int) -> str:
    """A sort key that depends on the cluster alone: the smallest hash of its ids."""
    return min(_hash(document, seed) for document in cluster)


def _language(cluster: Cluster) -> str:
    """The most frequent language of a cluster's documents; of ties, the first in alphabetical order."""
    languages = [document.language for document in cluster]
    return max(sorted(set(languages)), key=languages.count)


def _hash(document: Document, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{document.id}".encode()).hexdigest()
