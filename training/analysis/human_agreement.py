"""What people reach against each other, beside the model: over all articles, and on the very articles it is scored on.

A snapshot's agreement holds the counts of every article that several people have marked. Of those among the scored
articles, people and model are compared on the same texts; the rest may be easier, or harder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from annotation.core import intervals
from annotation.core.bootstrap import CountArray
from annotation.core.matching import HEADLINE, PRF, UNITS, Interval
from training.scoring.document_pairs import DocumentPair


@dataclass(frozen=True)
class SameArticles:
    """The headline score of two people against each other, and of the model against gold, in the same articles.

    stories: the articles, near-duplicates counted once. difference: a 95% interval of the model's F1 less people's,
    over stories; None with too few of them.
    """

    articles: int
    stories: int
    human: PRF
    model: PRF
    difference: Interval | None

    @property
    def enough(self) -> bool:
        """Whether there are enough stories for an interval of either."""
        return self.human.interval is not None and self.model.interval is not None

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "articles": self.articles,
            "stories": self.stories,
            "human": self.human.as_dict(),
            "model": self.model.as_dict(),
            "difference": list(self.difference) if self.difference else None,
        }


def same_articles(
    pairs: Sequence[DocumentPair], agreement: Mapping[str, object] | None
) -> dict[str, SameArticles] | None:
    """Of all scored articles that several people have marked (""), and by language where there are two.

    Empty where none of the scored articles is one; None where the snapshot does not tell which are.
    """
    counts = agreement.get("articles") if agreement else None
    if not isinstance(counts, Mapping):
        return None
    shared = [pair for pair in pairs if pair.gold.id in counts]
    languages = sorted({pair.gold.language for pair in shared})
    parts = {"": shared}
    if len(languages) > 1:
        parts |= {code: [pair for pair in shared if pair.gold.language == code] for code in languages}
    return {code: _compared(part, counts) for code, part in parts.items() if part}


def _compared(pairs: Sequence[DocumentPair], counts: Mapping[str, Mapping[str, Sequence[int]]]) -> SameArticles:
    stories = [pair.story for pair in pairs]
    human = _by_story([list(counts[pair.gold.id][HEADLINE]) for pair in pairs], stories)
    model = _by_story([_counts(pair) for pair in pairs], stories)
    return SameArticles(
        articles=len(pairs),
        stories=len(human),
        human=_score(human),
        model=_score(model),
        difference=intervals.pair(intervals.of_differences(model, human)),
    )


def _counts(pair: DocumentPair) -> list[int]:
    return [len(side[HEADLINE]) for side in (pair.gold_units, pair.predicted_units, pair.shared_units)]


def _by_story(counts: Sequence[Sequence[int]], stories: Sequence[str]) -> CountArray:
    """[stories, 1, 3]."""
    return intervals.by_cluster(np.array(counts, dtype=np.int64)[:, None], stories)


def _score(counts: CountArray) -> PRF:
    first, second, both = counts.sum(axis=0)[0].tolist()
    return PRF(first, second, both, intervals.pair(intervals.of_counts(counts)[:, 0]))


def human_scores(agreement: Mapping[str, object] | None) -> dict[str, PRF]:
    """The annotators' headline over all documents ("") and by language, out of an agreement's plain values."""
    if not agreement or not agreement.get("documents"):
        return {}
    languages = agreement.get("languages")
    parts = {"": agreement.get("overall"), **(languages if isinstance(languages, Mapping) else {})}
    return {code: units[HEADLINE] for code, part in parts.items() if HEADLINE in (units := agreement_scores(part))}


def agreement_scores(part: object) -> dict[str, PRF]:
    """One part of an agreement's plain values as scores by unit; gold and predicted are merely one and the other."""
    rows = part.items() if isinstance(part, Mapping) else ()
    return {unit: _agreed(row) for unit, row in rows if unit in UNITS}


def _agreed(row: Mapping[str, object]) -> PRF:
    first, second, both = (int(str(row[side])) for side in ("a", "b", "both"))
    ends = row.get("interval")
    interval = (float(ends[0]), float(ends[1])) if isinstance(ends, Sequence) else None
    return PRF(first, second, both, interval)
