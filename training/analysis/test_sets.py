"""Two models on two test sets: a change of the score that is the test set's is told from one that is the model's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from annotation.core import intervals
from annotation.core.document import Document
from annotation.core.matching import HEADLINE, PRF, UNITS, Interval
from training.analysis.stories import with_stories
from training.scoring.document_pairs import pair_documents
from training.scoring.scores import Scores, score_pairs


@dataclass(frozen=True)
class TestSetScores:
    """What both models reach on one test set, by score; `interval` is the 95% interval of the headline's difference.

    whose: the model that this is the test set of. left_out: documents left out, as one of the models was made with
    them; where there are any, the other figures are of the rest. languages: the headline by language, before and now.
    """

    name: str
    whose: str
    documents: int
    stories: int
    left_out: int
    before: Mapping[str, PRF]
    now: Mapping[str, PRF]
    interval: Interval | None
    languages: Mapping[str, tuple[PRF, PRF]]

    @property
    def delta(self) -> float:
        """The headline now less before, as a fraction."""
        return self.now[HEADLINE].f1 - self.before[HEADLINE].f1

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        row: dict[str, object] = {"name": self.name, "of": self.whose, "documents": self.documents}
        row |= {"stories": self.stories, "left_out": self.left_out, "delta": self.delta}
        if self.interval:
            row |= dict(zip(("low", "high"), self.interval, strict=True))
        for side, scores in (("before", self.before), ("now", self.now)):
            row[side] = {unit: prf.as_dict() for unit, prf in scores.items()}
        return row


@dataclass(frozen=True)
class Predictions:
    """Gold documents of a test set with what the model now, and the one before, predict for them.

    made_with: ids of those that either model was made with.
    """

    name: str
    whose: str
    gold: Sequence[Document]
    now: Sequence[Document]
    before: Sequence[Document]
    made_with: Collection[str] = ()

    def scores(self) -> list[TestSetScores]:
        """The scores of all of them and, where a model was made with some, of the others: none where none are left."""
        rest = [document for document in self.gold if document.id not in self.made_with]
        kept = [self.gold, *([rest] if 0 < len(rest) < len(self.gold) else [])]
        return [self._scores(documents) for documents in kept]

    def _scores(self, gold: Sequence[Document]) -> TestSetScores:
        ids = {document.id for document in gold}
        sides = [[document for document in side if document.id in ids] for side in (self.now, self.before)]
        pairs = with_stories(pair_documents(gold, sides[0]))
        others = pair_documents(gold, sides[1])
        now = score_pairs(pairs)
        before = score_pairs(replace(b, cluster=a.story) for a, b in zip(pairs, others, strict=True))
        return TestSetScores(
            name=self.name,
            whose=self.whose,
            documents=now.documents,
            stories=now.overall.stories,
            left_out=len(self.gold) - len(gold),
            before=before.micro,
            now=now.micro,
            interval=_difference(now, before),
            languages={
                code: (before.by_language[code].micro[HEADLINE], part.micro[HEADLINE])
                for code, part in now.by_language.items()
            },
        )


def _difference(now: Scores, before: Scores) -> Interval | None:
    """The 95% interval of the headline's difference."""
    at = UNITS.index(HEADLINE)
    sides = [intervals.by_cluster(side.counts[:, [at]].astype(np.float64), side.stories) for side in (now, before)]
    return intervals.pairs(intervals.of_differences(*sides))[0]
