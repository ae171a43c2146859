"""Slices of the arguments: Arg-C+ in each against the rest, and those that are significantly worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from annotation.core import bootstrap, intervals
from annotation.core.document import Document
from annotation.core.matching import HEADLINE, PRF, Interval
from annotation.core.messages import N_
from annotation.core.ontology import Ontology
from training.analysis.argument_features import BINS, EVENT, LANGUAGE, ROLE, SOURCE, ArgumentFeatures
from training.analysis.error_causes import attached
from training.scoring.document_pairs import DocumentPair
from training.scoring.scores import prfs

Key = tuple[str, str]

DOCUMENTS, ARGUMENTS = 10, 60
"""A slice or a rest with fewer stories, or fewer arguments of gold and predicted together, is too small to judge."""
MOST = 30
"""Slices of a kind; the rarest beyond that are put together."""
OTHERS = N_("all others")
_COVERED = (LANGUAGE, SOURCE, EVENT, ROLE)


@dataclass(frozen=True, slots=True)
class Slice:
    """Arguments of one kind against all the others. Fractions; `score` and `rest` carry 95% intervals.

    delta: F1 here less F1 of the rest, with its 95% interval where there is enough to judge. p: of there being no
    difference, corrected by Holm for all slices that are judged. significant: p is below 0.05.
    """

    kind: str
    name: str
    documents: int
    score: PRF
    rest: PRF
    interval: Interval | None
    p: float
    enough: bool

    @property
    def delta(self) -> float:
        """F1 here less F1 of the rest, as a fraction."""
        return self.score.f1 - self.rest.f1

    @property
    def significant(self) -> bool:
        """Whether the difference from the rest is beyond chance, at `LEVEL`."""
        return self.enough and self.p < 1 - bootstrap.LEVEL

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values; the difference only where there is enough to judge."""
        row: dict[str, object] = {"kind": self.kind, "name": self.name, "documents": self.documents}
        row |= {"score": self.score.as_dict(), "rest": self.rest.as_dict(), "enough": self.enough}
        if not self.enough or self.interval is None:
            return row
        low, high = self.interval
        bounds = {"delta": self.delta, "low": low, "high": high}
        return row | bounds | {"p": self.p, "significant": self.significant}


@dataclass(frozen=True)
class Slices:
    """All slices, kind by kind; within a kind the largest first, or by size of the bin where it is a number."""

    rows: tuple[Slice, ...]

    @property
    def worst(self) -> tuple[Slice, ...]:
        """The slices that are significantly worse than the rest, worst first."""
        return tuple(sorted((s for s in self.rows if s.significant and s.delta < 0), key=lambda s: (s.delta, s.name)))

    def of(self, kind: str) -> tuple[Slice, ...]:
        """The slices of one kind."""
        return tuple(row for row in self.rows if row.kind == kind)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds there are, in order."""
        return tuple(dict.fromkeys(row.kind for row in self.rows))

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "score": HEADLINE,
            "correction": "Holm",
            "too_few": {"documents": DOCUMENTS, "arguments": ARGUMENTS},
            "kinds": {kind: [row.as_dict() for row in self.of(kind)] for kind in self.kinds},
            "worst": [row.as_dict() for row in self.worst],
        }


def slices(
    pairs: Iterable[DocumentPair],
    *,
    ontology: Ontology,
    train: Iterable[Document] = (),
) -> Slices:
    """Arg-C+ by language, event, role, source, length, distance, nesting, beginning, filler, transfer and attributes.

    `train`, the documents the model was trained on, tells fillers and languages seen from new ones. A correct
    argument is in the slices of its gold side, a spurious one in its own.
    """
    features, pairs = ArgumentFeatures(ontology, train), list(pairs)
    rows = [by_slice(pair, features) for pair in pairs]
    shown = _shown(rows)
    keys = list(dict.fromkeys(shown.values()))
    column = {key: at for at, key in enumerate(keys)}
    counts = np.zeros((len(rows), len(keys), 3), dtype=np.int64)
    for at, row in enumerate(rows):
        for key, counted in row.items():
            counts[at, column[shown[key]]] += counted
    return Slices(tuple(judged(keys, counts, [pair.story for pair in pairs])))


def by_slice(pair: DocumentPair, features: ArgumentFeatures) -> dict[Key, NDArray[np.int64]]:
    """A document's counts of arguments by slice: [3], gold, predicted and correct."""
    gold, predicted = attached(pair.gold), attached(pair.predicted)
    counts: dict[Key, NDArray[np.int64]] = {}
    for item in [*gold, *(predicted.keys() - gold.keys())]:
        argument, marked = (gold[item], pair.gold) if item in gold else (predicted[item], pair.predicted)
        counted = np.array([item in gold, item in predicted, item in gold and item in predicted], dtype=np.int64)
        for key in features.of(argument, marked, pair.gold):
            counts[key] = counts.get(key, 0) + counted
    return counts


def argument_slices(pair: DocumentPair, *, features: ArgumentFeatures) -> dict[Key, list[int]]:
    """A document's counts by slice, without the slices that types and documents give already."""
    return {key: counts.tolist() for key, counts in by_slice(pair, features).items() if key[0] not in _COVERED}


def _shown(rows: Sequence[Mapping[Key, NDArray[np.int64]]]) -> dict[Key, Key]:
    """The slice each is counted in: itself, or `OTHERS` of its kind. In the order they are shown in."""
    sizes: Counter[Key] = Counter()
    for row in rows:
        sizes.update({key: int(counted[:2].sum()) for key, counted in row.items()})
    shown: dict[Key, Key] = {}
    for kind in dict.fromkeys(kind for kind, _ in sizes):
        ranked = sorted((key for key in sizes if key[0] == kind), key=lambda key: (-sizes[key], key))
        if kind in BINS:
            ranked.sort(key=lambda key: BINS[key[0]].index(key[1]))
        shown |= {key: key if at < MOST else (kind, OTHERS) for at, key in enumerate(ranked)}
    return shown


def judged(keys: Sequence[Key], counts: NDArray[np.int64], stories: Sequence[str]) -> Iterable[Slice]:
    """Each slice against the rest of its kind; `counts` is [documents, slices, 3]."""
    kinds = np.array([kind for kind, _ in keys])
    rest = np.stack([counts[:, kinds == kind].sum(axis=1) for kind in kinds], axis=1) - counts if keys else counts
    scores = prfs(np.concatenate([counts, rest], axis=1), stories)
    documents = _documents(counts)
    counts, rest = (intervals.by_cluster(side, stories) for side in (counts, rest))
    enough, p, ends = _enough(counts) & _enough(rest), np.ones(len(keys)), _ends(counts, rest)
    p[enough] = holm(_chances(counts, rest)[enough])
    for at, (kind, name) in enumerate(keys):
        score, other, interval = scores[at], scores[len(keys) + at], ends[at] if enough[at] else None
        yield Slice(kind, name, int(documents[at]), score, other, interval, float(p[at]), bool(enough[at]))


def _chances(counts: NDArray[np.int64], rest: NDArray[np.int64]) -> NDArray[np.float64]:
    """Two-sided p-values of there being no difference, [slices]: t tests with the jackknife's error.

    A side has as many degrees of freedom as stories less one, the smaller side counts.
    """
    delta, deviation, fewest = _apart(counts, rest)
    ratio = np.divide(np.abs(delta), deviation, out=np.where(delta == 0, 0, np.inf), where=deviation > 0)
    chances: NDArray[np.float64] = 2 * stdtr(np.maximum(fewest - 1, 1), -ratio)
    return chances


def _ends(counts: NDArray[np.int64], rest: NDArray[np.int64]) -> list[Interval | None]:
    """The intervals of the differences that `_chances` tests: they leave out 0 where an uncorrected p is below 0.05."""
    delta, deviation, fewest = _apart(counts, rest)
    width = stdtrit(np.maximum(fewest - 1, 1), (1 + bootstrap.LEVEL) / 2) * deviation
    return intervals.pairs(np.clip(np.stack([delta - width, delta + width], axis=-1), -1, 1))


def _apart(
    counts: NDArray[np.int64], rest: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """F1 less F1 of the rest, its standard error, and the stories of the smaller side, [slices] each."""
    sides = [side.astype(np.float64) for side in (counts, rest)]
    delta = np.subtract(*(bootstrap.f1(side.sum(axis=0)) for side in sides))
    left_out = np.subtract(*(bootstrap.f1(intervals.left(side)) for side in sides))
    either = (counts + rest)[..., :2].any(axis=2).sum(axis=0)
    fewest = np.minimum(_documents(counts), _documents(rest))
    return delta, intervals.error(delta, left_out, either), fewest


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """P-values corrected for their number (Holm 1979): the chance of any being below by chance."""
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(1.0, raised)
    return corrected


def _enough(counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    enough: NDArray[np.bool_] = (_documents(counts) >= DOCUMENTS) & (counts[..., :2].sum(axis=(0, 2)) >= ARGUMENTS)
    return enough


def _documents(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many documents have anything in each slice."""
    documents: NDArray[np.int64] = counts[..., :2].any(axis=2).sum(axis=0)
    return documents
