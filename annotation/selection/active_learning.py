"""What to label next: articles a model is unsure of, unlike those that are labelled already, in the languages wanted.

Pure: predicted Documents in, an order out. Articles are taken one by one (maximal marginal relevance, Carbonell and
Goldstein 1998): each time the one that is best for its uncertainty and for its novelty, which is its MinHash distance
to the nearest of all that is labelled or taken. What the two are worth is their rank among the articles left, in 0..1,
since nats and distances have no common unit: distances of news are nearly all close to 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from annotation.core.bootstrap import Floats
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.near_duplicates import fingerprint

MIX = 0.5
MOST = 200
"""Articles put in order by default: a queue is made anew as soon as there is another model."""
OTHERS = "others"


Print: TypeAlias = NDArray[np.uint64]
"""A MinHash: 128 numbers."""
Quota: TypeAlias = Mapping[str, float]
"""Language -> its share of the queue, in 0..1."""


@dataclass(frozen=True, slots=True)
class Queued:
    """An article and why it stands where it does.

    rank: from 1. uncertainty: the model's, in nats per word, where it tells. novelty: the distance, in 0..1, to what
    was nearest among the labelled and those before it when it was taken.
    """

    rank: int
    id: str
    language: str
    uncertainty: float | None
    novelty: float


def queue(
    candidates: Iterable[Document],
    labelled: Iterable[Document] = (),
    *,
    mix: float = MIX,
    quota: Quota | None = None,
    most: int | None = None,
) -> list[Queued]:
    """The order in which to label the candidates, `most` of them at most.

    mix: how much uncertainty counts, novelty being the rest. quota: shares by language, kept as nearly as can be all
    along the order; what they leave is for the other languages, and a language that runs out leaves its turns to the
    rest. Candidates that are labelled already are left out. About 1 KB is held for each document.

    Raises UsageError for a mix or a quota that cannot be, and where uncertainty counts but a candidate has none.
    """
    _check(mix, quota or {})
    known = {document.id: _print(document) for document in labelled}
    left = [_Candidate.of(document) for document in candidates if document.id not in known]
    if mix > 0:
        _told(left)
    choosing, turns = _Choosing(left, list(known.values()), mix), _Turns(left, quota or {})
    found: list[Queued] = []
    while len(found) < min(len(left), len(left) if most is None else most):
        at = choosing.take(turns.next())
        turns.took(at)
        novelty = round(float(choosing.novelty[at]), 4)
        found.append(Queued(len(found) + 1, left[at].id, left[at].language, left[at].uncertainty, novelty))
    return found


class _Candidate(NamedTuple):
    id: str
    language: str
    uncertainty: float | None
    print: Print

    @classmethod
    def of(cls, document: Document) -> _Candidate:
        uncertainty = document.provenance.uncertainty if document.provenance else None
        return cls(document.id, document.language, uncertainty, _print(document))


class _Choosing:
    """Who is left, and how novel each of them still is."""

    def __init__(self, left: Sequence[_Candidate], known: Iterable[Print], mix: float) -> None:
        self.unsure: Floats = np.array([candidate.uncertainty or 0.0 for candidate in left])
        self.prints = np.array([candidate.print for candidate in left])
        self.mix = mix
        self.novelty: Floats = np.ones(len(left))
        for print_ in known if left else ():
            self._seen(print_)

    def take(self, among: NDArray[np.int64]) -> int:
        """The best of these; from now on the others are compared with it, too."""
        worth = self.mix * _standing(self.unsure[among]) + (1 - self.mix) * _standing(self.novelty[among])
        at = int(among[int(np.argmax(worth))])
        own = self.novelty[at]
        self._seen(self.prints[at])
        self.novelty[at] = own
        return at

    def _seen(self, print_: Print) -> None:
        np.minimum(self.novelty, 1 - (self.prints == print_).mean(axis=1), out=self.novelty)


class _Turns:
    """Whose turn it is: of the languages with articles left, the one furthest behind its share."""

    def __init__(self, left: Sequence[_Candidate], quota: Quota) -> None:
        rest = max(0.0, 1 - sum(quota.values()))
        self.shares = {**quota, OTHERS: rest} if quota else {OTHERS: 1.0}
        self.groups = [candidate.language if candidate.language in quota else OTHERS for candidate in left]
        self.left = np.ones(len(left), dtype=bool)
        self.taken: Counter[str] = Counter()

    def next(self) -> NDArray[np.int64]:
        """The articles left of that language."""
        turn = self.taken.total() + 1
        there = {group for group, left in zip(self.groups, self.left, strict=True) if left}
        group = max(sorted(there), key=lambda name: self.shares[name] * turn - self.taken[name])
        return np.array([at for at, name in enumerate(self.groups) if name == group and self.left[at]])

    def took(self, at: int) -> None:
        self.left[at] = False
        self.taken[self.groups[at]] += 1


def _standing(values: Floats) -> Floats:
    """The share of the others that have less, equals counting half: [n] -> [n] in 0..1."""
    ranks: Floats = rankdata(values) - 1
    return ranks / max(1, len(values) - 1)


def _print(document: Document) -> Print:
    return fingerprint(document.text).hashvalues  # type: ignore[no-any-return]


def _told(left: Sequence[_Candidate]) -> None:
    silent = [candidate.id for candidate in left if candidate.uncertainty is None]
    if silent:
        raise UsageError(
            f"{len(silent)} of {len(left)} predicted Documents ({silent[0]}{', ...' if len(silent) > 1 else ''}) do "
            "not say how unsure the model is; write them with this naba's `naba predict`, or use --mix 0"
        )


def _check(mix: float, quota: Quota) -> None:
    if not 0 <= mix <= 1:
        raise UsageError(f"mix is {mix}; it is a share, from 0 (novelty alone) to 1 (uncertainty alone)")
    if any(share < 0 for share in quota.values()) or sum(quota.values()) > 1 + 1e-9:
        told = ",".join(f"{language}={share:g}" for language, share in quota.items())
        raise UsageError(f"quota {told}: shares are 0 or more, and 1 or less together")
