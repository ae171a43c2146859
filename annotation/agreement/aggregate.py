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
"""Groups of fewer stories are reported as too small: so few cannot stand for the next articles."""
Scores = Mapping[str, PRF]


@dataclass(frozen=True)
class AgreementGroup:
    """The scores of one group. In each PRF `gold` counts the first annotator's items, `predicted` the second's.

    stories: articles, near-duplicates counted once. scores: by strictness (`STRICTNESS`), then by unit. given:
    arguments of events whose triggers are matched, by strictness. types: by strictness, kind, and type. attributes:
    kappa by attribute.
    """

    articles: int
    stories: int
    scores: Mapping[str, Scores]
    given: Scores
    types: Mapping[str, Mapping[str, Scores]]
    attributes: Mapping[str, Kappa]

    def enough(self, score: PRF | Kappa) -> bool:
        """Whether the score or kappa rests on enough items (`ENOUGH`) and stories (`FEWEST_ARTICLES`)."""
        return score.enough and self.stories >= FEWEST_ARTICLES

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
    """Sum counts over the comparisons of each story, then over stories. Intervals are over whole stories."""
    by_story: dict[str, list[PairCounts]] = {}
    for comparison in comparisons:
        by_story.setdefault(comparison.story, []).append(comparison)
    stories = list(by_story.values())
    units = len(STRICTNESS) * len(UNITS)
    counts = np.array([sum(c.counts for c in story) for story in stories]).reshape(len(stories), units, 3)
    given = np.array([sum(c.given for c in story) for story in stories]).reshape(len(stories), len(STRICTNESS), 3)
    cells = sorted(
        {cell for comparison in comparisons for cell in comparison.types[0].keys() | comparison.types[1].keys()}
    )
    typed = _typed(stories, cells)
    scores = iter(_prfs(np.concatenate([counts, given, typed], axis=1)))
    return AgreementGroup(
        articles=len({comparison.article for comparison in comparisons}),
        stories=len(stories),
        scores={strictness: {unit: next(scores) for unit in UNITS} for strictness in STRICTNESS},
        given={strictness: next(scores) for strictness in STRICTNESS},
        types={strictness: _by_kind(cells, [next(scores) for _ in cells]) for strictness in STRICTNESS},
        attributes=_kappas(stories),
    )


def _typed(stories: Sequence[Sequence[PairCounts]], cells: Sequence[KindAndType]) -> CountArray:
    """Counts by type, [stories, strictness x cells, 3]."""
    column = {cell: number for number, cell in enumerate(cells)}
    table = np.zeros((len(stories), len(STRICTNESS), len(cells), 3), dtype=np.int64)
    for number, story in enumerate(stories):
        for comparison in story:
            for strictness, rows in enumerate(comparison.types):
                for cell, row in rows.items():
                    table[number, strictness, column[cell]] += row
    return table.reshape(len(stories), len(STRICTNESS) * len(cells), 3)


def _prfs(counts: CountArray) -> list[PRF]:
    """Counts [stories, units, 3] -> scores over all stories, with intervals where enough stories have any."""
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


def _kappas(stories: Sequence[Sequence[PairCounts]]) -> dict[str, Kappa]:
    values: list[dict[str, Values]] = []
    for story in stories:
        summed: dict[str, Values] = {}
        for comparison in story:
            for name, counted in comparison.values.items():
                summed[name] = summed.get(name, Values()) + counted
        values.append(summed)
    names = dict.fromkeys(name for summed in values for name in summed)
    return {name: Kappa.over([summed.get(name, Values()) for summed in values]) for name in names}
