"""The errors to read first: a few that stand for most of what is wrong.

An error stands for another of the same cause when event types or roles, as gold has them and as they were predicted,
are the same too. Chosen are those that together stand for most (maximum coverage; taking the best next one reaches at
least 1 - 1/e of what any choice could, Nemhauser, Wolsey and Fisher 1978), as extractive summaries choose sentences
(Lin and Bilmes 2011).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from annotation.core.bootstrap import Floats
from training.analysis.error_causes import Attached, Wrong

READ_FIRST, OF_A_CAUSE = 10, 3
_ALL, _PART, _OTHER_LANGUAGE = 1.0, 0.7, 0.8
"""How far an error stands for one with the same event types and roles, for one with the same of either, and how much of
that is left between languages."""
_MOST_KINDS = 2_000
"""Kinds of errors held against each other, the most frequent ones: 32 MB of numbers."""


class ErrorKind(NamedTuple):
    """What makes errors alike: the cause, the event types and roles of gold and of what is predicted, the language."""

    cause: str
    types: tuple[str, str]
    roles: tuple[str, str]
    language: str


@dataclass(frozen=True, slots=True)
class Exemplar:
    """An error to read, and how many errors it stands for, itself among them; each error is counted for one only."""

    error: Wrong
    stands_for: int

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {**self.error.as_dict(), "stands_for": self.stands_for}


def exemplars(errors: Sequence[Wrong], most: int = READ_FIRST) -> list[Exemplar]:
    """At most so many errors that stand for most of them, in the order of what each adds.

    Of errors of one kind the one whose words lie closest together is taken, from a document that no other is from.
    """
    by_kind: dict[ErrorKind, list[Wrong]] = {}
    for error in errors:
        by_kind.setdefault(_kind(error), []).append(error)
    sizes = Counter({kind: len(alike) for kind, alike in by_kind.items()})
    kinds = [kind for kind, _ in sizes.most_common(_MOST_KINDS)]
    counts = np.array([sizes[kind] for kind in kinds], dtype=np.float64)
    likeness = _likeness(kinds)
    chosen = _greedy(likeness, counts, most)
    for_each = Counter(_nearest(likeness, chosen, counts))
    taken: set[str] = set()
    found = []
    for at in chosen:
        error = min(by_kind[kinds[at]], key=lambda e: (e.document in taken, _reach(e), e.document))
        taken.add(error.document)
        found.append(Exemplar(error, for_each[at]))
    return found


def of_causes(errors: Sequence[Wrong], causes: Iterable[str], most: int = OF_A_CAUSE) -> Mapping[str, list[Exemplar]]:
    """Examples of each cause that occurs, chosen as `exemplars` does among its own errors."""
    by_cause = {cause: [error for error in errors if error.cause == cause] for cause in causes}
    return {cause: exemplars(own, most) for cause, own in by_cause.items() if own}


def _kind(error: Wrong) -> ErrorKind:
    gold, predicted = error.gold, error.predicted
    return ErrorKind(error.cause, (_type(gold), _type(predicted)), (_role(gold), _role(predicted)), error.language)


def _type(argument: Attached | None) -> str:
    return argument.trigger.label if argument else ""


def _role(argument: Attached | None) -> str:
    return argument.role if argument else ""


def _likeness(kinds: Sequence[ErrorKind]) -> Floats:
    """How far each kind, a row, stands for each other one, a column, in 0..1."""
    cause, types, roles, language = (_same([kind[at] for kind in kinds]) for at in range(4))
    shared = np.where(types & roles, _ALL, np.where(types | roles, _PART, 0.0))
    likeness: Floats = cause * shared * np.where(language, 1.0, _OTHER_LANGUAGE)
    return likeness


def _same(values: Sequence[object]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which pairs of values are equal, [n, n]."""
    number: dict[object, int] = {}
    codes = np.array([number.setdefault(value, len(number)) for value in values], dtype=np.int64)
    same: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = codes[:, None] == codes[None, :]
    return same


def _greedy(likeness: Floats, counts: Floats, most: int) -> list[int]:
    """The rows that one after the other add most to the sum of the best likeness of every error."""
    chosen: list[int] = []
    covered = np.zeros(len(counts))
    while len(chosen) < min(most, len(counts)):
        gains = np.maximum(likeness - covered, 0.0) @ counts
        gains[chosen] = -1.0
        best = int(np.argmax(gains))
        chosen.append(best)
        covered = np.maximum(covered, likeness[best])
    return chosen


def _nearest(likeness: Floats, chosen: Sequence[int], counts: Floats) -> dict[int, int]:
    """How many errors each chosen row is the nearest to, leaving out those that none stands for."""
    total = dict.fromkeys(chosen, 0)
    if chosen:
        rows = likeness[list(chosen)]
        for column in np.flatnonzero(rows.max(axis=0) > 0):
            total[chosen[int(np.argmax(rows[:, column]))]] += int(counts[column])
    return total


def _reach(error: Wrong) -> int:
    """Characters from the first to the last of the words of an error."""
    sides = [side for side in (error.gold, error.predicted) if side]
    spans = [span for side in sides for span in (side.trigger, side.filler)]
    return max(span.end for span in spans) - min(span.start for span in spans)
