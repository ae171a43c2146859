"""How often intervals cover the truth, how often equal models are told apart, and how often a true drop is seen.

Simulated documents have the sizes, types and languages of the bundled articles. Some are hard for every model, and each
model has luck of its own with a document, so that errors within one are correlated. `--corpora` is how many of each
kind; the Monte Carlo error of a share near 95 or 5 of 400 is 1.1, near 50 it is 2.5.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from annotation import sample
from annotation.core import bootstrap, intervals
from annotation.core.bootstrap import Floats
from annotation.core.document import Document
from training.analysis.randomization_test import FALL, RISE, effects, randomization_test

SIZES = (8, 20, 50, 200)
COVERED = (3, 5, 8, 20, 50, 200)
LEVEL, TOLERATE, DRAWS = 0.05, 0.005, 5_000
SKILL, HARD, LUCK, SPURIOUS = 0.2, 0.8, 0.4, 0.9
"""Log odds of finding a mark; how they vary between documents, for all and for each model; wrong marks a missed one."""
Method = Callable[[Floats], Floats]


# Intervals: [documents, corpora, 3] -> [corpora, 2], of micro F1


def corpora(documents: int, count: int, rate: float, sizes: NDArray[np.int64], dice: np.random.Generator) -> Floats:
    """Gold, predicted and correct arguments, [documents, corpora, 3]."""
    gold = dice.choice(sizes, (documents, count))
    chance = 1 / (1 + np.exp(-(np.log(rate / (1 - rate)) + HARD * dice.normal(size=gold.shape))))
    correct = dice.binomial(gold, chance)
    spurious = dice.poisson(SPURIOUS * gold * (1 - chance) * np.exp(0.3 * dice.normal(size=gold.shape)))
    return np.stack([gold, correct + spurious, correct], axis=-1).astype(np.float64)


def percentile(counts: Floats) -> Floats:
    return bootstrap.bounds(bootstrap.resampled_f1(counts))


def expanded(counts: Floats) -> Floats:
    return bootstrap.bounds(bootstrap.resampled_f1(counts), len(counts))


def bca(counts: Floats) -> Floats:
    """Bias-corrected and accelerated (Efron 1987)."""
    drawn = np.sort(bootstrap.resampled_f1(counts), axis=0)
    value, left_out = bootstrap.f1(counts.sum(axis=0)), bootstrap.f1(intervals.left(counts))
    below = ((drawn < value).mean(axis=0) + (drawn <= value).mean(axis=0)) / 2
    bias = stats.norm.ppf(np.clip(below, 1e-3, 1 - 1e-3))
    apart = left_out.mean(axis=0) - left_out
    pull = (apart**3).sum(axis=0) / (6 * np.maximum((apart**2).sum(axis=0), 1e-20) ** 1.5)
    ends = []
    for z in (bias - 1.959964, bias + 1.959964):
        at = stats.norm.cdf(bias + z / (1 - pull * z)) * (len(drawn) - 1)
        ends.append(np.take_along_axis(drawn, at.round().astype(int)[None], axis=0)[0])
    return np.stack(ends, axis=-1)


def studentized(counts: Floats) -> Floats:
    """Bootstrap-t (Efron 1982), with the error of a ratio in every draw."""
    right, marked = 2 * counts[..., 2], counts[..., 0] + counts[..., 1]
    columns = np.stack([right, marked, right**2, right * marked, marked**2], axis=-1)
    drawn = bootstrap.resampled(columns.reshape(len(counts), -1)).reshape(-1, *columns.shape[1:])

    def share(sums: Floats) -> tuple[Floats, Floats]:
        a, b, aa, ab, bb = np.moveaxis(sums, -1, 0)
        f1 = bootstrap.ratio(a, b)
        return f1, bootstrap.ratio(np.sqrt(np.maximum(aa - 2 * f1 * ab + f1**2 * bb, 0.0)), b)

    (value, error), (each, errors) = share(columns.sum(axis=0)), share(drawn)
    low, high = np.percentile((each - value) / np.maximum(errors, 0.05 * error + 1e-9), [2.5, 97.5], axis=0)
    return np.clip(np.stack([value - high * error, value - low * error], axis=-1), 0.0, 1.0)


def plain_t(counts: Floats) -> Floats:
    value, left_out = bootstrap.f1(counts.sum(axis=0)), bootstrap.f1(intervals.left(counts))
    width = stats.t.ppf(0.975, len(counts) - 1) * intervals.error(value, left_out, np.array(len(counts)))
    return np.clip(np.stack([value - width, value + width], axis=-1), 0.0, 1.0)


def chosen(counts: Floats) -> Floats:
    return intervals.of_counts(counts)[:, 0]


METHODS: dict[str, Method] = {
    "percentile": percentile,
    "expanded percentile": expanded,
    "BCa": bca,
    "studentized": studentized,
    "jackknife, t": plain_t,
    "jackknife, log odds, t": chosen,
}


def coverage(count: int, rate: float, sizes: NDArray[np.int64]) -> Iterator[str]:
    dice = np.random.default_rng(1)
    truth = float(bootstrap.f1(corpora(400_000, 1, rate, sizes, dice).sum(axis=0))[0])
    yield f"\nThe 95% interval covers an F1 of {100 * truth:.0f}, in percent of {count:,} corpora (its mean width)\n"
    yield "| documents | " + " | ".join(METHODS) + " |\n| ---: |" + " ---: |" * len(METHODS)
    for documents in COVERED:
        counts = corpora(documents, count, rate, sizes, dice)
        cells = []
        for method in METHODS.values():
            low, high = method(counts).T
            share = 100 * ((low <= truth) & (truth <= high)).mean()
            cells.append("none given" if np.isnan(low).any() else f"{share:.1f} ({100 * (high - low).mean():.0f})")
        yield f"| {documents} | " + " | ".join(cells) + " |"


# The test


@dataclass(frozen=True)
class Marks:
    """The marks of one article: the columns each of them counts in, [marks, 3], and whether it is Arabic."""

    columns: NDArray[np.int64]
    arabic: bool


def articles() -> tuple[list[Marks], int]:
    """The bundled articles; column 0 is of arguments, 1 of triggers, 2 of entities, the others of types and roles."""
    number: dict[tuple[str, ...], int] = {("Arg-C+",): 0, ("Trig-C",): 1, ("Entity",): 2}

    def column(*kind: str) -> int:
        return number.setdefault(kind, len(number))

    def marks(document: Document) -> Iterator[tuple[int, int, int]]:
        for event in document.events:
            trigger = column("event", event.type)
            yield 1, trigger, trigger
            for argument in event.arguments:
                yield 0, column("arguments", event.type), column("role", argument.role)
        for span in document.entities:
            entity = column("entity", span.label)
            yield 2, entity, entity

    found = [Marks(np.array(list(marks(d)), dtype=np.int64), d.language == "ar") for d in sample.gold()]
    return found, len(number)


def simulated(
    drawn: list[Marks], columns: int, worse: float, arabic_only: bool, dice: np.random.Generator
) -> tuple[Floats, Floats]:
    """Counts now and before, [documents, 3 * columns, 3]: all, Hebrew, Arabic. `worse`: log odds that now lacks."""
    document = np.repeat(np.arange(len(drawn)), [len(marks.columns) for marks in drawn])
    arabic = np.array([marks.arabic for marks in drawn])
    at = np.concatenate([marks.columns for marks in drawn])
    hard = HARD * dice.normal(size=len(drawn))
    sides = []
    for lacks in (worse, 0.0):
        skill = SKILL + hard + LUCK * dice.normal(size=len(drawn)) - lacks * (arabic if arabic_only else 1.0)
        chance = 1 / (1 + np.exp(-skill[document]))
        right = dice.random(len(document)) < chance
        wrong = dice.random(len(document)) < SPURIOUS * (1 - chance)
        table = np.zeros((len(drawn), columns, 3))
        for column in range(3):
            own = np.ones(len(at), bool) if column == 0 else at[:, column] != at[:, column - 1]
            key = document[own] * columns + at[own, column]
            for place, weight in enumerate((np.ones(len(at)), right + wrong, right)):
                table[..., place] += np.bincount(key, weight[own], minlength=len(drawn) * columns).reshape(-1, columns)
        parts = [np.where(own[:, None, None], table, 0.0) for own in (arabic | True, ~arabic, arabic)]
        sides.append(np.concatenate(parts, axis=1))
    return sides[0], sides[1]


def lacking(drop: float, found: list[Marks], columns: int, arabic_only: bool) -> float:
    """The log odds that make Arg-C+ (in Arabic) fall by so much."""
    dice = np.random.default_rng(5)
    drawn = [found[i] for i in dice.integers(len(found), size=1_000)]
    column = 2 * columns if arabic_only else 0
    low, high = 0.0, 3.0
    for _ in range(12):
        middle = (low + high) / 2
        sides = simulated(drawn, columns, middle, arabic_only, np.random.default_rng(6))
        now, before = (float(bootstrap.f1(side[:, column].sum(axis=0)[None])[0]) for side in sides)
        low, high = (middle, high) if before - now < drop else (low, middle)
    return (low + high) / 2


def tarone(effect: Floats) -> NDArray[np.bool_]:
    """What fell, by the test of each score alone with the correction of Tarone (1990), [scores]."""
    differing = (effect != 0).sum(axis=0)
    signs = 1.0 - 2.0 * np.random.default_rng(13).integers(0, 2, size=(DRAWS, len(effect)))
    p = (1 + ((signs @ effect) <= effect.sum(axis=0) + 1e-12).sum(axis=0)) / (1 + DRAWS)
    for fewest in range(1, 64):
        tests = (differing >= fewest).sum()
        if not tests or 2.0**-fewest <= LEVEL / tests:
            break
    fell: NDArray[np.bool_] = (differing >= fewest) & (p <= LEVEL / max(tests, 1))
    return fell


def releases(documents: int, count: int, worse: float, arabic_only: bool) -> dict[str, float]:
    """In percent of simulated releases, what was said to have fallen (or risen)."""
    found, columns = articles()
    dice = np.random.default_rng(documents)
    seen: dict[str, int] = {}
    for _ in range(count):
        drawn = [found[i] for i in dice.integers(len(found), size=documents)]
        now, before = simulated(drawn, columns, worse, arabic_only, dice)
        effect = effects(now, before)
        tested = randomization_test(effect, headline=0, draws=DRAWS)
        delta = bootstrap.f1(now.sum(axis=0)) - bootstrap.f1(before.sum(axis=0))
        fell = (tested.p[FALL] <= LEVEL) & (delta < -TOLERATE)
        each = tarone(effect) & (delta < -TOLERATE)
        apart = bootstrap.resampled_f1(np.concatenate([now[:, :1], before[:, :1]], axis=1))
        _, high = bootstrap.bounds((apart[:, 0] - apart[:, 1])[:, None])[0]
        said = {
            "any": fell.any(),
            "any rose": ((tested.p[RISE] <= LEVEL) & (delta > TOLERATE)).any(),
            "headline": fell[0],
            "Arabic": fell[2 * columns :].any(),
            "any, Tarone": each.any(),
            "headline, Tarone": each[0],
            "Arabic, Tarone": each[2 * columns :].any(),
            "headline, bootstrap": high < 0,
        }
        for name, value in said.items():
            seen[name] = seen.get(name, 0) + bool(value)
    return {name: 100 * number / count for name, number in seen.items()}


def power(count: int) -> Iterator[str]:
    found, columns = articles()
    yield f"\nIn percent of {count:,} simulated releases ({3 * columns} scores)\n"
    shown = {
        "any": "any fell",
        "any rose": "any rose",
        "headline": "headline fell",
        "Arabic": "any in Arabic fell",
        "any, Tarone": "any, Tarone",
        "headline, Tarone": "headline, Tarone",
        "Arabic, Tarone": "in Arabic, Tarone",
        "headline, bootstrap": "headline, bootstrap below 0",
    }
    yield f"| documents | truth | {' | '.join(shown.values())} |"
    yield "| ---: | --- |" + " ---: |" * 8
    for documents in SIZES:
        for name, drop, arabic_only in (
            ("equal", 0.0, False),
            ("3 points worse", 0.03, False),
            ("5 points worse", 0.05, False),
            ("10 points worse", 0.10, False),
            ("10 worse in Arabic only", 0.10, True),
        ):
            worse = lacking(drop, found, columns, arabic_only) if drop else 0.0
            said = releases(documents, count, worse, arabic_only)
            cells = [f"{said[key]:.1f}" for key in shown]
            yield f"| {documents} | {name} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=int, default=400)
    count = parser.parse_args().corpora
    sizes = np.array([sum(len(event.arguments) for event in document.events) for document in sample.gold()])
    heavy = np.maximum(1, np.random.default_rng(3).lognormal(2.3, 0.9, 2_000).astype(np.int64))
    for rate, drawn in ((0.55, sizes), (0.25, sizes), (0.85, sizes), (0.5, heavy), (0.5, np.array([0, 0, 1, 1, 2, 3]))):
        for line in coverage(5 * count, rate, drawn):
            print(line, flush=True)
    for line in power(count):
        print(line, flush=True)


if __name__ == "__main__":
    main()
