"""Scores by what is known of the articles: source, month, the annotator of their gold, how near training articles are.

Each group is held against all other articles for which the same is known, as a slice is (`slices`): a t test with the
jackknife's error, corrected by Holm for all groups that have enough to judge.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from annotation.core.bootstrap import Floats
from annotation.core.document import Document
from annotation.core.matching import HEADLINE, PRF, UNITS
from annotation.core.messages import N_, Message
from annotation.core.text import folded
from training.analysis.slices import MOST, OTHERS, Key, Slice, judged
from training.scoring.document_pairs import DocumentPair
from training.scoring.outlets import outlet
from training.scoring.scores import Scores, prfs

SOURCE, MONTH, ANNOTATOR, NEARNESS = N_("source"), N_("month"), N_("annotator"), N_("nearness")
KINDS: Mapping[str, str] = {
    SOURCE: N_("the site of the article's address, or the name it came with"),
    MONTH: N_("when the article says that it was published"),
    ANNOTATOR: N_("whose marks are the gold"),
    NEARNESS: N_("the most similar article trained on: cosine of words weighted by TF-IDF"),
}
"""Each kind of group, and what it is by."""
SHOWN = ("Trig-C", HEADLINE, "Entity")
THIRDS = ("far", "middle", "near")
_RANGES = (
    N_("far, %(low)s to %(high)s"),
    N_("middle, %(low)s to %(high)s"),
    N_("near, %(low)s to %(high)s"),
)
_FEWEST = 9
"""Articles below which thirds say nothing."""
_YEAR_FIRST = re.compile(r"\s*(\d{4})[-/.](\d{1,2})\b")
_DAY_FIRST = re.compile(r"\s*\d{1,2}[-/.](\d{1,2})[-/.](\d{4})\b")
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class DocumentGroup:
    """Articles with something in common: `slice_` has Arg-C+ against the rest, `scores` each of `SHOWN`."""

    slice_: Slice
    scores: Mapping[str, PRF]

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {**self.slice_.as_dict(), "scores": {unit: prf.as_dict() for unit, prf in self.scores.items()}}


@dataclass(frozen=True)
class DocumentGroups:
    """The groups of each kind that has two or more. unknown: for how many articles each kind is not known."""

    by_kind: Mapping[str, tuple[DocumentGroup, ...]]
    unknown: Mapping[str, int]

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        kinds = {kind: [group.as_dict() for group in groups] for kind, groups in self.by_kind.items()}
        return {"kinds": kinds, "unknown": dict(self.unknown)}


def document_groups(
    pairs: Sequence[DocumentPair], scores: Scores, train: Sequence[Document] | None = None
) -> DocumentGroups:
    """The groups of these documents, whose scores are given; nearness needs the documents trained on."""
    documents = [pair.gold for pair in pairs]
    values: dict[str, list[str]] = {
        SOURCE: _rarest_together([outlet(document) for document in documents]),
        MONTH: _latest([month(document) for document in documents]),
        ANNOTATOR: _rarest_together([annotator(document) for document in documents]),
        NEARNESS: thirds(nearness(documents, train)) if train else [""] * len(documents),
    }
    keys = [(kind, name) for kind, of in values.items() for name in _names(kind, of)]
    counts = _by_group(keys, values, scores.counts[:, [UNITS.index(unit) for unit in SHOWN]])
    return DocumentGroups(_groups(keys, counts, scores.stories), {kind: of.count("") for kind, of in values.items()})


def month(document: Document) -> str:
    """The month an article was published in, such as "2023-04"; "" where it says none that can be read."""
    said = (document.source.published if document.source else None) or ""
    if found := _YEAR_FIRST.match(said):
        year, number = map(int, found.groups())
    elif found := _DAY_FIRST.match(said):
        number, year = map(int, found.groups())
    else:
        parsed = parsedate(said)
        year, number = parsed[:2] if parsed else (0, 0)
    return f"{year:04}-{number:02}" if year and 1 <= number <= 12 else ""


def annotator(document: Document) -> str:
    """Whose marks the document has, "" where that is not known."""
    return (document.provenance.annotator if document.provenance else None) or ""


def nearness(documents: Sequence[Document], train: Sequence[Document]) -> Floats:
    """The cosine of each document to the most similar of `train`, [documents], in 0..1.

    Words are folded and weighted by term frequency, on a log scale, and inverse document frequency over `train` (Salton
    and Buckley 1988).
    """
    number: dict[str, int] = {}
    bags = [_bag(document.text) for document in (*train, *documents)]
    rows = [(row, number.setdefault(word, len(number)), n) for row, bag in enumerate(bags) for word, n in bag.items()]
    at, words, times = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    table = csr_array((1 + np.log(times), (at.astype(int), words.astype(int))), shape=(len(bags), len(number)))
    having = np.bincount(table[: len(train)].tocoo().col, minlength=len(number))
    weighted = (table * np.log((1 + len(train)) / (1 + having))[None, :]).tocsr()
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    similar = (weighted[len(train) :] @ weighted[: len(train)].T).toarray()
    scale = np.outer(norms[len(train) :], norms[: len(train)])
    closest: Floats = np.divide(similar, scale, out=np.zeros_like(similar), where=scale > 0).max(axis=1)
    return closest


def thirds(values: Floats) -> list[str]:
    """The third each value is in, with the third's range, such as "near, 0.31 to 0.62"; "" for fewer than nine."""
    if len(values) < _FEWEST:
        return [""] * len(values)
    third = np.empty(len(values), dtype=int)
    third[np.argsort(values, kind="stable")] = np.arange(len(values)) * 3 // len(values)
    ends = [(values[third == at].min(), values[third == at].max()) for at in range(3)]
    named = [
        Message(said, low=f"{low:.2f}", high=f"{high:.2f}") for said, (low, high) in zip(_RANGES, ends, strict=True)
    ]
    return [named[at] for at in third]


def _bag(text: str) -> Counter[str]:
    return Counter(_WORD.findall(folded(text)))


def _names(kind: str, values: Sequence[str]) -> list[str]:
    """The groups of a kind in the order they are shown in: months and thirds by time and size, others by frequency."""
    times = Counter(value for value in values if value)
    if len(times) < 2:
        return []
    if kind == MONTH:
        return sorted(times, key=lambda name: (name != OTHERS, name))
    if kind == NEARNESS:
        return sorted(times, key=lambda name: THIRDS.index(name.partition(",")[0]))
    return sorted(times, key=lambda name: (name == OTHERS, -times[name], name))


def _rarest_together(values: Sequence[str]) -> list[str]:
    """The values, of which the rarest beyond `MOST` are one."""
    kept = {name for name, _ in Counter(value for value in values if value).most_common(MOST)}
    return [value if not value or value in kept else OTHERS for value in values]


def _latest(months: Sequence[str]) -> list[str]:
    """The months, of which those before the last `MOST` are one."""
    kept = sorted({month for month in months if month})[-MOST:]
    return [month if not month or month in kept else OTHERS for month in months]


def _by_group(keys: Sequence[Key], values: Mapping[str, Sequence[str]], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """[documents, scores, 3] -> [documents, groups, scores, 3]: a document counts in its own groups alone."""
    members = [np.array(values[kind], dtype=object) == name for kind, name in keys]
    own = np.array(members, dtype=bool).reshape(len(keys), len(counts)).T
    return np.where(own[:, :, None, None], counts[:, None], 0)


def _groups(
    keys: Sequence[Key], counts: NDArray[np.int64], stories: Sequence[str]
) -> dict[str, tuple[DocumentGroup, ...]]:
    by_unit = [prfs(counts[:, :, at], stories) for at in range(len(SHOWN))]
    found = list(judged(keys, counts[:, :, SHOWN.index(HEADLINE)], stories))
    groups = [
        DocumentGroup(slice_, dict(zip(SHOWN, scores, strict=True)))
        for slice_, *scores in zip(found, *by_unit, strict=True)
    ]
    return {kind: tuple(_of(kind, groups)) for kind in KINDS if any(key[0] == kind for key in keys)}


def _of(kind: str, groups: Sequence[DocumentGroup]) -> Iterator[DocumentGroup]:
    return (group for group in groups if group.slice_.kind == kind)
