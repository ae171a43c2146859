"""How often `naba drift` calls a change when there is none, when there is one of a given size, and whether its
intervals hold the true change.

Articles are made up: lengths, shares of unknown pieces, events and scores vary between them, event types are as unequal
as in the bundled articles, and some are rare. A comparison is of 64 articles trained on, 16 held out, and so many new
ones. `--corpora` is how many comparisons there are of each kind; the Monte Carlo error of a share near 5 of 400 is 1.1.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import asin, exp, sin, sqrt

import numpy as np

from training.analysis.drift import Drift, drifts
from training.analysis.drift_measures import ArticleFigures, Articles

TRAINED, HELD_OUT, NEW = 64, 16, (20, 50, 200)
EFFECTS = (0.1, 0.2, 0.5)
EVENTS = {"Statement": 338, "Movement": 158, "Die": 127, "Arrest": 91, "Strike": 70, "Raid": 68, "Clash": 46}
RARE = {"Transfer": 6, "Trial": 4, "Marry": 2}
LAYERS = {"triggers": 1.0, "arguments": 2.4, "entities": 3.0}
UNKNOWN, PIECES, WORDS, SCORE, EVENT_RATE = 0.12, 1.4, 180.0, 0.8, 0.08
"""Unknown pieces a word, pieces a word, words an article, mean score, events a word."""
FIGHTING, TIMES = [2, 4, 5, 6], (1.6, 2.5)
"""Which of EVENTS become more frequent together, and how many times."""
POOL = 4_000
Changed = Mapping[str, float]


@dataclass(frozen=True)
class Scenario:
    """What changes in the new articles, the measure that it is a change of, and how large it is made."""

    measure: str
    effect: float
    changed: Changed


def article(dice: np.random.Generator, changed: Changed) -> ArticleFigures:
    """One article."""
    count = 10 + int(changed.get("words", WORDS) * exp(0.4 * dice.normal() - 0.08))
    types = {**EVENTS, **RARE}
    shares = np.array(list(types.values()), dtype=np.float64)
    shares[3] *= changed.get("arrests", 1.0)
    shares[FIGHTING] *= changed.get("fighting", 1.0)
    of_type = dice.multinomial(1 + dice.poisson(EVENT_RATE * count), dice.dirichlet(6 * shares / shares.sum() + 1e-6))
    middle = float(np.clip(changed.get("score", SCORE) + 0.07 * dice.normal(), 0.05, 0.97))
    marks = {layer: int(1 + times * of_type.sum()) for layer, times in LAYERS.items()}
    unknown = float(np.clip(changed.get("unknown", UNKNOWN) * (1 + 0.3 * dice.normal()), 0.0, 1.0))
    return ArticleFigures(
        language=str(dice.choice(["he", "ar"])),
        source=f"paper {dice.integers(4)}",
        words=count,
        pieces=count + int(dice.binomial(count, PIECES - 1)),
        unknown=int(dice.binomial(count, unknown)),
        unreadable=int(dice.binomial(count, 0.002)),
        new_source=bool(dice.random() < 0.05),
        events=dict(zip(types, of_type.tolist(), strict=True)),
        marks=marks,
        scores={layer: float(dice.beta(8 * middle, 8 * (1 - middle), of).sum()) for layer, of in marks.items()},
        uncertainty=float(dice.uniform(0.1, 0.3)),
    )


def pool(changed: Changed) -> list[ArticleFigures]:
    """The articles that comparisons are drawn from."""
    dice = np.random.default_rng(1)
    return [article(dice, changed) for _ in range(POOL)]


def drawn(
    dice: np.random.Generator, pool: Sequence[ArticleFigures], sizes: Sequence[int], copies: int
) -> list[Articles]:
    """Sides of so many articles, no article on two of them, each story told by `copies` of its side."""
    order = iter(dice.permutation(len(pool)).tolist())
    sides = []
    for size in sizes:
        figures = [pool[next(order)] for _ in range(size // copies)]
        stories = [str(at // copies) for at in range(len(figures) * copies)]
        sides.append(Articles([row for row in figures for _ in range(copies)], stories))
    return sides


def true_difference(old: Sequence[ArticleFigures], new: Sequence[ArticleFigures], measure: str) -> float:
    """The change of the measure between all articles of either pool."""
    sides = [Articles(rows, [str(number) for number in range(len(rows))]) for rows in (old, new)]
    return next(drift.difference for drift in drifts(sides[0], *sides) if drift.name == measure)


def scenarios() -> list[Scenario]:
    """Each measure changed by each of the effects."""
    share = UNKNOWN / PIECES
    changes: dict[str, Callable[[float], Changed]] = {
        "unknown pieces": lambda effect: {"unknown": PIECES * shifted(share, effect)},
        "triggers": lambda effect: {"score": shifted(SCORE, -effect)},
        "words an article": lambda effect: {"words": WORDS * exp(2 * effect)},
        "Arrest": lambda effect: {"arrests": odds_for(effect)},
    }
    return [Scenario(name, effect, changed(effect)) for name, changed in changes.items() for effect in EFFECTS]


def shifted(share: float, effect: float) -> float:
    """The share that is so far from this one by Cohen's h."""
    return sin(asin(sqrt(share)) + effect / 2) ** 2


def odds_for(effect: float) -> float:
    """How many times as frequent Arrest has to become for that effect."""
    share = EVENTS["Arrest"] / (sum(EVENTS.values()) + sum(RARE.values()))
    new = shifted(share, effect)
    return new / (1 - new) * (1 - share) / share


def percent(outcomes: Sequence[bool]) -> str:
    return f"{100 * sum(outcomes) / len(outcomes):.1f}"


def called(found: Sequence[Drift], measure: str) -> bool:
    return any(drift.drifted for drift in found if not measure or drift.name == measure)


def holds(found: Sequence[Drift], measure: str, truth: float) -> bool:
    ends = next(drift.interval for drift in found if drift.name == measure)
    return ends is not None and ends[0] <= truth <= ends[1]


def comparisons(
    corpora: int, count: int, old: Sequence[ArticleFigures], new: Sequence[ArticleFigures], copies: int = 1
) -> list[list[Drift]]:
    """So many comparisons with so many new articles."""
    dice = np.random.default_rng(13)
    found = []
    for _ in range(corpora):
        trained, held_out, others = drawn(dice, old, (TRAINED, HELD_OUT, count), copies)
        if new is not old:
            (others,) = drawn(dice, new, (count,), copies)
        found.append(drifts(trained, held_out, others))
    return found


def row(*cells: object) -> None:
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def size_table(corpora: int, old: Sequence[ArticleFigures]) -> None:
    row("no change; called one, of 100 comparisons", *(f"{count} new" for count in NEW))
    row("---", *["---:"] * len(NEW))
    for copies, told in ((1, ""), (2, ", each story told twice")):
        found = [comparisons(corpora, count, old, old, copies) for count in NEW]
        row(f"any measure{told}", *(percent([called(one, "") for one in of]) for of in found))
        for kind in sorted({drift.kind for of in found for one in of for drift in one}):
            row(
                f"{kind}{told}",
                *(percent([any(d.drifted and d.kind == kind for d in one) for one in of]) for of in found),
            )


def power_table(corpora: int, old: Sequence[ArticleFigures]) -> None:
    row("changed", "effect", "true change", *(f"{count}: called" for count in NEW), *(f"{n}: held" for n in NEW))
    row("---", *["---:"] * (2 + 2 * len(NEW)))
    for scenario in scenarios():
        new, name = pool(scenario.changed), scenario.measure
        truth = true_difference(old, new, name)
        found = [comparisons(corpora, count, old, new) for count in NEW]
        row(
            scenario.measure,
            scenario.effect,
            f"{truth:+.1f}" if abs(truth) > 1 else f"{100 * truth:+.1f} points",
            *(percent([called(one, name) for one in of]) for of in found),
            *(percent([holds(one, name, truth) for one in of]) for of in found),
        )


def mix_table(corpora: int, old: Sequence[ArticleFigures]) -> None:
    """Four types become more frequent at the same time."""
    row("four types more frequent", "called", *(f"{count} new" for count in NEW))
    row("---", "---", *["---:"] * len(NEW))
    for times in TIMES:
        new = pool({"fighting": times})
        found = [comparisons(corpora, count, old, new) for count in NEW]
        for told, kinds in (("one type", {"type"}), ("types together", {"mix"}), ("either", {"type", "mix"})):
            outcomes = [[any(d.drifted and d.kind in kinds for d in one) for one in of] for of in found]
            row(f"{times} times", told, *map(percent, outcomes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=int, default=400)
    corpora = parser.parse_args().corpora
    old = pool({})
    size_table(corpora, old)
    print()
    power_table(corpora, old)
    print()
    mix_table(corpora, old)


if __name__ == "__main__":
    main()
