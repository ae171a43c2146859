"""A model against the one before it: how much every score changed, and whether that is beyond chance.

One test decides (`randomization_test`), of every score at once: the seven scores and seqeval's, each type, in all
documents and in each language, the seven scores in each source, and slices of the arguments. Reports, gates and
`naba score` read what it says here. The interval of a difference is an estimate of its size and decides nothing.

Where trainings with several seeds show what the seed alone does (`training_noise`), a rise must be beyond that too. A
fall need not: who gets these very weights loses what they lose, whatever another training had given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotation.core import bootstrap, intervals
from annotation.core.errors import UsageError
from annotation.core.layers import SPAN_LAYERS
from annotation.core.matching import HEADLINE, UNITS, Interval
from annotation.core.messages import first_few
from training.analysis.randomization_test import FALL, RISE, Tested, effects, randomization_test
from training.analysis.score_changes import (
    BETTER,
    EVERYWHERE,
    SCORE,
    SEQEVAL,
    UNCLEAR,
    WORSE,
    Comparison,
    DropsConfig,
    ScoreChange,
    ScoreKey,
)
from training.analysis.training_noise import DEV, ChangeNoise, ChangeNoises, Trainings, change_noises, pooled_variance
from training.scoring.counts import TypeName, type_order
from training.scoring.scores import Scores

_HEADLINE: ScoreKey = (SCORE, HEADLINE)


@dataclass(frozen=True)
class _Cells:
    """Counts of one slice of the documents, [stories, scores, 3] of each model; `others` are of other seeds' models."""

    slice_: ScoreKey
    keys: Sequence[ScoreKey]
    now: NDArray[np.float64]
    before: NDArray[np.float64]
    others: Sequence[NDArray[np.float64]]


def compare(
    now: Scores, before: Scores, drops: DropsConfig | None = None, trainings: Trainings | None = None
) -> Comparison:
    """What changed from `before` to `now`, overall, in each language and source, for each type and slice of arguments.

    Slices are compared where the scores were counted with them. `trainings` are those with other seeds. Raises
    UsageError, saying how many and which, when the two were not scored on the same documents.
    """
    drops, trainings = drops or DropsConfig(), trainings or Trainings()
    runs = [now, before, *trainings.now, *trainings.before]
    names = sorted({name for run in runs for name in run.types}, key=type_order)
    keys = [*((SCORE, unit) for unit in UNITS), *((SEQEVAL, layer) for layer in SPAN_LAYERS), *names]
    tables = [np.concatenate([run.counts, _columns(run, names)], axis=1)[_rows(now, run)] for run in runs]
    parts = list(_parts(now, keys, tables))
    effect = np.concatenate([effects(part.now, part.before) for part in parts], axis=1)
    tested = randomization_test(effect, headline=keys.index(_HEADLINE))
    noises = [_noises(part, trainings) for part in parts]
    return Comparison(
        documents=now.documents,
        stories=now.overall.stories,
        languages=tuple(sorted(set(now.languages))),
        changes=tuple(_changes(parts, tested, noises, drops)),
        drops=drops,
        trainings=trainings,
    )


def _noises(part: _Cells, trainings: Trainings) -> ChangeNoises | None:
    """What the seed does to the scores of a part, None where nothing tells."""
    sides = [part.now, *part.others[: len(trainings.now)]], [part.before, *part.others[len(trainings.now) :]]
    source = trainings.source
    if source is None:
        return None
    if source == DEV:
        recorded, degrees = trainings.recorded() if part.slice_ == EVERYWHERE else ({}, 1)
        known = np.array([recorded.get(name, np.nan) if kind == SCORE else np.nan for kind, name in part.keys])
    else:
        known, degrees = pooled_variance([[*sides[0], *sides[1]]] if trainings.same_recipe else sides)
    return change_noises(*sides, known, degrees, source)


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


def _columns(scores: Scores, names: Sequence[TypeName]) -> NDArray[np.int64]:
    """Type counts under the names of both models: what a model never met has counts of 0.

    A gold type that the other model's scores lack does not occur in gold, which both share.
    """
    table = np.zeros((len(scores.ids), len(names), 3), dtype=np.int64)
    column = {name: number for number, name in enumerate(names)}
    table[:, [column[name] for name in scores.types]] = scores.type_counts
    return table


def _parts(scores: Scores, keys: Sequence[ScoreKey], tables: Sequence[NDArray[np.int64]]) -> Iterator[_Cells]:
    """All documents, each language, and each source, of which only the scores, as sources are many and small."""

    def part(slice_: ScoreKey, own: NDArray[np.bool_], columns: int) -> _Cells:
        sides = [np.where(own[:, None, None], side[:, :columns], 0) for side in tables]
        now, before, *others = (intervals.by_cluster(side.astype(np.float64), scores.stories) for side in sides)
        return _Cells(slice_, keys[:columns], now, before, others)

    yield part(EVERYWHERE, np.full(len(scores.ids), True), len(keys))
    for kind, values, columns in (
        ("language", scores.languages, len(keys)),
        ("source", scores.sources, len(UNITS)),
    ):
        names = np.array(values, dtype=object)
        for name in sorted(set(values) - {""}) if len(set(values)) > 1 else []:
            yield part((kind, name), names == name, columns)


def _changes(
    parts: Sequence[_Cells], tested: Tested, noises: Sequence[ChangeNoises | None], drops: DropsConfig
) -> Iterator[ScoreChange]:
    """The changes of every score that occurs in its slice; `tested` has the scores of all slices, one after another."""
    at, rises = 0, _rises(parts, tested, noises)
    for part, noise in zip(parts, noises, strict=True):
        marked = np.maximum(part.now, part.before)[..., :2].any(axis=-1).sum(axis=0)
        differing = (part.now != part.before).any(axis=-1).sum(axis=0)
        ends = intervals.pairs(intervals.of_differences(part.now, part.before))
        before, now = (bootstrap.f1(side.sum(axis=0)) for side in (part.before, part.now))
        for number, key in enumerate(part.keys):
            p, least = tested.p[:, at + number], float(tested.least[at + number])
            if marked[number] or key[0] in (SCORE, SEQEVAL):
                shares = float(before[number]), float(now[number])
                counts = int(marked[number]), int(differing[number])
                change = _change((key, part.slice_), shares, ends[number], p, least, counts, drops)
                yield _beyond_seeds(change, noise.rows[number] if noise else None, rises[at + number], drops)
        at += len(part.keys)


def _change(
    of: tuple[ScoreKey, ScoreKey],
    shares: tuple[float, float],
    interval: Interval | None,
    p: NDArray[np.float64],
    least: float,
    counts: tuple[int, int],
    drops: DropsConfig,
) -> ScoreChange:
    (before, now), (stories, differing) = shares, counts
    side = RISE if now > before else FALL
    beyond = p[side] <= drops.level and abs(now - before) > drops.tolerate
    testable = least <= drops.level
    return ScoreChange(
        *of,
        before,
        now,
        interval,
        p=float(p[side]) if now != before else 1.0,
        stories=stories,
        differing=differing,
        verdict=(BETTER if side == RISE else WORSE) if beyond else UNCLEAR,
        testable=testable,
        enough=testable or (differing == 0 and 2.0 ** (1 - stories) <= drops.level),
    )


def _rises(parts: Sequence[_Cells], tested: Tested, noises: Sequence[ChangeNoises | None]) -> NDArray[np.float64]:
    """The chance of rises as large where the seed counts too, corrected alike, [scores]; 0 where that is not known."""
    deviates = [n.deviates if n else np.full(len(part.keys), np.nan) for part, n in zip(parts, noises, strict=True)]
    row = np.concatenate(deviates)
    rises: NDArray[np.float64] = np.where(np.isnan(row), 0.0, tested.swaps.chances(np.nan_to_num(row))[RISE])
    return rises


def _beyond_seeds(change: ScoreChange, noise: ChangeNoise | None, p: float, drops: DropsConfig) -> ScoreChange:
    """The change with the noise of its trainings; a rise that is not beyond that is none."""
    lucky = change.verdict == BETTER and bool(p > drops.level)
    return replace(change, noise=noise, lucky=lucky, verdict=UNCLEAR if lucky else change.verdict)
