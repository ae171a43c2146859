"""Gold Documents with the predicted ones of the same id, as they come; what does not fit is refused in one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from operator import itemgetter
from sqlite3 import Connection, connect
from typing import TypeAlias

from annotation.core.document import Document, Span
from annotation.core.errors import UsageError
from annotation.core.layers import ENTITY, TRIGGER
from annotation.core.matching import Items, Units, shared_items, units
from annotation.core.messages import first_few

GOLD, PREDICTED = 0, 1


@dataclass(frozen=True, eq=False)
class DocumentPair:
    """A gold Document and the predicted one of the same id and text.

    What scores count of them is computed on first use and kept. `cluster` names the near-duplicates the Document
    belongs to, where they were looked for.
    """

    gold: Document
    predicted: Document
    cluster: str = ""

    @property
    def story(self) -> str:
        """The name of the report that this Document tells, the same for near-duplicates; by itself its id."""
        return self.cluster or self.gold.id

    @cached_property
    def gold_units(self) -> Units:
        """The items of the gold Document that each score counts."""
        return units(self.gold)

    @cached_property
    def predicted_units(self) -> Units:
        """The items of the predicted Document that each score counts."""
        return units(self.predicted)

    @cached_property
    def shared_units(self) -> Mapping[str, Items]:
        """The items that both have, by score."""
        return shared_items(self.gold_units, self.predicted_units)

    def spans(self) -> Mapping[str, tuple[Sequence[Span], Sequence[Span]]]:
        """The gold and the predicted spans of each layer of `SPAN_LAYERS`."""
        gold, predicted = self.gold, self.predicted
        return {ENTITY: (gold.entities, predicted.entities), TRIGGER: (gold.triggers, predicted.triggers)}


NumberedPair: TypeAlias = tuple[int, DocumentPair]
"""A pair with the place of its gold Document among all gold Documents."""


def pair_documents(gold: Iterable[Document], predicted: Iterable[Document]) -> list[DocumentPair]:
    """Each gold Document with the predicted one of its id, in gold's order.

    Raises UsageError that says how many Documents do not fit, and which.
    """
    return [pair for _, pair in sorted(stream_pairs(gold, predicted), key=itemgetter(0))]


def stream_pairs(gold: Iterable[Document], predicted: Iterable[Document]) -> Iterator[NumberedPair]:
    """Each pair as soon as both Documents have come, with its place in gold.

    Held in memory are only Documents whose partner has not come yet: none where both sides have the same order. Raises
    UsageError as `pair_documents` does, once both sides are read.
    """
    pairing = Pairing()
    for place, documents in enumerate(zip_longest(gold, predicted)):
        yield from pairing.add(place, *documents)
    pairing.close()


@dataclass
class Pairing:
    """Documents that wait for their partner, the ids that have come, and those at fault.

    `gold` and `predicted` hold what waits, by id; gold with its place.
    """

    gold: dict[str, tuple[int, Document]] = field(default_factory=dict)
    predicted: dict[str, Document] = field(default_factory=dict)
    seen: Connection = field(default_factory=lambda: _ids())
    repeated: tuple[dict[str, None], dict[str, None]] = field(default_factory=lambda: ({}, {}))
    changed: list[str] = field(default_factory=list)

    def add(self, place: int, gold: Document | None, predicted: Document | None) -> Iterator[NumberedPair]:
        """Take the next of each side, `place` being gold's, and give the pairs that this completes."""
        if gold is not None and self.is_new(GOLD, gold.id):
            self.gold[gold.id] = place, gold
        if predicted is not None and self.is_new(PREDICTED, predicted.id):
            self.predicted[predicted.id] = predicted
        for id in {document.id: None for document in (gold, predicted) if document is not None}:
            if id in self.gold and id in self.predicted:
                (number, waiting), partner = self.gold.pop(id), self.predicted.pop(id)
                if waiting.text == partner.text:
                    yield number, DocumentPair(waiting, partner)
                else:
                    self.changed.append(id)

    def close(self) -> None:
        """Raise UsageError if anything did not fit."""
        self.seen.close()
        faults = {
            "more than once in gold": list(self.repeated[0]),
            "more than once in predicted": list(self.repeated[1]),
            "only in gold": list(self.gold),
            "only in predicted": list(self.predicted),
            "with another text in predicted than in gold": self.changed,
        }
        summary = [f"{len(ids)} {fault} ({first_few(ids)})" for fault, ids in faults.items() if ids]
        if summary:
            raise UsageError(
                f"gold and predicted do not fit: {'; '.join(summary)}; predict the very documents that are gold"
            )

    def is_new(self, side: int, id: str) -> bool:
        """Whether the id has not come on this side before; the id is recorded either way."""
        if self.seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (side, id)).rowcount:
            return True
        self.repeated[side][id] = None
        return False


def _ids() -> Connection:
    """A table of the ids that have come: in memory while it is small, on disk for an archive."""
    seen = connect("", isolation_level=None)
    seen.executescript(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
        "CREATE TABLE seen (side INTEGER, id TEXT, PRIMARY KEY (side, id)) WITHOUT ROWID; BEGIN"
    )
    return seen
