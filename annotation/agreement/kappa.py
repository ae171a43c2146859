"""Cohen's kappa of attributes: agreement beyond what two people's habits alone would give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from annotation.core import bootstrap
from annotation.core.bootstrap import CountArray, Floats
from annotation.core.matching import ENOUGH, Interval

Values: TypeAlias = Counter[tuple[str, str]]
"""How often one annotator said the first value and the other the second."""
_LEAST_ROOM = 1e-12


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa over the triggers two annotators both marked.

    None where chance alone already agrees everywhere (one value throughout), or there is nothing to compare. `interval`
    is a 95% interval from drawing articles again.
    """

    triggers: int
    observed: float
    expected: float
    interval: Interval | None = None

    @property
    def kappa(self) -> float | None:
        room = 1 - self.expected
        return (self.observed - self.expected) / room if self.triggers and room > _LEAST_ROOM else None

    @property
    def enough(self) -> bool:
        """Whether there are at least `ENOUGH` triggers; with fewer the number is there, but says too little."""
        return self.triggers >= ENOUGH

    @classmethod
    def of(cls, values: Iterable[tuple[str, str]]) -> Kappa:
        """From the two annotators' values of each trigger."""
        return cls.over([Counter(values)])

    @classmethod
    def over(cls, articles: Sequence[Values]) -> Kappa:
        """From the values in each article, with an interval where there are two articles or more."""
        names = sorted({value for values in articles for pair in values for value in pair})
        joint = np.zeros((len(articles), len(names), len(names)))
        for number, values in enumerate(articles):
            for (one, two), times in values.items():
                joint[number, names.index(one), names.index(two)] += times
        total = joint.sum(axis=0)
        if not total.sum():
            return cls(0, 0.0, 0.0)
        observed, expected = _shares(total)
        found = cls(int(total.sum()), float(observed), float(expected))
        return replace(found, interval=_interval(joint)) if found.kappa is not None and len(articles) > 1 else found

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        row: dict[str, object] = {"kappa": self.kappa, "observed": self.observed, "triggers": self.triggers}
        return {**row, "enough": self.enough, "interval": list(self.interval) if self.interval else None}


def _shares(joint: Floats) -> tuple[Floats, Floats]:
    """Observed and expected agreement of tables [..., values, values]."""
    total = joint.sum(axis=(-2, -1))
    safe = np.where(total > 0, total, 1)
    observed = np.trace(joint, axis1=-2, axis2=-1) / safe
    expected = (joint.sum(axis=-1) * joint.sum(axis=-2)).sum(axis=-1) / safe**2
    return observed, expected


def _interval(joint: CountArray) -> Interval | None:
    """Over draws of articles; a draw in which kappa has no value says nothing."""
    articles, values, _ = joint.shape
    drawn = bootstrap.resampled(joint.reshape(articles, values * values)).reshape(-1, values, values)
    observed, expected = _shares(drawn)
    told = 1 - expected > _LEAST_ROOM
    kappas = (observed[told] - expected[told]) / (1 - expected[told])
    return bootstrap.pairs(bootstrap.bounds(kappas[:, None]))[0] if len(kappas) else None
