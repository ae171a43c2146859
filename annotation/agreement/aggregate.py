"""Pair counts summed into scores with confidence intervals, for one group of articles or annotators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from annotation.agreement.kappa import Kappa, Values
from annotation.agreement.pair_counts import STRICTNESS, KindAndType, PairCounts
from annotation.core import intervals
from annotation.core.bootstrap import CountArray
from annotation.core.matching import PRF, UNITS

FEWEST_ARTICLES = 10
"""Groups of fewer articles are reported as too small: so few cannot stand for the next ones."""
Scores = Mapping[str, PRF]


@dataclass(frozen=True)
class AgreementGroup:
    """The scores of one group. In each PRF `gold` counts the first annotator's items, `predicted` the second's.

    scores: by strictness (`STRICTNESS`), then by unit. given: arguments of events whose triggers are matched, by
    strictness. types: by strictness, kind, and type. attributes: kappa by attribute.
    """

    articles: int
    scores: Mapping[str, Scores]
    given: Scores
    types: Mapping[str, Mapping[str, Scores]]
    attributes: Mapping[str, Kappa]

    def enough(self, score: PRF | Kappa) -> bool:
        """Whether the score or kappa rests on enough items (`ENOUGH`) and articles (`FEWEST_ARTICLES`)."""
        return score.enough and self.articles >= FEWEST_ARTICLES

    def plain(self, scores: Scores) -> dict[str, object]:
        """F1 of each unit as JSON values, with the counts of the first annotator (`a`), the second (`b`) and both.

        Precision and recall are left out: neither annotator is the reference.
        """
        return {
            name: {
                "f1": prf.f1,
                "a": prf.gold,
                "b": prf.predicted,
                "both": prf.correct,
                "interval": list(prf.interval) if prf.interval else None,
                "enough": self.enough(prf),
            }
            for name, prf in scores.items()
        }


def group(comparisons: Sequence[PairCounts]) -> AgreementGroup:
    """Sum counts over the pairs of each article, then over articles. Intervals are over whole articles."""
    by_article: dict[str, list[PairCounts]] = {}
    for comparison in comparisons:
        by_article.setdefault(comparison.article, []).append(comparison)
    articles = list(by_article.values())
    units = len(STRICTNESS) * len(UNITS)
    counts = np.array([sum(c.counts for c in article) for article in articles]).reshape(len(articles), units, 3)
    given = np.array([sum(c.given for c in article) for article in articles]).reshape(len(articles), len(STRICTNESS), 3)
    cells = sorted(
        {cell for comparison in comparisons for cell in comparison.types[0].keys() | comparison.types[1].keys()}
    )
    typed = _typed(articles, cells)
    scores = iter(_prfs(np.concatenate([counts, given, typed], axis=1)))
    return AgreementGroup(
        len(articles),
        scores={strictness: {unit: next(scores) for unit in UNITS} for strictness in STRICTNESS},
        given={strictness: next(scores) for strictness in STRICTNESS},
        types={strictness: _by_kind(cells, [next(scores) for _ in cells]) for strictness in STRICTNESS},
        attributes=_kappas(articles),
    )


def _typed(articles: Sequence[Sequence[PairCounts]], cells: Sequence[KindAndType]) -> CountArray:
    """Counts by type, [articles, strictness x cells, 3]."""
    column = {cell: number for number, cell in enumerate(cells)}
    table = np.zeros((len(articles), len(STRICTNESS), len(cells), 3), dtype=np.int64)
    for number, article in enumerate(articles):
        for comparison in article:
            for strictness, rows in enumerate(comparison.types):
                for cell, row in rows.items():
                    table[number, strictness, column[cell]] += row
    return table.reshape(len(articles), len(STRICTNESS) * len(cells), 3)


def _prfs(counts: CountArray) -> list[PRF]:
    """Counts [articles, units, 3] -> scores over all articles, with intervals where enough articles have any."""
    ends = intervals.pairs(intervals.of_counts(counts)[:, 0])
    return [
        PRF(int(first), int(second), int(both), interval)
        for (first, second, both), interval in zip(counts.sum(axis=0), ends, strict=True)
    ]


def _by_kind(cells: Sequence[KindAndType], prfs: Sequence[PRF]) -> dict[str, dict[str, PRF]]:
    by_kind: dict[str, dict[str, PRF]] = {}
    for (kind, label), prf in zip(cells, prfs, strict=True):
        by_kind.setdefault(kind, {})[label] = prf
    return by_kind


def _kappas(articles: Sequence[Sequence[PairCounts]]) -> dict[str, Kappa]:
    values: list[dict[str, Values]] = []
    for article in articles:
        summed: dict[str, Values] = {}
        for comparison in article:
            for name, counted in comparison.values.items():
                summed[name] = summed.get(name, Values()) + counted
        values.append(summed)
    names = dict.fromkeys(name for summed in values for name in summed)
    return {name: Kappa.over([summed.get(name, Values()) for summed in values]) for name in names}
