"""A model against the one before it: how much every score changed, and how sure that is.

Both are scored on the same draws of the same documents, so the interval is of the difference itself; two intervals that
overlap say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.core import bootstrap
from annotation.core.errors import UsageError
from annotation.core.layers import SPAN_LAYERS
from annotation.core.matching import ENOUGH, UNITS
from annotation.core.messages import first_few, percent, signed_percent
from training.scoring.counts import TypeName
from training.scoring.scores import KINDS, Scores, seqeval_title

DOCUMENTS = 10
"""Documents with anything to count below which a change is too few to say: fewer cannot stand for the next ones."""


@dataclass(frozen=True, slots=True)
class ScoreDifference:
    """F1 before and now as fractions, their difference, and its 95% interval from paired resamples.

    `significant`: the interval leaves out 0; `p` is the two-sided chance of such a difference were there none, to be
    corrected by whoever looks at many. `enough`: some side has at least `ENOUGH` (30) items, in at least `DOCUMENTS`
    (10) documents; else it is too few to say, whatever the interval. `documents` counts those with anything to count.
    """

    before: float
    now: float
    delta: float
    low: float
    high: float
    p: float
    documents: int
    significant: bool
    enough: bool

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class ScoreDifferences:
    """Over some of the documents: each of `UNITS`, each of seqeval's layers, each type of each kind that occurs."""

    micro: Mapping[str, ScoreDifference]
    seqeval: Mapping[str, ScoreDifference]
    types: Mapping[str, Mapping[str, ScoreDifference]]

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "micro": _plain(self.micro),
            "seqeval": _plain(self.seqeval),
            "types": {kind: _plain(types) for kind, types in self.types.items()},
        }


@dataclass(frozen=True)
class Comparison:
    """Every change from one model to the next over the same documents."""

    documents: int
    overall: ScoreDifferences
    by_language: Mapping[str, ScoreDifferences]
    resamples: int

    @property
    def micro(self) -> Mapping[str, ScoreDifference]:
        """Each of `UNITS` over all documents."""
        return self.overall.micro

    @property
    def by_type(self) -> Mapping[str, Mapping[str, ScoreDifference]]:
        """The types of each kind over all documents."""
        return self.overall.types

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "documents": self.documents,
            **self.overall.as_dict(),
            "languages": {language: changes.as_dict() for language, changes in self.by_language.items()},
            "bootstrap": {
                "drawn": "documents, the same for both models",
                "resamples": self.resamples,
                "seed": bootstrap.SEED,
                "level": bootstrap.LEVEL,
            },
        }

    def table(self) -> Iterator[tuple[str, ...]]:
        """Rows for a terminal, a heading first, in percent; the last column says whether the change is significant."""
        yield "", "F1", "before", "change", "95%", ""
        seqeval = {seqeval_title(layer): change for layer, change in self.overall.seqeval.items()}
        for title, change in {**self.micro, **seqeval}.items():
            shares = (percent(change.now), percent(change.before), signed_percent(change.delta))
            yield title, *shares, f"{signed_percent(change.low)}..{signed_percent(change.high)}", _verdict(change)


def compare(now: Scores, before: Scores, *, resamples: int = bootstrap.PAIRED) -> Comparison:
    """What changed from `before` to `now`, overall, in each language and for each type.

    Raises UsageError, saying how many and which, when the two were not scored on the same documents.
    """
    rows = _rows(now, before)
    names = _names([*now.types, *before.types])
    left = np.concatenate([now.counts, _columns(now, names)], axis=1)
    right = np.concatenate([before.counts[rows], _columns(before, names)[rows]], axis=1)
    languages = np.array(now.languages, dtype=object)
    own = {language: languages == language for language in sorted(set(now.languages))}
    return Comparison(
        documents=now.documents,
        overall=_changes(left, right, names, resamples),
        by_language={k: _changes(left[mine], right[mine], names, resamples) for k, mine in own.items()},
        resamples=resamples,
    )


def _rows(now: Scores, before: Scores) -> list[int]:
    """Where each document of `now` stands in `before`."""
    row = {id: number for number, id in enumerate(before.ids)}
    faults = {
        "only in the new scores": [id for id in now.ids if id not in row],
        "only in those before": sorted(set(before.ids) - set(now.ids)),
        "with other gold": [
            id for at, id in enumerate(now.ids) if id in row and _gold(now, at) != _gold(before, row[id])
        ],
    }
    summary = [f"{len(ids)} {fault} ({first_few(ids)})" for fault, ids in faults.items() if ids]
    if summary:
        raise UsageError(f"the scores are of different documents: {'; '.join(summary)}; score both on one split")
    return [row[id] for id in now.ids]


def _gold(scores: Scores, row: int) -> list[int]:
    """How much gold holds of each unit: the same for both, or they were not scored against the same."""
    counts: list[int] = scores.counts[row, : len(UNITS), 0].tolist()
    return counts


def _names(names: Iterable[TypeName]) -> list[TypeName]:
    kinds = list(KINDS)
    return sorted(set(names), key=lambda name: (kinds.index(name[0]), name[1]))


def _columns(scores: Scores, names: Sequence[TypeName]) -> NDArray[np.int64]:
    """Type counts under the names of both models: what a model never met has counts of 0.

    A gold type that the other model's scores lack does not occur in gold, which both share.
    """
    table = np.zeros((len(scores.ids), len(names), 3), dtype=np.int64)
    column = {name: number for number, name in enumerate(names)}
    table[:, [column[name] for name in scores.types]] = scores.type_counts
    return table


def _changes(
    now: NDArray[np.int64], before: NDArray[np.int64], names: Sequence[TypeName], resamples: int
) -> ScoreDifferences:
    """From [documents, scores and types, 3] of each; types that neither side has here are left out."""
    drawn = bootstrap.differences(now, before, resamples=resamples)
    ends, chances = bootstrap.bounds(drawn), bootstrap.p_values(drawn)
    marked = np.maximum(now, before)[..., :2].max(axis=-1)
    items = np.maximum(now.sum(axis=0), before.sum(axis=0))[:, :2].max(axis=-1)
    f1 = [bootstrap.f1(side.sum(axis=0).astype(np.float64)) for side in (before, now)]
    differences = []
    for at, (old, new, (low, high), p) in enumerate(zip(*f1, ends, chances, strict=True)):
        documents = int((marked[:, at] > 0).sum())
        enough = bool(items[at] >= ENOUGH) and documents >= DOCUMENTS
        apart = bool(low > 0 or high < 0)
        ends_ = (float(old), float(new), float(new - old), float(low), float(high), float(p))
        differences.append(ScoreDifference(*ends_, documents=documents, significant=apart, enough=enough))
    fixed = len(UNITS) + len(SPAN_LAYERS)
    types = [(name, differences[fixed + at]) for at, name in enumerate(names) if items[fixed + at]]
    return ScoreDifferences(
        micro=dict(zip(UNITS, differences, strict=False)),
        seqeval=dict(zip(SPAN_LAYERS, differences[len(UNITS) : fixed], strict=True)),
        types={kind: {name: change for (of, name), change in types if of == kind} for kind in KINDS},
    )


def _verdict(change: ScoreDifference) -> str:
    if not change.enough:
        return "too few to say"
    if not change.significant:
        return "as before"
    return "better" if change.delta > 0 else "worse"


def _plain(changes: Mapping[str, ScoreDifference]) -> dict[str, object]:
    return {name: change.as_dict() for name, change in changes.items()}
