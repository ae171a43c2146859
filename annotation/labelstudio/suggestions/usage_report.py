"""Statistics of suggestions after annotation: acceptance rates, and whether suggestions anchored the annotators.

Confidence intervals are over articles, as elsewhere in naba, because marks in one article depend on each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeAlias

import numpy as np

from annotation.agreement.aggregate import FEWEST_ARTICLES, AgreementGroup, group
from annotation.agreement.pair_counts import EXACT, PairCounts
from annotation.core import bootstrap, intervals
from annotation.core.matching import ENOUGH, UNITS, Interval
from annotation.labelstudio.suggestions.aided_pairs import WITH
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
Label: TypeAlias = tuple[str, str]
"""A layer and a label; the label "" stands for the whole layer."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Counts of what became of one label's suggestions; `added` marks were not suggested.

    `interval` is the 95% interval of the share `accepted`.
    """

    counts: Mapping[str, int]
    articles: int
    interval: Interval | None = None

    @property
    def suggested(self) -> int:
        """The number of suggestions, without `added` marks."""
        return sum(count for fate, count in self.counts.items() if fate != ADDED)

    @property
    def accepted(self) -> float:
        """The share of suggestions submitted unchanged, from 0 to 1; 0 without suggestions."""
        return self.counts.get(ACCEPTED, 0) / self.suggested if self.suggested else 0.0

    @property
    def enough(self) -> bool:
        """Whether there are at least 30 suggestions, in at least 10 articles."""
        return self.suggested >= ENOUGH and self.articles >= FEWEST_ARTICLES

    def as_dict(self) -> dict[str, object]:
        """The counts and shares as plain JSON values."""
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
        """Table cells: suggested, accepted in percent, its interval, edited, deleted, added."""
        ends = f"{100 * self.interval[0]:.0f}-{100 * self.interval[1]:.0f}" if self.interval else ""
        share = f"{100 * self.accepted:.0f}{'' if self.enough else '?'}" if self.suggested else ""
        edits = sum(self.counts.get(name, 0) for name in EDITED)
        ways = (self.counts.get(name, 0) for name in (BOUNDARIES, TYPE, BOTH))
        edited = f"{edits} ({'/'.join(map(str, ways))})" if edits else "0"
        last = (str(self.counts.get(name, 0)) for name in (DELETED, ADDED))
        return str(self.suggested), share, ends, edited, *last


@dataclass
class Version:
    """One model version: the number of annotations made from its suggestions, and their lead times in seconds.

    `rows`: article id -> counts of outcomes.
    """

    annotations: int = 0
    lead_times: list[float] = field(default_factory=list)
    rows: dict[str, Counter[OutcomeKey]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, article: str, counts: Counter[OutcomeKey], lead_time: float | None) -> None:
        """Add one annotation."""
        self.annotations += 1
        self.rows[article] += counts
        if lead_time is not None:
            self.lead_times.append(lead_time)

    def fates(self) -> dict[Label, Fate]:
        """Layer and label -> fate; in each layer the total comes first."""
        articles_of: dict[Label, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for article, counts in self.rows.items():
            for (layer, label, fate), count in counts.items():
                for name in ("", label):
                    articles_of[layer, name][article][fate] += count
        order = sorted(articles_of, key=lambda label: (LAYERS.index(label[0]), label[1]))
        return {label: _fate(list(articles_of[label].values())) for label in order}


@dataclass
class SuggestionUsage:
    """How suggestions were used in a project.

    versions: by model version. unaided: annotations made without a suggestion. pairs: two annotators' versions of an
    article compared, by how many of the two began from a suggestion, and summed for each article.
    """

    versions: dict[str, Version] = field(default_factory=lambda: defaultdict(Version))
    unaided: Version = field(default_factory=Version)
    pairs: dict[str, dict[str, PairCounts]] = field(default_factory=lambda: {name: {} for name in WITH})

    def agreement(self) -> dict[str, AgreementGroup]:
        """The agreement of the pairs, for each number of suggestions that occurs."""
        return {name: group(list(articles.values())) for name, articles in self.pairs.items() if articles}

    def anchoring(self) -> dict[str, tuple[float, Interval | None]]:
        """Unit -> F1 of pairs who both had suggestions minus F1 of pairs without, and its 95% interval.

        The two sets contain different articles. Empty when one set is empty; no interval when one has too few articles.
        """
        both, none = (_counts(self.pairs[name]) for name in ("both", "none"))
        if not len(both) or not len(none):
            return {}
        ends = intervals.pairs(intervals.of_independent(both, none))
        gaps = bootstrap.f1(both.sum(axis=0).astype(float)) - bootstrap.f1(none.sum(axis=0).astype(float))
        return {unit: (float(gaps[at]), ends[at]) for at, unit in enumerate(UNITS)}

    def as_dict(self) -> dict[str, object]:
        """All figures as plain JSON values."""
        groups, gaps = self.agreement(), self.anchoring()
        return {
            "versions": {name: _version(version) for name, version in self.versions.items()},
            "unaided": _times(self.unaided),
            "agreement": {
                name: {"articles": pair_group.articles, **pair_group.plain(pair_group.scores[EXACT])}
                for name, pair_group in groups.items()
            },
            "anchoring": {
                unit: {"difference": gap, "interval": list(ends) if ends else None}
                for unit, (gap, ends) in gaps.items()
            },
        }

    def table(self, version: str) -> Iterator[tuple[str, ...]]:
        """Rows for a terminal, header first."""
        yield "", "suggested", "accepted %", "95%", "edited (ends/label/both)", "deleted", "added"
        for (layer, label), fate in self.versions[version].fates().items():
            yield f"  {label}" if label else f"all {layer}s".replace("entitys", "entities"), *fate.cells()

    def agreement_table(self) -> Iterator[tuple[str, ...]]:
        """F1 in percent, header first; "?" marks scores with too little data."""
        yield "of two annotators, with suggestions", "articles", *(name for unit in SHOWN for name in (unit, "95%"))
        for name, pair_group in self.agreement().items():
            yield name, str(pair_group.articles), *(cell for unit in SHOWN for cell in _score(pair_group, unit))
        gaps = self.anchoring()
        if gaps:
            cells = [cell for unit in SHOWN for cell in _gap(*gaps[unit])]
            yield "both less none", "", *cells


def _gap(gap: float, ends: Interval | None) -> tuple[str, str]:
    return f"{100 * gap:+.1f}", f"{100 * ends[0]:+.1f} to {100 * ends[1]:+.1f}" if ends else ""


def _score(pair_group: AgreementGroup, unit: str) -> tuple[str, str]:
    score = pair_group.scores[EXACT][unit]
    ends = f"{100 * score.interval[0]:.0f}-{100 * score.interval[1]:.0f}" if score.interval else ""
    return f"{100 * score.f1:.1f}{'' if pair_group.enough(score) else '?'}", ends


def _fate(articles: Sequence[Counter[str]]) -> Fate:
    """The fate with these counts per article; it has an interval when enough articles have suggestions."""
    total: Counter[str] = sum(articles, Counter())
    rows = np.array(
        [[counts[ACCEPTED], sum(count for fate, count in counts.items() if fate != ADDED)] for counts in articles]
    )
    rows = rows[rows[:, 1] > 0]
    accepted, suggested = rows[:, :1].astype(float), rows[:, 1:].astype(float)
    return Fate(total, len(rows), intervals.pair(intervals.of_ratios(accepted, suggested)))


def _counts(articles: Mapping[str, PairCounts]) -> bootstrap.CountArray:
    """Exact matches as an array [articles, units, 3]."""
    return np.array([counts.counts[0] for counts in articles.values()]).reshape(-1, len(UNITS), 3)


def _version(version: Version) -> dict[str, object]:
    layers: dict[str, dict[str, object]] = {}
    for (layer, label), fate in version.fates().items():
        layers.setdefault(layer, {})[label or "all"] = fate.as_dict()
    return {**_times(version), "layers": layers}


def _times(version: Version) -> dict[str, object]:
    lead = median(version.lead_times) if version.lead_times else None
    return {"annotations": version.annotations, "articles": len(version.rows), "median_lead_time": lead}
