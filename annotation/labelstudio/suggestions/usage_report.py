"""What is said of suggestions once people have worked with them: what they kept, and whether it anchored them.

Articles are drawn again for intervals, as everywhere: marks in one article stand or fall together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeAlias

import numpy as np

from annotation.agreement.aggregate import FEWEST_ARTICLES, Group, group
from annotation.agreement.pair_counts import EXACT, PairCounts
from annotation.core import bootstrap
from annotation.core.matching import ENOUGH, UNITS, Interval
from annotation.labelstudio.suggestions.outcomes import (
    ACCEPTED,
    ADDED,
    BOTH,
    BOUNDARIES,
    DELETED,
    EDITED,
    LAYERS,
    TYPE,
    OutcomeKey,
)

SHOWN = ("Trig-C", "Arg-C+", "Entity")
WITH = ("none", "one", "both")
"""How many of two annotators began from a suggestion, by number."""
Label: TypeAlias = tuple[str, str]
"""A layer and a label; "" stands for all of the layer."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one label's suggestions; `added` were not suggested. `accepted` as a share has a 95% interval.

    `enough`: there are 30 suggestions or more, in 10 articles or more.
    """

    counts: Mapping[str, int]
    articles: int
    interval: Interval | None = None

    @property
    def suggested(self) -> int:
        return sum(count for fate, count in self.counts.items() if fate != ADDED)

    @property
    def accepted(self) -> float:
        """The share that was left as it was suggested; 0 of nothing."""
        return self.counts.get(ACCEPTED, 0) / self.suggested if self.suggested else 0.0

    @property
    def enough(self) -> bool:
        return self.suggested >= ENOUGH and self.articles >= FEWEST_ARTICLES

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        edited = {name: self.counts.get(name, 0) for name in EDITED}
        return {
            "suggested": self.suggested,
            "accepted": self.counts.get(ACCEPTED, 0),
            "edited": sum(edited.values()),
            **edited,
            "deleted": self.counts.get(DELETED, 0),
            "added": self.counts.get(ADDED, 0),
            "accepted_share": self.accepted,
            "interval": list(self.interval) if self.interval else None,
            "articles": self.articles,
            "enough": self.enough,
        }

    def cells(self) -> tuple[str, ...]:
        """For a table: suggested, accepted, its interval, edited, deleted, added."""
        ends = f"{100 * self.interval[0]:.0f}-{100 * self.interval[1]:.0f}" if self.interval else ""
        share = f"{100 * self.accepted:.0f}{'' if self.enough else '?'}" if self.suggested else ""
        edits = sum(self.counts.get(name, 0) for name in EDITED)
        ways = (self.counts.get(name, 0) for name in (BOUNDARIES, TYPE, BOTH))
        edited = f"{edits} ({'/'.join(map(str, ways))})" if edits else "0"
        last = (str(self.counts.get(name, 0)) for name in (DELETED, ADDED))
        return str(self.suggested), share, ends, edited, *last


@dataclass
class Version:
    """One model version: annotations made from its suggestions, their lead times in seconds, and counts by article."""

    annotations: int = 0
    lead_times: list[float] = field(default_factory=list)
    rows: dict[str, Counter[OutcomeKey]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, article: str, counts: Counter[OutcomeKey], lead_time: float | None) -> None:
        """Take note of one annotation."""
        self.annotations += 1
        self.rows[article] += counts
        if lead_time is not None:
            self.lead_times.append(lead_time)

    def fates(self) -> dict[Label, Fate]:
        """By layer and label, each layer's sum first."""
        found: dict[Label, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for article, counts in self.rows.items():
            for (layer, label, fate), count in counts.items():
                for name in ("", label):
                    found[layer, name][article][fate] += count
        order = sorted(found, key=lambda label: (LAYERS.index(label[0]), label[1]))
        return {label: _fate(list(found[label].values())) for label in order}


@dataclass
class SuggestionUsage:
    """`versions`: by model version. `unaided`: annotations made from no suggestion, and their lead times. `pairs`: two
    people's versions of an article, by how many of the two began from a suggestion."""

    versions: dict[str, Version] = field(default_factory=lambda: defaultdict(Version))
    unaided: Version = field(default_factory=Version)
    pairs: dict[str, list[PairCounts]] = field(default_factory=lambda: {name: [] for name in WITH})

    def agreement(self) -> dict[str, Group]:
        """How far the pairs agree; those there are."""
        return {name: group(compared) for name, compared in self.pairs.items() if compared}

    def anchoring(self) -> dict[str, tuple[float, Interval]]:
        """By unit, F1 of pairs who both had suggestions less F1 of those of whom none had, with its interval.

        They are of different articles, so each side is drawn by itself. Empty where one side has nothing.
        """
        both, none = (_counts(self.pairs[name]) for name in ("both", "none"))
        if not len(both) or not len(none):
            return {}
        drawn = bootstrap.resampled_f1(both) - bootstrap.resampled_f1(none, seed=bootstrap.SEED + 1)
        gaps = bootstrap.f1(both.sum(axis=0).astype(float)) - bootstrap.f1(none.sum(axis=0).astype(float))
        ends = bootstrap.pairs(bootstrap.bounds(drawn))
        return {unit: (float(gaps[at]), ends[at]) for at, unit in enumerate(UNITS)}

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        groups, gaps = self.agreement(), self.anchoring()
        return {
            "versions": {name: _version(version) for name, version in self.versions.items()},
            "unaided": _times(self.unaided),
            "agreement": {name: {"articles": g.articles, **g.plain(g.scores[EXACT])} for name, g in groups.items()},
            "anchoring": {unit: {"difference": gap, "interval": list(ends)} for unit, (gap, ends) in gaps.items()},
        }

    def table(self, version: str) -> Iterator[tuple[str, ...]]:
        """Rows for a terminal, a heading first."""
        yield "", "suggested", "accepted %", "95%", "edited (ends/label/both)", "deleted", "added"
        for (layer, label), fate in self.versions[version].fates().items():
            yield f"  {label}" if label else f"all {layer}s".replace("entitys", "entities"), *fate.cells()

    def agreement_table(self) -> Iterator[tuple[str, ...]]:
        """F1 in percent, a heading first; "?" where there is too little to say."""
        yield "of two annotators, with suggestions", "articles", *(name for unit in SHOWN for name in (unit, "95%"))
        for name, found in self.agreement().items():
            yield name, str(found.articles), *(cell for unit in SHOWN for cell in _score(found, unit))
        gaps = self.anchoring()
        if gaps:
            each = (f"{100 * gaps[u][0]:+.1f} {100 * gaps[u][1][0]:+.1f} to {100 * gaps[u][1][1]:+.1f}" for u in SHOWN)
            told = [part for cell in each for part in cell.split(" ", 1)]
            yield "both less none", "", *told


def _score(found: Group, unit: str) -> tuple[str, str]:
    score = found.scores[EXACT][unit]
    ends = f"{100 * score.interval[0]:.0f}-{100 * score.interval[1]:.0f}" if score.interval else ""
    return f"{100 * score.f1:.1f}{'' if found.enough(score) else '?'}", ends


def _fate(articles: Sequence[Counter[str]]) -> Fate:
    """Of the counts in each article; an interval where there are two articles or more with suggestions."""
    total: Counter[str] = sum(articles, Counter())
    rows = np.array([[c[ACCEPTED], sum(n for fate, n in c.items() if fate != ADDED)] for c in articles])
    rows = rows[rows[:, 1] > 0]
    if len(rows) < 2:
        return Fate(total, len(rows))
    accepted, suggested = bootstrap.resampled(rows).T
    ends = bootstrap.bounds((accepted / suggested)[:, None])
    return Fate(total, len(rows), bootstrap.pairs(ends)[0])


def _counts(compared: Sequence[PairCounts]) -> bootstrap.CountArray:
    """[articles, units, 3], of exact matches, the pairs of an article added up."""
    articles: dict[str, list[PairCounts]] = {}
    for comparison in compared:
        articles.setdefault(comparison.article, []).append(comparison)
    return np.array([sum(c.counts[0] for c in same) for same in articles.values()]).reshape(-1, len(UNITS), 3)


def _version(version: Version) -> dict[str, object]:
    layers: dict[str, dict[str, object]] = {}
    for (layer, label), fate in version.fates().items():
        layers.setdefault(layer, {})[label or "all"] = fate.as_dict()
    return {**_times(version), "layers": layers}


def _times(version: Version) -> dict[str, object]:
    lead = median(version.lead_times) if version.lead_times else None
    return {"annotations": version.annotations, "articles": len(version.rows), "median_lead_time": lead}
