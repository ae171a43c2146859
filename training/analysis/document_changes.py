"""Documents in which two models differ: what each gets right of the same gold, item by item, the worst change first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotation.core.matching import HEADLINE, Items
from training.scoring.document_pairs import DocumentPair

COMPARED = ("Trig-C", HEADLINE, "Entity")
"""The scores whose items are compared: what a reader sees marked in the text."""


@dataclass(frozen=True, eq=False)
class DocumentChange:
    """A document in which two models differ: the pairs of gold with what either predicts.

    worse: by score, items that are right before and wrong now: a gold item no longer found, or a new false one.
    better: the reverse.
    """

    now: DocumentPair
    before: DocumentPair
    worse: Mapping[str, Items]
    better: Mapping[str, Items]

    @classmethod
    def of(cls, now: DocumentPair, before: DocumentPair) -> DocumentChange:
        """Both pairs are of the same gold Document."""
        worse, better = {}, {}
        for unit in COMPARED:
            gold, new, old = now.gold_units[unit], now.predicted_units[unit], before.predicted_units[unit]
            worse[unit], better[unit] = (gold & old - new) | (new - gold - old), (gold & new - old) | (old - gold - new)
        return cls(now, before, worse, better)

    def __bool__(self) -> bool:
        return any(self.worse.values()) or any(self.better.values())

    @property
    def id(self) -> str:
        """The id of the document."""
        return self.now.gold.id

    def counts(self, unit: str) -> tuple[int, int]:
        """How many items of a score got worse, and how many better."""
        return len(self.worse[unit]), len(self.better[unit])

    @property
    def badness(self) -> tuple[int, int, str]:
        """Sort key, the worst first: the balance of arguments, then of everything, better less worse."""
        worse, better = (sum(map(len, side.values())) for side in (self.worse, self.better))
        return len(self.better[HEADLINE]) - len(self.worse[HEADLINE]), better - worse, self.id

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values: the id, and the number of items by score."""
        sides = (("worse", self.worse), ("better", self.better))
        return {"id": self.id, **{name: {unit: len(items) for unit, items in side.items()} for name, side in sides}}


def document_changes(now: Sequence[DocumentPair], before: Sequence[DocumentPair]) -> list[DocumentChange]:
    """The documents in which the models differ, the worst change first. Both sides hold the same gold, in one order."""
    changes = (DocumentChange.of(new, old) for new, old in zip(now, before, strict=True))
    return sorted((change for change in changes if change), key=lambda change: change.badness)
