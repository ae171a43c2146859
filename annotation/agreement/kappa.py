"""Cohen's kappa of attribute values: agreement of two annotators beyond chance (Cohen 1960)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from annotation.core import intervals
from annotation.core.bootstrap import Floats
from annotation.core.matching import ENOUGH, Interval

Values: TypeAlias = Counter[tuple[str, str]]
"""How often the first annotator chose the first value and the second annotator the second value."""
_EPSILON = 1e-12


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa over the triggers that both annotators marked.

    observed: the share of triggers with equal values. expected: the share that is equal by chance. interval: a 95%
    interval over articles, None where too few have triggers.
    """

    triggers: int
    observed: float
    expected: float
    interval: Interval | None = None

    @property
    def kappa(self) -> float | None:
        """(observed - expected) / (1 - expected); None without triggers, or where chance alone agrees everywhere."""
        beyond_chance = 1 - self.expected
        return (self.observed - self.expected) / beyond_chance if self.triggers and beyond_chance > _EPSILON else None

    @property
    def enough(self) -> bool:
        """Whether there are at least `ENOUGH` triggers; with fewer, kappa is not reliable."""
        return self.triggers >= ENOUGH

    @classmethod
    def of(cls, values: Iterable[tuple[str, str]]) -> Kappa:
        """Kappa of the two annotators' values of each trigger, without an interval."""
        return cls.over([Counter(values)])

    @classmethod
    def over(cls, articles: Sequence[Values]) -> Kappa:
        """Kappa of the values in each article, with an interval if there are enough articles."""
        names = sorted({value for values in articles for pair in values for value in pair})
        joint = np.zeros((len(articles), len(names), len(names)))
        for number, values in enumerate(articles):
            for (first, second), times in values.items():
                joint[number, names.index(first), names.index(second)] += times
        table = joint.sum(axis=0)
        if not table.sum():
            return cls(0, 0.0, 0.0)
        observed, expected = _shares(table)
        result = cls(int(table.sum()), float(observed), float(expected))
        return replace(result, interval=_interval(joint, result.kappa)) if result.kappa is not None else result

    def as_dict(self) -> dict[str, object]:
        """The figures as JSON values."""
        row: dict[str, object] = {"kappa": self.kappa, "observed": self.observed, "triggers": self.triggers}
        return {**row, "enough": self.enough, "interval": list(self.interval) if self.interval else None}


def _shares(joint: Floats) -> tuple[Floats, Floats]:
    """Observed and expected agreement, [...] each, of contingency tables [..., values, values]."""
    total = joint.sum(axis=(-2, -1))
    safe = np.where(total > 0, total, 1)
    observed = np.trace(joint, axis1=-2, axis2=-1) / safe
    expected = (joint.sum(axis=-1) * joint.sum(axis=-2)).sum(axis=-1) / safe**2
    return observed, expected


def _interval(joint: Floats, kappa: float) -> Interval | None:
    """A 95% interval over articles, [articles, values, values]; without an article kappa may be undefined: then 0."""
    observed, expected = _shares(intervals.left(joint))
    beyond_chance = 1 - expected
    left_out = np.divide(observed - expected, beyond_chance, out=np.zeros(len(joint)), where=beyond_chance > _EPSILON)
    articles = np.array([joint.any(axis=(1, 2)).sum()])
    ends = intervals.of_values(np.array([kappa]), left_out[:, None], clusters=articles)
    return intervals.pair(np.clip(ends, -1.0, 1.0))
