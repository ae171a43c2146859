"""Counts of one document after another: all that is kept of documents, so that an archive can be scored as it is read.

A document leaves its id, its language, three numbers for each score and four for each type that occurs in it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from operator import itemgetter
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotation.document import Document
from annotation.matching import UNITS, Units, compare, units
from training import flat

KINDS: Mapping[str, tuple[str, int]] = {
    "event": ("Trig-C", 2),
    "arguments": ("Arg-C+", 2),
    "role": ("Arg-C+", 5),
    "entity": ("Entity", 2),
}
"""What scores are broken down by: the unit counted, and where in its tuple the type stands. `arguments` is by event."""

TypeName: TypeAlias = tuple[str, str]
"""A kind of `KINDS`, and a type of it."""

_SCORES = len(UNITS) + len(flat.LAYERS)
_CELL = 5
"""A document's row, a type's number, and gold, predicted, correct."""
_SMALL = 1 << 13
"""Below this, numbers take half the room and three of them still add up."""


class Tally:
    """What was counted so far; `add` takes a pair, `merge` takes what another process counted."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.languages: list[str] = []
        self._places = array("q")
        self._counts = array("i")
        self._cells = array("i")
        self._types: dict[TypeName, int] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, place: int, gold: Document, predicted: Document) -> None:
        """Count a pair of the same text. `place` is the document's among gold's; the language is the gold one's."""
        left, right = units(gold), units(predicted)
        for triple in (*compare(left, right), *flat.compare(gold, predicted)):
            self._counts.extend(triple)
        for kind, (unit, at) in KINDS.items():
            self._count(kind, at, left, right, unit)
        self.ids.append(gold.id)
        self.languages.append(gold.language)
        self._places.append(place)

    def merge(self, other: Tally) -> None:
        """Take over what the other counted."""
        numbers = [self._number(name) for name in other._types]
        cells = np.frombuffer(other._cells, dtype=np.int32).reshape(-1, _CELL).copy()
        if len(cells):
            cells[:, 0] += len(self)
            cells[:, 1] = np.array(numbers)[cells[:, 1]]
        self._cells.frombytes(cells.tobytes())
        self._counts.extend(other._counts)
        self._places.extend(other._places)
        self.ids += other.ids
        self.languages += other.languages

    def order(self) -> NDArray[np.int64] | slice:
        """The rows in gold's order: a slice, which copies nothing, where they came in it."""
        places = np.array(self._places, dtype=np.int64)
        return slice(None) if (np.diff(places) > 0).all() else np.argsort(places)

    def counts(self) -> NDArray[np.int64]:
        """[documents, scores, 3]: gold, predicted, correct of each of `UNITS` and of `flat.LAYERS`, as they came."""
        return np.array(self._counts, dtype=np.int64).reshape(-1, _SCORES, 3)

    def types(self) -> tuple[tuple[TypeName, ...], NDArray[np.integer]]:
        """The types by kind and name, and [documents, types, 3], as they came."""
        kinds = list(KINDS)
        names = sorted(self._types, key=lambda name: (kinds.index(name[0]), name[1]))
        cells = np.frombuffer(self._cells or array("i", [0] * _CELL), dtype=np.int32).reshape(-1, _CELL)
        small = cells[:, 2:].max(initial=0) < _SMALL
        table = np.zeros((len(self), len(names), 3), dtype=np.int16 if small else np.int32)
        if names:
            column = np.argsort([self._types[name] for name in names])
            table[cells[:, 0], column[cells[:, 1]]] = cells[:, 2:]
        return tuple(names), table

    def _count(self, kind: str, at: int, gold: Units, predicted: Units, unit: str) -> None:
        type_of = itemgetter(at)
        ours, theirs = Counter(map(type_of, gold[unit])), Counter(map(type_of, predicted[unit]))
        both = Counter(map(type_of, gold[unit] & predicted[unit]))
        for name in {**ours, **theirs}:
            number = self._number((kind, str(name)))
            self._cells.extend((len(self), number, ours[name], theirs[name], both[name]))

    def _number(self, name: TypeName) -> int:
        return self._types.setdefault(name, len(self._types))
