"""Error analysis: a cause for every wrong argument, and what Arg-C+ would be if a cause were fixed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from annotation.core import bootstrap, intervals
from annotation.core.bootstrap import Floats
from annotation.core.matching import HEADLINE, PRF, Interval
from training.analysis.error_causes import CAUSES, Wrong, argument_errors
from training.scoring.document_pairs import DocumentPair


@dataclass(frozen=True, slots=True)
class Cause:
    """How many arguments are missed and how many predicted ones wrong for this cause.

    `f1_if_fixed` is Arg-C+ F1 if each of the missed were found and none of the wrong ones predicted; `gain` what that
    adds to the F1 there is; both with their 95% interval, None with too few stories. Fixing all causes gives 1.
    """

    name: str
    missed: int
    spurious: int
    f1_if_fixed: float
    gain: float
    f1_interval: Interval | None
    gain_interval: Interval | None

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "meaning": CAUSES[self.name],
            "missed": self.missed,
            "spurious": self.spurious,
            "f1_if_fixed": self.f1_if_fixed,
            **({"f1_interval": list(self.f1_interval)} if self.f1_interval else {}),
            "gain": self.gain,
            **({"gain_interval": list(self.gain_interval)} if self.gain_interval else {}),
        }


@dataclass(frozen=True)
class Diagnosis:
    """The errors of a model over some documents, in their order; `causes` are all of `CAUSES`, in theirs."""

    arguments: PRF
    causes: tuple[Cause, ...]
    by_language: Mapping[str, tuple[Cause, ...]]
    errors: tuple[Wrong, ...] = field(repr=False)

    @property
    def worst(self) -> Cause | None:
        """The cause that costs most F1, None where nothing is wrong."""
        best = max(self.causes, key=lambda cause: cause.gain, default=None)
        return best if best and best.gain > 0 else None

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values, without the errors themselves."""
        return {
            "score": HEADLINE,
            "arguments": self.arguments.as_dict(),
            "causes": {cause.name: cause.as_dict() for cause in self.causes},
            "languages": {
                language: {cause.name: cause.as_dict() for cause in causes}
                for language, causes in self.by_language.items()
            },
        }


def diagnose(pairs: Sequence[DocumentPair]) -> Diagnosis:
    """A cause for every missed and every spurious argument."""
    errors = [argument_errors(pair) for pair in pairs]
    arguments = np.array([_count(pair) for pair in pairs], dtype=np.int64).reshape(len(pairs), 3)
    sides = np.array([_sides(row) for row in errors], dtype=np.int64).reshape(len(pairs), len(CAUSES), 2)
    languages = np.array([pair.gold.language for pair in pairs], dtype=object)
    stories = np.array([pair.story for pair in pairs], dtype=object)
    return Diagnosis(
        arguments=PRF(*arguments.sum(axis=0).tolist()),
        causes=_causes(arguments, sides, stories),
        by_language={
            language: _causes(*(rows[languages == language] for rows in (arguments, sides, stories)))
            for language in sorted(set(languages))
        },
        errors=tuple(error for row in errors for error in row),
    )


def if_fixed(arguments: PRF, fixed: Iterable[Wrong]) -> PRF:
    """The scores with these errors fixed: the missed arguments are found, the spurious ones not predicted."""
    missed, spurious = np.array(_sides(fixed)).sum(axis=0).tolist()
    return PRF(arguments.gold, arguments.predicted + missed - spurious, arguments.correct + missed)


def _causes(arguments: NDArray[np.int64], sides: NDArray[np.int64], stories: NDArray[np.object_]) -> tuple[Cause, ...]:
    """`arguments` is [documents, 3]: gold, predicted, correct; `sides` is [documents, causes, 2]: missed, spurious."""
    rows = np.concatenate([arguments, sides.reshape(len(sides), -1)], axis=1).astype(np.float64)
    counts = intervals.by_cluster(rows, list(stories))
    now, fixed = _f1(counts.sum(axis=0)[None])
    now_without, without = _f1(intervals.left(counts))
    clusters = np.full(len(CAUSES), counts[:, :2].any(axis=1).sum())
    items = np.full(len(CAUSES), arguments[:, :2].sum() / 2)
    ends = intervals.pairs(intervals.of_shares(fixed[0], without, items=items, clusters=clusters))
    apart = intervals.of_values((fixed - now)[0], without - now_without, clusters=clusters)
    gains = intervals.pairs(np.clip(apart, 0.0, 1.0))
    totals = sides.sum(axis=0).tolist()
    return tuple(
        Cause(name, missed, spurious, float(f1), float(f1 - now[0, 0]), *bounds)
        for name, (missed, spurious), f1, *bounds in zip(CAUSES, totals, fixed[0], ends, gains, strict=True)
    )


def _f1(counts: Floats) -> tuple[Floats, Floats]:
    """[n, 3 + 2 x causes] -> F1 now, [n, 1], and with each cause fixed, [n, causes]."""
    gold, predicted, correct = counts[:, :3].T[..., None]
    missed, spurious = np.moveaxis(counts[:, 3:].reshape(len(counts), -1, 2), -1, 0)
    now = np.stack([gold, predicted, correct], axis=-1)
    fixed = np.stack([gold + 0 * missed, predicted + missed - spurious, correct + missed], axis=-1)
    return bootstrap.f1(now), bootstrap.f1(fixed)


def _sides(errors: Iterable[Wrong]) -> list[tuple[int, int]]:
    """How many are missed and how many spurious, for each cause."""
    missed, spurious = Counter[str](), Counter[str]()
    for error in errors:
        missed[error.cause] += error.gold is not None
        spurious[error.cause] += error.predicted is not None
    return [(missed[name], spurious[name]) for name in CAUSES]


def _count(pair: DocumentPair) -> tuple[int, int, int]:
    """Gold, predicted and correct arguments."""
    return len(pair.gold_units[HEADLINE]), len(pair.predicted_units[HEADLINE]), len(pair.shared_units[HEADLINE])
