"""Comparisons summed: what one group of articles or annotators reaches, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from annotation.agreement.kappa import Kappa, Values
from annotation.agreement.pair_counts import STRICTNESS, KindAndType, PairCounts
from annotation.core import bootstrap
from annotation.core.bootstrap import CountArray
from annotation.core.matching import PRF, UNITS

FEWEST_ARTICLES = 10
"""Articles below which an interval is too few to say: with less to draw from, every draw is like the others."""
Scores = Mapping[str, PRF]


@dataclass(frozen=True)
class Group:
    """Scores by strictness (`STRICTNESS`), then by unit; `gold` and `predicted` in them are merely one and the other.

    given: arguments of events whose triggers are matched, by strictness. types: by strictness, kind, and type.
    """

    articles: int
    scores: Mapping[str, Scores]
    given: Scores
    types: Mapping[str, Mapping[str, Scores]]
    attributes: Mapping[str, Kappa]

    def enough(self, score: PRF | Kappa) -> bool:
        """Whether one of this group's scores, or kappas, rests on enough items and articles to say something."""
        return score.enough and self.articles >= FEWEST_ARTICLES

    def plain(self, scores: Scores) -> dict[str, object]:
        """F1 with what each side marked and what both did: precision and recall have no meaning between equals."""
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


def group(compared: Sequence[PairCounts]) -> Group:
    """Sum over the pairs of each article, then over articles, which are also what intervals draw again."""
    rows: dict[str, list[PairCounts]] = {}
    for comparison in compared:
        rows.setdefault(comparison.article, []).append(comparison)
    articles = list(rows.values())
    units = len(STRICTNESS) * len(UNITS)
    counts = np.array([sum(c.counts for c in same) for same in articles]).reshape(len(articles), units, 3)
    given = np.array([sum(c.given for c in same) for same in articles]).reshape(len(articles), len(STRICTNESS), 3)
    cells = sorted(
        {cell for comparison in compared for cell in comparison.types[0].keys() | comparison.types[1].keys()}
    )
    typed = _typed(articles, cells)
    each = iter(_prfs(np.concatenate([counts, given, typed], axis=1)))
    return Group(
        len(articles),
        scores={strictness: {unit: next(each) for unit in UNITS} for strictness in STRICTNESS},
        given={strictness: next(each) for strictness in STRICTNESS},
        types={strictness: _by_kind(cells, [next(each) for _ in cells]) for strictness in STRICTNESS},
        attributes=_kappas(articles),
    )


def _typed(articles: Sequence[Sequence[PairCounts]], cells: Sequence[KindAndType]) -> CountArray:
    """[articles, strictness x cells, 3]."""
    column = {cell: number for number, cell in enumerate(cells)}
    table = np.zeros((len(articles), len(STRICTNESS), len(cells), 3), dtype=np.int64)
    for number, same in enumerate(articles):
        for comparison in same:
            for strictness, rows in enumerate(comparison.types):
                for cell, row in rows.items():
                    table[number, strictness, column[cell]] += row
    return table.reshape(len(articles), len(STRICTNESS) * len(cells), 3)


def _prfs(counts: CountArray) -> list[PRF]:
    """The sum over articles of [articles, units, 3]; intervals where there is something in two articles or more."""
    sums = [PRF(int(one), int(two), int(both)) for one, two, both in counts.sum(axis=0)]
    if len(counts) < 2:
        return sums
    ends = bootstrap.pairs(bootstrap.bounds(bootstrap.resampled_f1(counts)))
    return [
        replace(prf, interval=pair) if prf.gold + prf.predicted else prf for prf, pair in zip(sums, ends, strict=True)
    ]


def _by_kind(cells: Sequence[KindAndType], prfs: Sequence[PRF]) -> dict[str, dict[str, PRF]]:
    found: dict[str, dict[str, PRF]] = {}
    for (kind, label), prf in zip(cells, prfs, strict=True):
        found.setdefault(kind, {})[label] = prf
    return found


def _kappas(articles: Sequence[Sequence[PairCounts]]) -> dict[str, Kappa]:
    values: list[dict[str, Values]] = []
    for same in articles:
        summed: dict[str, Values] = {}
        for comparison in same:
            for name, counted in comparison.values.items():
                summed[name] = summed.get(name, Values()) + counted
        values.append(summed)
    names = dict.fromkeys(name for summed in values for name in summed)
    return {name: Kappa.over([summed.get(name, Values()) for summed in values]) for name in names}
