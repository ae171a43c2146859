"""Whether the mix of event types as a whole is another one than before: a change of many types, each too small to show.

The distance of both mixes is the total variation, and its p-value is that of a permutation test: stories are dealt to
both sides at random (Fisher 1935, "The design of experiments", section 21), near-duplicates always together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.core.bootstrap import Floats
from annotation.core.intervals import FEWEST

DEALS = 1999
_SEED = 0
_CELLS = 4_000_000
"""Numbers held in memory at a time."""
_ROUNDING = 1e-12


@dataclass(frozen=True)
class TypeMix:
    """The mixes of both sides compared.

    distance: the share of events that would have to be of another type for both mixes to be the same, 0..1. by_chance:
    its median where stories are dealt at random. effect: Cohen's h, which of more than two types is twice the angle of
    Bhattacharyya (1943). stories: with any event, old and new. enough: whether there is enough on both sides to judge.
    """

    distance: float
    by_chance: float
    p: float
    effect: float
    stories: tuple[int, int]
    enough: bool


def type_mix(before: Floats, now: Floats) -> TypeMix:
    """Compare events of each story by type, [stories, types] each; the same input always gives the same answer.

    What was seen counts as one of the deals, so that p is never 0 (Phipson and Smyth 2010).
    """
    old, new = (side[side.sum(axis=1) > 0] for side in (before, now))
    stories = (len(old), len(new))
    total = old.sum(axis=0) + new.sum(axis=0)
    if min(stories) < FEWEST or (total > 0).sum() < 2:
        return TypeMix(0.0, 0.0, 1.0, 0.0, stories, enough=False)
    sums = (old.sum(axis=0), new.sum(axis=0))
    distance = float(_distance(sums[0], total))
    dealt = _distance(_dealt(np.concatenate([old, new]), len(old)), total)
    p = (1 + int((dealt >= distance - _ROUNDING).sum())) / (1 + DEALS)
    return TypeMix(distance, float(np.median(dealt)), p, _effect(*sums), stories, enough=True)


def _distance(old: Floats, total: Floats) -> Floats:
    """Total variation between the mix of `old`, [..., types], and that of the rest of `total`."""
    apart: Floats = np.abs(_shares(old) - _shares(total - old)).sum(axis=-1) / 2
    return apart


def _shares(events: Floats) -> Floats:
    shares: Floats = events / events.sum(axis=-1, keepdims=True)
    return shares


def _effect(old: Floats, new: Floats) -> float:
    alike = float(np.sqrt(_shares(old) * _shares(new)).sum())
    return 2 * float(np.arccos(min(alike, 1.0)))


def _dealt(events: Floats, size: int) -> Floats:
    """Sums of so many stories drawn at random, [DEALS, types]; the fewer of both sides are added up."""
    fewer = min(size, len(events) - size)
    sums: Floats = np.concatenate([events[drawn].sum(axis=1) for drawn in _draws(len(events), fewer, events.shape[1])])
    rest: Floats = events.sum(axis=0) - sums
    return sums if fewer == size else rest


def _draws(stories: int, size: int, types: int) -> Iterator[NDArray[np.int64]]:
    """Draws of `size` out of so many stories, [some, size] at a time, DEALS in all."""
    dice = np.random.default_rng(_SEED)
    most = max(1, _CELLS // (stories * types))
    for start in range(0, DEALS, most):
        keys = dice.random((min(most, DEALS - start), stories), dtype=np.float32)
        yield np.argpartition(keys, size, axis=1)[:, :size]
