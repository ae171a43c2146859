"""What else is to be known of the model before: what its training differed in, and both models on both test sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from annotation.core.matching import HEADLINE
from training.analysis.data_change import DataChange
from training.analysis.test_sets import TestSetScores

Changes: TypeAlias = Mapping[str, tuple[str, str]]
"""By name, a value before and now."""


@dataclass(frozen=True)
class SinceBefore:
    """What changed since the model before. A part that is None could not be told; `remarks` say why.

    learned: the data that the models were trained on. scored: the test sets, where they are of other snapshots than the
    training data. test_sets: both models on this test set and on that of the model before, where that is another.
    """

    learned: DataChange | None = None
    scored: DataChange | None = None
    settings: Changes | None = None
    packages: Changes | None = None
    code_changed: bool | None = None
    test_sets: tuple[TestSetScores, ...] = ()
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        row: dict[str, object] = {"test_sets": [scores.as_dict() for scores in self.test_sets]}
        data = {"learned": self.learned, "scored": self.scored}
        row |= {name: change.as_dict() for name, change in data.items() if change}
        for name, changes in (("settings", self.settings), ("packages", self.packages)):
            if changes is not None:
                row[name] = {key: list(values) for key, values in changes.items()}
        return row | {"remarks": list(self.remarks)}

    @property
    def ours(self) -> TestSetScores | None:
        """The new test set, without the documents that either model was made with, where others remain."""
        return next((scores for scores in reversed(self.test_sets) if scores.whose == "now"), None)

    @property
    def parts(self) -> tuple[float, float, float] | None:
        """The headline of the model before on its own test set, and on the new one, and that of the new model there.

        So a difference between the first and the last is the test set's and the model's, one after the other. On the
        new test set documents that either model was made with are left out, where others remain. None where both
        models have the same test set.
        """
        ours = self.ours
        theirs = next((scores for scores in self.test_sets if scores.whose == "before"), None)
        if ours is None or theirs is None:
            return None
        return theirs.before[HEADLINE].f1, ours.before[HEADLINE].f1, ours.now[HEADLINE].f1
