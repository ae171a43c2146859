"""Which mentions are said to be the same thing: clusters that links make, by CEAF-e and by LEA.

CEAF-e matches clusters one to one by how much they share (Luo 2005, the entity-based phi 4); LEA asks of each cluster
how many of its links are found, weighing it by its size (Moosavi and Strube 2016). A cluster is what links join, so it
has two mentions at least: a mention nobody joined is no cluster of one. Mentions are the same when offsets and type
are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from annotation.core import bootstrap, intervals
from annotation.core.bootstrap import Floats
from annotation.core.document import Document
from annotation.core.link_clusters import Cluster
from annotation.core.link_clusters import link_clusters as joined
from annotation.core.matching import ENOUGH, Interval
from annotation.core.messages import percent
from training.scoring.document_pairs import DocumentPair

SAME_AS = "SameAs"

LinkRow: TypeAlias = tuple[float, ...]
"""Of one document: gold and predicted clusters and their CEAF-e similarity; gold and predicted mentions in clusters,
and those resolved, each cluster's by LEA, on either side."""


@dataclass(frozen=True, slots=True)
class SharePRF:
    """Precision, recall and F1 as fractions, each with its 95% interval, None with too few stories to give one.

    `interval` is that of F1.
    """

    precision: float
    recall: float
    f1: float
    precision_interval: Interval | None
    recall_interval: Interval | None
    interval: Interval | None

    @classmethod
    def of(cls, shares: Floats, left_out: Floats, *, items: Floats, stories: NDArray[np.int64]) -> SharePRF:
        """From precision, recall and F1, [3], the same without each story, [stories, 3], and what each is of, [3]."""
        ends = intervals.of_shares(shares, left_out, items=items, clusters=stories)
        precision, recall, f1 = shares.tolist()
        return cls(precision, recall, f1, *intervals.pairs(ends))

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        shares: dict[str, object] = {"f1": self.f1, "precision": self.precision, "recall": self.recall}
        ends = {"interval": self.interval, "precision_interval": self.precision_interval}
        ends["recall_interval"] = self.recall_interval
        return shares | {name: list(pair) for name, pair in ends.items() if pair}


@dataclass(frozen=True, slots=True)
class Links:
    """`gold` and `predicted` count clusters. `enough`: either side has at least `ENOUGH` (30) of them."""

    gold: int
    predicted: int
    ceaf_e: SharePRF
    lea: SharePRF

    @classmethod
    def of(cls, rows: Sequence[LinkRow], stories: Sequence[str]) -> Links:
        """From what each document has, and the story of each."""
        table = intervals.by_cluster(np.array(rows, dtype=np.float64).reshape(len(rows), 7), stories)
        left_out, total = intervals.left(table), table.sum(axis=0)
        gold, predicted = total[:2]
        items = np.array([predicted, gold, (gold + predicted) / 2])
        some = (table[:, :2] > 0).sum(axis=0)
        found = np.array([some[1], some[0], table[:, :2].any(axis=1).sum()])
        ceaf_e, lea = (
            SharePRF.of(measure(total[None])[0], measure(left_out), items=items, stories=found)
            for measure in (_ceaf_e, _lea)
        )
        return cls(int(gold), int(predicted), ceaf_e, lea)

    @property
    def enough(self) -> bool:
        """Whether either side has at least `ENOUGH` clusters; a score of fewer is too uncertain to use."""
        return max(self.gold, self.predicted) >= ENOUGH

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        counts: dict[str, object] = {"gold": self.gold, "predicted": self.predicted, "enough": self.enough}
        return {**counts, "CEAF-e": self.ceaf_e.as_dict(), "LEA": self.lea.as_dict()}

    def table(self) -> Iterator[tuple[str, ...]]:
        """Rows for a terminal, a heading first, in percent."""
        yield "", "F1", "P", "R", "gold clusters", "predicted"
        for name, share in (("CEAF-e", self.ceaf_e), ("LEA", self.lea)):
            yield name, *map(percent, (share.f1, share.precision, share.recall)), str(self.gold), str(self.predicted)


def links(pairs: Iterable[DocumentPair], *, label: str = SAME_AS) -> Links:
    """The scores of the clusters that links of this label make, over all pairs."""
    pairs = list(pairs)
    return Links.of([row(pair, label=label) for pair in pairs], [pair.story for pair in pairs])


def row(pair: DocumentPair, *, label: str = SAME_AS) -> LinkRow:
    """The counts of one pair."""
    gold, predicted = clusters(pair.gold, label), clusters(pair.predicted, label)
    sizes = (float(sum(map(len, gold))), float(sum(map(len, predicted))))
    resolved = (_resolved(gold, predicted), _resolved(predicted, gold))
    return (len(gold), len(predicted), _similarity(gold, predicted), *sizes, *resolved)


def clusters(document: Document, label: str = SAME_AS) -> list[Cluster]:
    """What hangs together by links of this label, in text order."""
    return joined(link for link in document.links if link.label == label)


def _similarity(gold: Sequence[Cluster], predicted: Sequence[Cluster]) -> float:
    """The most that phi 4 can add up to, one to one."""
    if not gold or not predicted:
        return 0.0
    phi = np.array([[2 * len(k & r) / (len(k) + len(r)) for r in predicted] for k in gold])
    return float(phi[linear_sum_assignment(phi, maximize=True)].sum())


def _resolved(clusters: Sequence[Cluster], others: Sequence[Cluster]) -> float:
    """Over clusters: size times the share of links that the others have too."""
    return sum(len(k) * sum(_pairs(len(k & r)) for r in others) / _pairs(len(k)) for k in clusters)


def _pairs(mentions: int) -> int:
    return mentions * (mentions - 1) // 2


def _ceaf_e(sums: Floats) -> Floats:
    return _shares(sums[:, 2], sums[:, 2], sums[:, 0], sums[:, 1])


def _lea(sums: Floats) -> Floats:
    return _shares(sums[:, 5], sums[:, 6], sums[:, 3], sums[:, 4])


def _shares(recalled: Floats, right: Floats, gold: Floats, predicted: Floats) -> Floats:
    """Precision, recall, F1, [..., 3]; a share of nothing is 0."""
    recall, precision = bootstrap.ratio(recalled, gold), bootstrap.ratio(right, predicted)
    return np.stack([precision, recall, bootstrap.ratio(2 * precision * recall, precision + recall)], axis=-1)
