"""How often a release is called better that is so by its seed alone, and how often one that is better.

Simulated trainings have a skill of their own, drawn with the seed, beside their luck with each document; the models of
a side differ in their seed, and the one kept is the best on as many development documents. Only the headline counts.
`--releases` is how many of each kind: the Monte Carlo error of a share near 5 of 1,000 is 0.7, near 50 it is 1.6.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotation import sample
from annotation.core import bootstrap
from annotation.core.bootstrap import Floats
from tests.benchmarks.bench_statistics import HARD, LEVEL, LUCK, SIZES, SKILL, SPURIOUS
from training.analysis.randomization_test import RISE, effects, randomization_test
from training.analysis.training_noise import TEST, change_noises, pooled_variance

SEED = 0.1
"""Log odds, from seed to seed: about two points of F1, as in three trainings that scored 22.2, 23.1 and 26.0."""
POINT = 0.047
"""Log odds that make a point of F1."""
TOLERATE, DRAWS = 0.005, 2_000


def counts(hard: Floats, gold: NDArray[np.int64], skill: float, dice: np.random.Generator) -> Floats:
    """What one model marks, [documents, 1, 3]."""
    chance = 1 / (1 + np.exp(-(SKILL + skill + hard + LUCK * dice.normal(size=hard.shape))))
    correct = dice.binomial(gold, chance)
    spurious = dice.binomial(gold, SPURIOUS * (1 - chance))
    return np.stack([gold, correct + spurious, correct], axis=-1).astype(np.float64)[:, None]


def side(
    better: float, seeds: int, documents: Sequence[tuple[Floats, NDArray[np.int64]]], dice: np.random.Generator
) -> list[Floats]:
    """The counts of a side's models on the test documents, that which is best on dev first."""
    skills = better + SEED * dice.normal(size=seeds)
    test, dev = ([counts(*part, skill, dice) for skill in skills] for part in documents)
    kept = int(np.argmax([bootstrap.f1(each.sum(axis=0))[0] for each in dev]))
    return [test[kept], *test[:kept], *test[kept + 1 :]]


def said(now: list[Floats], before: list[Floats]) -> tuple[bool, bool, float, float]:
    """Whether it is called better by documents alone, and by both; the ends of the interval with both."""
    tested = randomization_test(effects(now[0], before[0]), headline=0, draws=DRAWS)
    delta = bootstrap.f1(now[0].sum(axis=0)) - bootstrap.f1(before[0].sum(axis=0))
    alone = bool(tested.p[RISE, 0] <= LEVEL and delta[0] > TOLERATE)
    if max(len(now), len(before)) == 1:
        return alone, alone, np.nan, np.nan
    known, degrees = pooled_variance([now, before])
    noises = change_noises(now, before, known, degrees, TEST)
    row = noises.rows[0]
    low, high = (row.interval if row else None) or (np.nan, np.nan)
    return alone, alone and bool(tested.swaps.chances(noises.deviates)[RISE, 0] <= LEVEL), low, high


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=1_000)
    count = parser.parse_args().releases
    sizes = np.array([sum(len(event.arguments) for event in document.events) for document in sample.gold()])
    print("| documents | seeds now, before | truth, points | better by documents | better by both | interval covers |")
    print("| ---: | --- | ---: | ---: | ---: | ---: |")
    for documents in SIZES:
        for seeds in ((1, 1), (3, 1), (3, 3), (5, 5)):
            for points in (0, 5):
                dice = np.random.default_rng(documents)
                rows = []
                for _ in range(count):
                    parts = [(HARD * dice.normal(size=documents), dice.choice(sizes, documents)) for _ in range(2)]
                    sides = [side(b, n, parts, dice) for b, n in zip((points * POINT, 0.0), seeds, strict=True)]
                    rows.append(said(*sides))
                alone, both, low, high = np.array(rows, dtype=np.float64).T
                inside = 100 * ((low <= points / 100) & (points / 100 <= high)).mean()
                known = [f"{100 * both.mean():.1f}", f"{inside:.1f}"] if seeds != (1, 1) else ["not known", "-"]
                cells = [f"{seeds[0]}, {seeds[1]}", str(points), f"{100 * alone.mean():.1f}", *known]
                print(f"| {documents} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
