"""How often the error of honest scores stays below what the report says chance may give; 95 in 100 it should.

Each score is the chance of being right, but a share of the luck is the document's, so that its predictions go wrong
together. Two bounds: as if every prediction were on its own, and the one that the report shows.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
from scipy import stats

from training.analysis.calibration import LayerScores

PREDICTIONS = 10
"""In each document."""
TIMES = 1000


def honest(chance: np.random.Generator, documents: int, together: float) -> LayerScores:
    """Scores from 0.4 to 1, right as often as they say; `together` is the correlation of luck within a document."""
    row = np.repeat(np.arange(documents), PREDICTIONS)
    chance.shuffle(row)
    scores = np.sort(chance.uniform(0.4, 1, len(row)))[::-1]
    own, shared = chance.standard_normal(len(row)), chance.standard_normal(documents)[row]
    right = stats.norm.cdf(np.sqrt(together) * shared + np.sqrt(1 - together) * own) < scores
    return LayerScores(scores, right, row, np.full(documents, PREDICTIONS), [str(n) for n in range(documents)], 0)


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    print("documents  correlation  each alone  as reported", flush=True)
    for documents in (5, 8, 20, 50):
        for together in (0.0, 0.3, 0.6):
            chance = np.random.default_rng(1)
            layers = [honest(chance, documents, together) for _ in range(times)]
            alone = [replace(one, document=np.zeros_like(one.document)) for one in layers]
            inside = [np.mean([one.ece <= one.ece_by_chance for one in side]) for side in (alone, layers)]
            print(f"{documents:>9}  {together:>11}  {inside[0]:>9.1%}  {inside[1]:>10.1%}", flush=True)


if __name__ == "__main__":
    main()
