"""Active learning queue: the order in which to label articles, by uncertainty, novelty and language. No I/O.

Articles are selected one by one (maximal marginal relevance, Carbonell and Goldstein 1998): each time the one with the
best sum of uncertainty and novelty. Novelty is the MinHash distance to the nearest labelled or selected article. Both
are replaced by their rank among the remaining articles, in 0..1, because nats and distances have no common unit and
the distances of news articles are nearly all close to 1.
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
from annotation.core.messages import first_few
from annotation.core.near_duplicates import fingerprint

MIX = 0.5
MOST = 200
"""Length of the queue by default: it is made again with every new model."""
OTHERS = "others"


HashValues: TypeAlias = NDArray[np.uint64]
"""The hash values of a MinHash: [128]."""
Quota: TypeAlias = Mapping[str, float]
"""Language -> its share of the queue, in 0..1."""


@dataclass(frozen=True, slots=True)
class Queued:
    """An article of the queue, with the figures that decided its rank.

    rank: from 1. uncertainty: the model's, in nats per word, or None. novelty: the MinHash distance, in 0..1, to the
    nearest labelled or earlier article of the queue.
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
    """The order in which to label the candidates, at most `most` of them. Labelled candidates are left out.

    mix: the weight of uncertainty, in 0..1; novelty has the rest. quota: shares by language, followed as closely as
    possible along the whole order; the remaining share is for other languages, and when a language has no articles
    left, the others take its turns. Memory: about 1 KB for each document.

    Raises UsageError for an invalid mix or quota, and when mix > 0 but a candidate has no uncertainty.
    """
    _check(mix, quota or {})
    labelled_hashes = {document.id: _hash_values(document) for document in labelled}
    remaining = [_Candidate.of(document) for document in candidates if document.id not in labelled_hashes]
    if mix > 0:
        _require_uncertainty(remaining)
    selection = _Selection(remaining, list(labelled_hashes.values()), mix)
    turns = _LanguageTurns(remaining, quota or {})
    queued: list[Queued] = []
    while len(queued) < min(len(remaining), len(remaining) if most is None else most):
        index = selection.take(turns.next())
        turns.took(index)
        novelty = round(float(selection.novelty[index]), 4)
        article = remaining[index]
        queued.append(Queued(len(queued) + 1, article.id, article.language, article.uncertainty, novelty))
    return queued


class _Candidate(NamedTuple):
    id: str
    language: str
    uncertainty: float | None
    hashes: HashValues

    @classmethod
    def of(cls, document: Document) -> _Candidate:
        uncertainty = document.provenance.uncertainty if document.provenance else None
        return cls(document.id, document.language, uncertainty, _hash_values(document))


class _Selection:
    """The remaining candidates, and the current novelty of each, [n] in 0..1."""

    def __init__(self, candidates: Sequence[_Candidate], labelled: Iterable[HashValues], mix: float) -> None:
        self.unsure: Floats = np.array([candidate.uncertainty or 0.0 for candidate in candidates])
        self.hashes = np.array([candidate.hashes for candidate in candidates])
        self.mix = mix
        self.novelty: Floats = np.ones(len(candidates))
        for values in labelled if candidates else ():
            self._compare_with(values)

    def take(self, among: NDArray[np.int64]) -> int:
        """The best candidate among these indices; from now on the novelty of the others also counts it."""
        worth = self.mix * _rank_share(self.unsure[among]) + (1 - self.mix) * _rank_share(self.novelty[among])
        index = int(among[int(np.argmax(worth))])
        own = self.novelty[index]
        self._compare_with(self.hashes[index])
        self.novelty[index] = own
        return index

    def _compare_with(self, values: HashValues) -> None:
        np.minimum(self.novelty, 1 - (self.hashes == values).mean(axis=1), out=self.novelty)


class _LanguageTurns:
    """The next language: of those with articles left, the one furthest behind its share."""

    def __init__(self, candidates: Sequence[_Candidate], quota: Quota) -> None:
        rest = max(0.0, 1 - sum(quota.values()))
        self.shares = {**quota, OTHERS: rest} if quota else {OTHERS: 1.0}
        self.groups = [candidate.language if candidate.language in quota else OTHERS for candidate in candidates]
        self.left = np.ones(len(candidates), dtype=bool)
        self.taken: Counter[str] = Counter()

    def next(self) -> NDArray[np.int64]:
        """The indices of that language's remaining articles."""
        turn = self.taken.total() + 1
        open_groups = {group for group, open_ in zip(self.groups, self.left, strict=True) if open_}
        group = max(sorted(open_groups), key=lambda name: self.shares[name] * turn - self.taken[name])
        return np.array([index for index, name in enumerate(self.groups) if name == group and self.left[index]])

    def took(self, index: int) -> None:
        """Record that candidate number `index` was selected."""
        self.left[index] = False
        self.taken[self.groups[index]] += 1


def _rank_share(values: Floats) -> Floats:
    """The share of the other values that are smaller, ties counted half: [n] -> [n] in 0..1."""
    ranks: Floats = rankdata(values) - 1
    return ranks / max(1, len(values) - 1)


def _hash_values(document: Document) -> HashValues:
    return fingerprint(document.text).hashvalues  # type: ignore[no-any-return]


def _require_uncertainty(candidates: Sequence[_Candidate]) -> None:
    missing = [candidate.id for candidate in candidates if candidate.uncertainty is None]
    if missing:
        raise UsageError(
            f"{len(missing)} of {len(candidates)} predicted Documents "
            f"({first_few(missing, 1)}) do not say how unsure the model is; "
            "write them with this naba's `naba predict`, or use --mix 0"
        )


def _check(mix: float, quota: Quota) -> None:
    if not 0 <= mix <= 1:
        raise UsageError(f"mix is {mix}; it is a share, from 0 (novelty alone) to 1 (uncertainty alone)")
    if any(share < 0 for share in quota.values()) or sum(quota.values()) > 1 + 1e-9:
        shares = ",".join(f"{language}={share:g}" for language, share in quota.items())
        raise UsageError(f"quota {shares}: shares are 0 or more, and 1 or less together")
