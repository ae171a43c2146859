"""The model that an evaluation compares with: its scores, what differs from it, and what it was trained with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from annotation.core.document import Document
from training.analysis.comparison import compare
from training.analysis.document_changes import DocumentChange, document_changes
from training.analysis.other_trainings import OtherTrainings
from training.analysis.score_changes import UNCLEAR, Comparison, DropsConfig
from training.analysis.since_before import SinceBefore
from training.scoring.document_pairs import DocumentPair, pair_documents
from training.scoring.scores import Scores, Slicer, score_pairs


@dataclass(frozen=True, eq=False)
class Baseline:
    """The model compared with.

    `seen`: ids of the documents that the model was trained with, so that its scores on them are too high; None: not
    known. The comparison leaves them out; where none are left, it is of all documents, and no change is said to be one.
    changed: the documents in which the two differ, the worst first. since: what else changed, where that is known.
    """

    name: str
    scores: Scores
    comparison: Comparison
    seen: tuple[str, ...] | None = None
    changed: Sequence[DocumentChange] = field(default=(), repr=False)
    since: SinceBefore | None = None

    @property
    def left_out(self) -> int:
        """How many documents the comparison leaves out."""
        return self.scores.documents - self.comparison.documents

    @property
    def comparable(self) -> bool:
        """Whether there are documents that it was not trained with, as far as is known."""
        return not self.seen or self.left_out > 0

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        row: dict[str, object] = {"name": self.name, **self.comparison.as_dict()}
        if self.seen is not None:
            row |= {"seen": list(self.seen), "left_out": self.left_out}
        row["differing"] = [change.as_dict() for change in self.changed]
        return row | ({"since": self.since.as_dict()} if self.since else {})

    @classmethod
    def of(
        cls,
        name: str,
        predicted: Sequence[Document],
        pairs: Sequence[DocumentPair],
        *,
        slicer: Slicer,
        trainings: OtherTrainings,
        seen: Iterable[str] | None = None,
        since: SinceBefore | None = None,
        drops: DropsConfig | None = None,
    ) -> Baseline:
        """The model of this name that predicts these for the gold of the pairs, of which it has `seen` some."""
        paired = pair_documents((pair.gold for pair in pairs), predicted)
        old = [replace(b, cluster=a.story) for a, b in zip(pairs, paired, strict=True)]
        seen = None if seen is None else tuple(seen)
        return cls(
            name=name,
            scores=score_pairs(old, slicer),
            comparison=_comparison(pairs, old, frozenset(seen or ()), slicer, drops, trainings),
            seen=seen,
            changed=document_changes(pairs, old),
            since=since,
        )


def _comparison(
    now: Sequence[DocumentPair],
    before: Sequence[DocumentPair],
    seen: frozenset[str],
    slicer: Slicer,
    drops: DropsConfig | None,
    trainings: OtherTrainings,
) -> Comparison:
    """The comparison over the documents that are not `seen`; over all of them, saying nothing, where none is left."""
    rest = [[pair for pair in pairs if pair.gold.id not in seen] for pairs in (now, before)]
    sides = rest if rest[0] else (now, before)
    new, old = (score_pairs(pairs, slicer) for pairs in sides)
    comparison = compare(new, old, drops, trainings.compared(sides[0], slicer))
    if rest[0]:
        return comparison
    unsaid = (replace(c, verdict=UNCLEAR, testable=False, enough=False) for c in comparison.changes)
    return replace(comparison, changes=tuple(unsaid))
