"""Paired randomization test of many scores at once: which fell or rose beyond chance, corrected for their number.

Were two models equally good, it would be chance which of them did what on a story. So their outcomes are swapped, story
by story, at random, and a change counts when swapping hardly ever gives one as large (Noreen 1989; Yeh 2000, "More
accurate tests for the statistical significance of result differences"). This is exact for however few stories there
are: four that got worse cannot convince anybody.

All scores are swapped together, and each is held against the largest change that any of them shows in the same swap, in
units of its own spread (Westfall and Young 1993, the single-step maxT): scores that move together cost less than by
Bonferroni. The headline stands first with half of the level for itself; what it does not need, all others get (the
fallback procedure, Wiens 2003). So it does not pay for hundreds of types, and the chance of any false alarm is the
level. Size and power are in tests/benchmarks/RESULTS.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from annotation.core.bootstrap import Floats, ratio

SEED = 13
DRAWS = 10_000
_EXACT = 13
"""Stories that differ up to which all swaps there are (8,192) are tried."""
_BATCH = 1 << 22
"""Array cells of one batch of swaps, 32 MiB."""
_SAME = 1e-9
"""Changes closer than this, in units of their spread, are equal."""
FALL, RISE = 0, 1


@dataclass(frozen=True, slots=True)
class Swaps:
    """What all swaps gave: the largest fall and rise of any score but the headline, and the headline's own change.

    highest: [2, draws]; first: [draws]; both in units of the scores' own spread.
    """

    headline: int
    highest: Floats
    first: Floats

    def chances(self, observed: Floats) -> Floats:
        """Corrected p-values, [2, scores], of changes in units of their own spread: falls, then rises."""
        others = np.stack([_share(self.highest[side], sign * observed) for side, sign in ((FALL, -1), (RISE, 1))])
        alone = np.array([_share(sign * self.first, sign * observed[[self.headline]])[0] for sign in (-1, 1)])
        p = _fallback(others, alone[:, None])
        p[:, self.headline] = np.minimum(1.0, 2 * alone)
        return p


@dataclass(frozen=True, slots=True)
class Tested:
    """`p`, [2, scores]: the chance of a fall (row 0) and of a rise (row 1) as large, to hold against the level.

    least: the smallest p that a score could have had, with the stories that differ in it, [scores].
    """

    p: Floats
    least: Floats
    swaps: Swaps


def effects(now: Floats, before: Floats) -> Floats:
    """What each story adds to the change of micro F1, [stories, scores], of counts [stories, scores, 3] of each model.

    The sum over stories has the sign of F1 now less F1 before, is 0 where they are equal, and a swap of a story turns
    the sign of what it adds: 2 (correct now - before) - F (predicted now - before), over the mean of what both marked,
    where F is the F1 of both models together, which swaps do not change.
    """
    gain = now - before
    both = now.sum(axis=0) + before.sum(axis=0)
    marked = (both[..., 0] + both[..., 1]) / 2
    pooled = ratio(both[..., 2], marked)
    return ratio(2 * gain[..., 2] - pooled * gain[..., 1], np.broadcast_to(marked, gain.shape[:2]))


def randomization_test(effects: Floats, *, headline: int, draws: int = DRAWS, seed: int = SEED) -> Tested:
    """Test every score, [stories, scores]; `headline` is the column of the one that stands first."""
    spread = np.sqrt((effects**2).sum(axis=0))
    scaled = ratio(effects, np.broadcast_to(spread, effects.shape))
    rows = scaled.any(axis=1)
    observed, reach = scaled.sum(axis=0), np.abs(scaled).sum(axis=0)
    swaps = Swaps(headline, *_swapped(scaled[rows], headline, draws, seed))
    p = swaps.chances(observed)
    least = _fallback(_share(swaps.highest[RISE], reach), p[:, headline].min(keepdims=True) / 2)
    least[headline] = min(1.0, _share(np.abs(swaps.first), reach[[headline]])[0])  # half to each side, and twice that
    p[:, spread == 0], least[spread == 0] = 1.0, 1.0
    return Tested(p, least, swaps)


def _fallback(others: Floats, alone: Floats) -> Floats:
    """Corrected p-values of all but the headline, whose own is `alone`.

    Significant at a level is what is so at half of it; or at all of it, where the headline is so at its half.
    """
    least: Floats = np.minimum(2 * others, np.maximum(others, 2 * alone))
    return np.minimum(1.0, least)


def _share(drawn: Floats, values: Floats) -> Floats:
    """The share of draws that are as large as each value."""
    larger = len(drawn) - np.searchsorted(np.sort(drawn), values - _SAME)
    share: Floats = larger / max(len(drawn), 1)
    return share


def _swapped(scaled: Floats, headline: int, draws: int, seed: int) -> tuple[Floats, Floats]:
    """In each draw: the largest fall and rise of all but the headline, [2, draws]; its own change, [draws]."""
    highest, first = [], []
    for signs in _signs(len(scaled), draws, seed, size=max(1, _BATCH // max(1, scaled.size))):
        changes = signs @ scaled
        first.append(changes[:, headline].copy())
        changes[:, headline] = 0.0
        highest.append(np.stack([-changes.min(axis=1), changes.max(axis=1)]))
    return np.concatenate(highest, axis=1), np.concatenate(first)


def _signs(stories: int, draws: int, seed: int, *, size: int) -> Iterator[Floats]:
    """Swaps, [some, stories]: 1 where a story is left as it is, -1 where it is swapped; the first leaves all."""
    if stories <= _EXACT:
        number = np.arange(1 << stories)[:, None] >> np.arange(stories)
        yield np.where(number & 1, -1.0, 1.0)
        return
    generator = np.random.default_rng(seed)
    for begin in range(0, draws, size):
        swapped = generator.integers(0, 2, size=(min(size, draws - begin), stories), dtype=np.int8)
        signs = np.where(swapped, -1.0, 1.0)
        if begin == 0:
            signs[0] = 1.0
        yield signs
