"""Counts of one document after another: all that is kept of documents, so that an archive can be scored as it is read.

A document leaves a row: its id, its language, three numbers for each score and four for each type that occurs in it.
Past `ROWS` documents, neighbours in gold of one language share a row, more and more of them, so that the table stops
growing. Intervals then come from leaving out rows, as in a block jackknife (Kuensch 1989): thousands of rows are enough
to tell the spread, and neighbours that resemble each other are left out together, as they should.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotation.core.layers import SPAN_LAYERS
from annotation.core.matching import UNITS, Item, Items
from training.scoring import token_f1
from training.scoring.document_pairs import DocumentPair
from training.scoring.outlets import outlet

KINDS: Mapping[str, tuple[str, int]] = {
    "event": ("Trig-C", 2),
    "arguments": ("Arg-C+", 2),
    "role": ("Arg-C+", 5),
    "entity": ("Entity", 2),
}
"""What scores are broken down by: the unit counted, and where in its tuple the type stands. `arguments` is by event."""

Integers: TypeAlias = NDArray[np.int64]
TypeName: TypeAlias = tuple[str, str]
"""A kind of `KINDS`, and a type of it; or a kind of slice, and a slice of the arguments."""

Slices: TypeAlias = Mapping[TypeName, Sequence[int]]
"""Gold, predicted and correct arguments of one document, by slice."""

_SCORES = len(UNITS) + len(SPAN_LAYERS)
_CELL = 5
"""A document's row, a type's number, and gold, predicted, correct."""
ROWS = 1 << 13
"""Rows that are kept in the end; up to twice as many while documents come."""


class ScoreCounts:
    """What was counted so far; `add` takes a pair, `merge` takes what another process counted."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.languages: list[str] = []
        self.stories: list[str] = []
        self.sources: list[str] = []
        self._sizes = array("q")
        self._places = array("q")
        self._width = 1
        self._counts = array("q")
        self._cells = array("q")
        self._types: dict[TypeName, int] = {}

    def __len__(self) -> int:
        """Rows."""
        return len(self.names)

    @property
    def documents(self) -> int:
        """How many were counted."""
        return sum(self._sizes)

    def add(self, place: int, pair: DocumentPair, slices: Slices | None = None) -> None:
        """Count a pair. `place` is the document's among gold's; the language is the gold one's.

        `slices` holds further counts of its arguments.
        """
        sides = (pair.gold_units, pair.predicted_units, pair.shared_units)
        for unit in UNITS:
            self._counts.extend(len(side[unit]) for side in sides)
        for triple in token_f1.count_chunks(pair):
            self._counts.extend(triple)
        for kind, (unit, at) in KINDS.items():
            self._count(kind, itemgetter(at), [side[unit] for side in sides])
        for name, counts in (slices or {}).items():
            self._cells.extend((len(self), self._number(name), *counts))
        self.names.append(pair.gold.id)
        self.languages.append(pair.gold.language)
        self.stories.append(pair.story)
        self.sources.append(outlet(pair.gold))
        self._sizes.append(1)
        self._places.append(place)

    def merge(self, other: ScoreCounts) -> None:
        """Take over what the other counted."""
        numbers = [self._number(name) for name in other._types]
        cells = other._cell_table()
        if len(cells):
            cells[:, 0] += len(self)
            cells[:, 1] = np.array(numbers)[cells[:, 1]]
        self._cells.frombytes(cells.tobytes())
        self._counts.extend(other._counts)
        self._places.extend(other._places)
        self._sizes.extend(other._sizes)
        self.names += other.names
        self.languages += other.languages
        self.stories += other.stories
        self.sources += other.sources

    def fold(self) -> Integers | None:
        """Let neighbours share rows until there are no more than `ROWS`; the new row of each old one, None if all fit.

        How wide the rows are in the end depends on the documents alone, not on the order in which they came.
        """
        if len(self) <= ROWS and self._width == 1:
            return None
        languages, language = np.unique(np.array(self.languages, dtype=object), return_inverse=True)
        places = np.array(self._places, dtype=np.int64)
        while True:
            keys = places // self._width * len(languages) + language
            blocks, row = np.unique(keys, return_inverse=True)
            if len(blocks) <= max(ROWS, len(languages)):
                break
            self._width *= 2
        self._regroup(blocks, row, languages)
        folded: Integers = row
        return folded

    def _regroup(self, keys: Integers, row: Integers, languages: NDArray[np.object_]) -> None:
        """Sum old rows into new ones. `keys` is [new rows], block number * languages + language; `row` [old rows]."""
        block, language = np.divmod(keys, len(languages))
        counts, cells = summed(self.counts(), row), self._cell_table()
        packed, where = np.unique(row[cells[:, 0]] * len(self._types) + cells[:, 1], return_inverse=True)
        at = np.stack(np.divmod(packed, max(1, len(self._types))), axis=1)
        cells = np.concatenate([at, summed(cells[:, 2:], where)], axis=1)
        self.languages = languages[language].tolist()
        self.names = [f"{name} {self._width * at}-" for name, at in zip(self.languages, block.tolist(), strict=True)]
        self.stories, self.sources = self.names.copy(), [""] * len(self.names)
        self._places = array("q", (block * self._width).tobytes())
        self._sizes = array("q", summed(np.array(self._sizes), row).tobytes())
        self._counts = array("q", counts.tobytes())
        self._cells = array("q", cells.tobytes())

    def order(self) -> Integers | slice:
        """The rows in gold's order: a slice, which copies nothing, where they came in it."""
        places = np.array(self._places, dtype=np.int64)
        return slice(None) if (np.diff(places) > 0).all() else np.argsort(places, kind="stable")

    def sizes(self) -> Integers:
        """[rows]: documents in each, as they came."""
        return np.array(self._sizes, dtype=np.int64)

    def counts(self) -> Integers:
        """[rows, scores, 3]: gold, predicted, correct of each of `UNITS` and of `SPAN_LAYERS`, as they came."""
        return np.array(self._counts, dtype=np.int64).reshape(-1, _SCORES, 3)

    def types(self) -> tuple[tuple[TypeName, ...], Integers]:
        """The types by kind and name, and [rows, types, 3], as they came."""
        names = sorted(self._types, key=type_order)
        table = np.zeros((len(self), len(names), 3), dtype=np.int64)
        if names:
            cells, column = self._cell_table(), np.argsort([self._types[name] for name in names])
            table[cells[:, 0], column[cells[:, 1]]] = cells[:, 2:]
        return tuple(names), table

    def _cell_table(self) -> Integers:
        return np.array(self._cells, dtype=np.int64).reshape(-1, _CELL)

    def _count(self, kind: str, type_of: Callable[[Item], object], sides: Sequence[Items]) -> None:
        gold, predicted, both = (Counter(map(type_of, items)) for items in sides)
        for name in {**gold, **predicted}:
            number = self._number((kind, str(name)))
            self._cells.extend((len(self), number, gold[name], predicted[name], both[name]))

    def _number(self, name: TypeName) -> int:
        return self._types.setdefault(name, len(self._types))


def type_order(name: TypeName) -> tuple[int, TypeName]:
    """Sort key: the kinds of `KINDS` first, in their order, then slices."""
    kinds = list(KINDS)
    return kinds.index(name[0]) if name[0] in KINDS else len(kinds), name


def summed(values: Integers, row: Integers) -> Integers:
    """[old rows, ...] -> [new rows, ...]: the sums of those that `row` sends to the same one, every one of them hit."""
    total = np.zeros((int(row.max(initial=-1)) + 1, *values.shape[1:]), dtype=values.dtype)
    np.add.at(total, row, values)
    return total
