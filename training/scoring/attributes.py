"""What is said of events that were found: a confusion matrix for each attribute, and rumours passed on as facts.

Only triggers of one type that both sides have, matched one to one by overlap, are compared: an event that was missed
has no attribute to get wrong. A value nobody chose is the ontology's default.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotation.core import bootstrap, intervals
from annotation.core.bootstrap import Floats
from annotation.core.matching import ENOUGH, Interval, assign, same_label_overlap
from annotation.core.messages import percent
from annotation.core.ontology import Attribute, Ontology
from training.scoring.document_pairs import DocumentPair

CERTAINTY, UNCONFIRMED, CONFIRMED = "certainty", "unconfirmed", "confirmed"

AttributeRow: TypeAlias = Counter[tuple[str, str, str]]
"""Of one document: how many matched triggers have this attribute, gold value and predicted value."""


@dataclass(frozen=True)
class Confusion:
    """`matrix` is [gold value, predicted value] over matched triggers, values in the ontology's order.

    `macro_f1` is over the values that either side has; it and the accuracy have 95% intervals, None with too few
    stories to give one. `enough`: at least `ENOUGH` (30).
    """

    values: tuple[str, ...]
    matrix: NDArray[np.int64]
    macro_f1: float
    interval: Interval | None
    accuracy_interval: Interval | None

    @property
    def triggers(self) -> int:
        """How many matched triggers were compared."""
        return int(self.matrix.sum())

    @property
    def accuracy(self) -> float:
        """The share of them with the right value, in 0..1; 0 where there are none."""
        return float(np.trace(self.matrix)) / self.triggers if self.triggers else 0.0

    @property
    def enough(self) -> bool:
        """Whether there are at least `ENOUGH` triggers."""
        return self.triggers >= ENOUGH

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        scores: dict[str, object] = {"macro_f1": self.macro_f1, "accuracy": self.accuracy}
        ends = {"interval": self.interval, "accuracy_interval": self.accuracy_interval}
        scores |= {name: list(pair) for name, pair in ends.items() if pair}
        counts = {"triggers": self.triggers, "enough": self.enough}
        return {**scores, **counts, "values": list(self.values), "matrix": self.matrix.tolist()}


@dataclass(frozen=True, slots=True)
class Overclaimed:
    """Unconfirmed events reported as confirmed: `events` of `of` found ones. `enough`: `of` is at least `ENOUGH`."""

    events: int
    of: int
    interval: Interval | None

    @property
    def share(self) -> float:
        """`events` over `of`, in 0..1; 0 where there are none."""
        return self.events / self.of if self.of else 0.0

    @property
    def enough(self) -> bool:
        """Whether there are at least `ENOUGH` unconfirmed events."""
        return self.of >= ENOUGH

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        counts: dict[str, object] = {"events": self.events, "of": self.of, "share": self.share}
        return {**counts, **({"interval": list(self.interval)} if self.interval else {}), "enough": self.enough}


@dataclass(frozen=True)
class Attributes:
    """By attribute. `unconfirmed_as_confirmed` is None where the ontology knows no such thing."""

    by_name: Mapping[str, Confusion]
    unconfirmed_as_confirmed: Overclaimed | None

    @classmethod
    def of(cls, rows: Sequence[AttributeRow], stories: Sequence[str], ontology: Ontology) -> Attributes:
        """From the counts of each document, and its story. Values the ontology does not have follow those it has."""
        values = {name: _values(rows, name, attribute.values) for name, attribute in ontology.attributes.items()}
        tables = {name: intervals.by_cluster(_table(rows, name, values[name]), stories) for name in values}
        confusions = {name: _confusion(values[name], table) for name, table in tables.items()}
        return cls(confusions, _overclaimed(tables, ontology.attributes.get(CERTAINTY)))

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        overclaimed = self.unconfirmed_as_confirmed
        return {
            "attributes": {name: confusion.as_dict() for name, confusion in self.by_name.items()},
            "unconfirmed_as_confirmed": overclaimed.as_dict() if overclaimed else None,
        }

    def table(self) -> Iterator[tuple[str, ...]]:
        """Rows for a terminal, a heading first, in percent."""
        yield "", "macro-F1", "right", "events"
        for name, confusion in self.by_name.items():
            yield name, percent(confusion.macro_f1), percent(confusion.accuracy), str(confusion.triggers)
        if over := self.unconfirmed_as_confirmed:
            yield "unconfirmed reported as confirmed", "", f"{over.events} of {over.of}", ""


def attributes(pairs: Iterable[DocumentPair], ontology: Ontology) -> Attributes:
    """The attributes of matched triggers over all pairs."""
    pairs = list(pairs)
    return Attributes.of([row(pair, ontology=ontology) for pair in pairs], [pair.story for pair in pairs], ontology)


def row(pair: DocumentPair, *, ontology: Ontology) -> AttributeRow:
    """The values of each matched trigger of one pair."""
    gold, predicted = pair.gold, pair.predicted
    matched = assign(gold.triggers, predicted.triggers, same_label_overlap)
    events = [(gold.events[i], predicted.events[j]) for i, j in matched]
    return Counter(
        (name, left.attribute(name) or attribute.default, right.attribute(name) or attribute.default)
        for left, right in events
        for name, attribute in ontology.attributes.items()
    )


def _values(rows: Sequence[AttributeRow], name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The values of the ontology, then those that only the documents have."""
    met = {value for row in rows for (of, *values) in row if of == name for value in values}
    return (*known, *sorted(met - set(known)))


def _table(rows: Sequence[AttributeRow], name: str, values: Sequence[str]) -> NDArray[np.int64]:
    """[documents, gold value, predicted value]."""
    place = {value: at for at, value in enumerate(values)}
    table = np.zeros((len(rows), len(values), len(values)), dtype=np.int64)
    for number, row in enumerate(rows):
        for (of, gold, predicted), times in row.items():
            if of == name:
                table[number, place[gold], place[predicted]] += times
    return table


def _confusion(values: tuple[str, ...], table: NDArray[np.int64]) -> Confusion:
    """`table` is [stories, gold value, predicted value]."""
    matrix, counts = table.sum(axis=0), table.astype(np.float64)
    macro, left_out = _macro_f1(matrix[None].astype(np.float64)), _macro_f1(intervals.left(counts))
    marked = counts.sum(axis=(1, 2))
    items, stories = np.array([matrix.sum()], dtype=np.float64), np.array([(marked > 0).sum()])
    ends = intervals.of_shares(macro, left_out[:, None], items=items, clusters=stories)
    right = intervals.of_ratios(np.trace(counts, axis1=1, axis2=2)[:, None], marked[:, None])
    return Confusion(values, matrix, float(macro[0]), intervals.pair(ends), intervals.pair(right))


def _macro_f1(matrices: Floats) -> Floats:
    """[..., gold value, predicted value] -> [...]: the mean F1 of the values that either side has."""
    right = np.diagonal(matrices, axis1=-2, axis2=-1)
    marked = matrices.sum(axis=-1) + matrices.sum(axis=-2)
    f1 = bootstrap.ratio(2 * right, marked)
    mean: Floats = f1.sum(axis=-1) / np.maximum(1, (marked > 0).sum(axis=-1))
    return mean


def _overclaimed(tables: Mapping[str, NDArray[np.int64]], certainty: Attribute | None) -> Overclaimed | None:
    if certainty is None or not {UNCONFIRMED, CONFIRMED} <= set(certainty.values):
        return None
    values = list(certainty.values)
    rumours = tables[CERTAINTY][:, values.index(UNCONFIRMED)]
    counts = np.stack([rumours[:, values.index(CONFIRMED)], rumours.sum(axis=-1)], axis=-1)
    events, of = counts.sum(axis=0)
    ends = intervals.of_ratios(counts[:, :1].astype(np.float64), counts[:, 1:].astype(np.float64))
    return Overclaimed(int(events), int(of), intervals.pair(ends))
