"""Which documents train, tune and test: whole clusters, each language near the ratios, and the same next time.

A document's place depends on a hash of its id. Within a language test is filled from one end of the hash order and dev
from the other, so a new document moves at most the clusters at a border, and none between dev and test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from annotation.core.document import Document

SPLITS = ("train", "dev", "test")
ENOUGH = 3
"""A language with so many clusters has at least one in dev and one in test."""

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
    test = _fill(ordered, ratios["test"] * total, wanted=len(ordered) >= ENOUGH)
    left = _without(ordered, test)
    dev = _fill(left[::-1], ratios["dev"] * total, wanted=len(ordered) >= ENOUGH)
    return {"test": test, "dev": dev, "train": _without(left, dev)}


def _fill(ordered: Sequence[Cluster], target: float, *, wanted: bool) -> list[Cluster]:
    """Clusters from the front whose documents come to the target, to the nearest; one at least where `wanted`.

    A cluster too big for what is still missing is left for train.
    """
    if target <= 0 or not wanted:
        return []
    chosen: list[Cluster] = []
    missing = target
    for cluster in ordered[: len(ordered) - 1]:
        if missing >= 0.5 and len(cluster) <= missing + 0.5:
            chosen.append(cluster)
            missing -= len(cluster)
    return chosen or [min(ordered, key=len)]


def _without(clusters: Iterable[Cluster], taken: Iterable[Cluster]) -> list[Cluster]:
    gone = {id(cluster) for cluster in taken}
    return [cluster for cluster in clusters if id(cluster) not in gone]


def _order(cluster: Cluster, seed: int) -> str:
    """A place that is the cluster's own whatever else there is: the least hash of its ids."""
    return min(_hash(document, seed) for document in cluster)


def _language(cluster: Cluster) -> str:
    """The language of most of a cluster's documents; of the first in the alphabet when as many are in another."""
    languages = [document.language for document in cluster]
    return max(sorted(set(languages)), key=languages.count)


def _hash(document: Document, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{document.id}".encode()).hexdigest()
