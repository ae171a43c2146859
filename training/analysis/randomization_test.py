"""Paired randomization test: which scores fell or rose beyond chance, corrected for their number.

Were two models equally good, it would be chance which of them did what on a document. So their outcomes are swapped,
document by document, at random, and a drop counts when swapping hardly ever gives one as large (Noreen 1989; Yeh 2000,
"More accurate tests for the statistical significance of result differences"). Unlike an interval from resampling, this
is exact for however few documents there are: three that got worse cannot convince anybody.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotation.core import bootstrap
from annotation.core.document import Document
from annotation.core.matching import UNITS
from training.analysis.argument_features import ArgumentFeatures
from training.analysis.slices import by_slice
from training.scoring.counts import KINDS
from training.scoring.document_pairs import DocumentPair

SEED = 13
DRAWS = 10_000
_COVERED = ("language", "source", "event", "role")
_BATCH = 1 << 22
"""Swaps held at once, whatever the number of documents."""
_SAME = 1e-12
"""Differences of F1 closer than this are equal."""

ScoreKey: TypeAlias = tuple[str, str]
"""What is counted: ("score", one of UNITS), a kind of `KINDS` and a type, or a kind and a slice of arguments."""


@dataclass(frozen=True)
class Shift:
    """A score before and now, over the documents of a slice, as fractions.

    `slice_` is ("", "") for all documents, else ("language", code) or ("source", name). `p` is the chance of such a
    drop (or of such a rise, where that is tested) between equally good models, `differing` the number of documents on
    which the two differ. `testable` is false where so few differ that no change among them could be significant.
    """

    key: ScoreKey
    slice_: ScoreKey
    before: float
    now: float
    p: float
    differing: int
    testable: bool
    significant: bool

    @property
    def delta(self) -> float:
        """F1 now less F1 before, as a fraction."""
        return self.now - self.before

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            **dict(zip(("kind", "name"), self.key, strict=True)),
            "slice": list(self.slice_) if self.slice_[0] else None,
            "before": self.before,
            "now": self.now,
            "delta": self.delta,
            "p": self.p,
            "differing": self.differing,
            "testable": self.testable,
            "significant": self.significant,
        }


@dataclass(frozen=True)
class _Cell:
    """One score over one slice, with the chance of its drop and that of its rise."""

    key: ScoreKey
    slice_: ScoreKey
    before: float
    now: float
    p_drop: float
    p_rise: float
    differing: int


def drops_and_rises(
    now: Sequence[DocumentPair],
    before: Sequence[DocumentPair],
    *,
    level: float = 0.05,
    tolerate: float = 0.0,
    features: ArgumentFeatures | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[list[Shift], list[Shift]]:
    """Every score, of every type, in every language, and the scores of every source: tested for drops, and for rises.

    With `features` also Arg-C+ over the slices of arguments that these tell: distance, nesting, seen fillers, ...
    `now` and `before` pair the same gold documents in the same order. `level` is the chance that any drop at all is
    called significant between equally good models, and the same for rises; changes of up to `tolerate` never are.
    Swaps are drawn `draws` times or more, where so many scores are looked at that a chance must be known better than
    that.
    """
    keys, sides = _tallied(now, before, features)
    slices = list(_slices([pair.gold for pair in now], keys))
    draws = max(draws, math.ceil(2 * sum(len(columns) for _, _, columns in slices) / level))
    cells = [
        cell
        for slice_, rows, columns in slices
        for cell in _cells(slice_, [keys[c] for c in columns], sides[:, rows][:, :, columns], draws, seed)
    ]
    fewest, share = _correction([cell.differing for cell in cells], level)

    def tested(cell: _Cell, p: float, change: float) -> Shift:
        testable = cell.differing >= fewest
        significant = testable and p <= share and change > tolerate
        values = (cell.key, cell.slice_, cell.before, cell.now, p, cell.differing)
        return Shift(*values, testable=testable, significant=significant)

    drops = [tested(cell, cell.p_drop, cell.before - cell.now) for cell in cells]
    return drops, [tested(cell, cell.p_rise, cell.now - cell.before) for cell in cells]


def _correction(differing: Sequence[int], level: float) -> tuple[int, float]:
    """The fewest differing documents worth a test, and the level of each test (Tarone 1990).

    With n of them no chance can be below 2**-n, so that scores with too few need no part of the level; n says nothing
    of which model is the better one.
    """
    for fewest in range(1, 64):
        tests = sum(n >= fewest for n in differing)
        if tests == 0 or 2.0**-fewest <= level / tests:
            return fewest, level / max(tests, 1)
    return 64, level / max(len(differing), 1)


def _tallied(
    now: Sequence[DocumentPair], before: Sequence[DocumentPair], features: ArgumentFeatures | None
) -> tuple[list[ScoreKey], NDArray[np.int64]]:
    """What is counted, and the counts, [5, D, K]: gold; predicted, correct now; predicted, correct before."""
    rows = []
    for pairs in zip(now, before, strict=True):
        row = _row(*pairs)
        rows.append({**row, **_sliced(*pairs, features)} if features else row)
    place = {key: at for at, key in enumerate(sorted({key for row in rows for key in row}))}
    table = np.zeros((5, len(rows), len(place)), dtype=np.int64)
    for number, row in enumerate(rows):
        for key, counts in row.items():
            table[:, number, place[key]] = counts
    return list(place), table


def _row(now: DocumentPair, before: DocumentPair) -> dict[ScoreKey, tuple[int, ...]]:
    """The counts of one document, by what is counted."""
    sides = (now.gold_units, now.predicted_units, now.shared_units, before.predicted_units, before.shared_units)
    row: dict[ScoreKey, tuple[int, ...]] = {}
    for unit in UNITS:
        row["score", unit] = tuple(len(side[unit]) for side in sides)
    for kind, (unit, at) in KINDS.items():
        by_name = [Counter(map(itemgetter(at), side[unit])) for side in sides]
        for name in set().union(*by_name):
            row[kind, str(name)] = tuple(counter[name] for counter in by_name)
    return row


def _sliced(now: DocumentPair, before: DocumentPair, features: ArgumentFeatures) -> dict[ScoreKey, tuple[int, ...]]:
    """The counts of one document's arguments by slice, without the slices that types and documents give already."""
    now_slices, before_slices = (by_slice(pair, features) for pair in (now, before))
    none = np.zeros(3, dtype=np.int64)
    row: dict[ScoreKey, tuple[int, ...]] = {}
    for key in {**now_slices, **before_slices}:
        if key[0] not in _COVERED:
            a, b = now_slices.get(key, none).tolist(), before_slices.get(key, none).tolist()
            row[key] = (max(a[0], b[0]), a[1], a[2], b[1], b[2])
    return row


def _slices(
    gold: Sequence[Document], keys: Sequence[ScoreKey]
) -> Iterator[tuple[ScoreKey, NDArray[np.int64], NDArray[np.int64]]]:
    """Each slice's name, its documents, and what is counted in it: only scores by source, which are many and small."""
    every, scores = np.arange(len(keys)), np.array([at for at, key in enumerate(keys) if key[0] == "score"], dtype=int)
    yield ("", ""), np.arange(len(gold)), every
    sources = [document.source.name if document.source else "" for document in gold]
    sorts: Mapping[str, tuple[list[str], NDArray[np.int64]]] = {
        "language": ([document.language for document in gold], every),
        "source": (sources, scores),
    }
    for sort, (values, columns) in sorts.items():
        names = sorted(set(values) - {""})
        for name in names if len(set(values)) > 1 else []:
            yield (sort, name), np.flatnonzero(np.array(values) == name), columns


def _cells(
    slice_: ScoreKey, keys: Sequence[ScoreKey], sides: NDArray[np.int64], draws: int, seed: int
) -> Iterator[_Cell]:
    """Every score over the documents of one slice. `sides` is [5, D, K]."""
    moved = sides[3:] - sides[1:3]
    differing = (moved != 0).any(axis=0)
    rows = differing.any(axis=1)
    totals = sides.sum(axis=1).astype(np.float64)
    drop, rise = _chances(totals, moved[:, rows].astype(np.float32), draws, seed)
    now, before = _f1(totals[0], totals[1:3]), _f1(totals[0], totals[3:])
    counts = differing.sum(axis=0)
    for at, key in enumerate(keys):
        chances = float(drop[at]), float(rise[at])
        yield _Cell(key, slice_, float(before[at]), float(now[at]), *chances, int(counts[at]))


def _chances(totals: NDArray[np.float64], moved: NDArray[np.float32], draws: int, seed: int) -> NDArray[np.float64]:
    """The chances of a drop and of a rise as large as this one, [2, K].

    `totals` is [5, K]; `moved` [2, D, K]: before less now.
    """
    generator = np.random.default_rng(seed)
    documents, columns = moved.shape[1:]
    observed = _f1(totals[0], totals[1:3]) - _f1(totals[0], totals[3:])
    as_large, batch = np.zeros((2, columns)), max(1, _BATCH // max(documents, 1))
    for first in range(0, draws, batch):
        swaps = generator.integers(0, 2, size=(min(batch, draws - first), documents), dtype=np.int8)
        shift = swaps.astype(np.float32) @ moved  # whole numbers, which this holds exactly up to 2**24
        now, before = totals[1:3, None] + shift, totals[3:, None] - shift
        delta = _f1(totals[0], now) - _f1(totals[0], before)
        as_large += [(delta <= observed + _SAME).sum(axis=0), (delta >= observed - _SAME).sum(axis=0)]
    chances: NDArray[np.float64] = (1 + as_large) / (1 + draws)
    return chances


def _f1(gold: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """F1 of `counts`, [2, ..., K]: predicted, correct; nothing against nothing is 0."""
    return bootstrap.ratio(2 * counts[1], gold + counts[0])
