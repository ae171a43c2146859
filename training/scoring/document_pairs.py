"""Gold Documents with the predicted ones of the same id, as they come; what does not fit is refused in one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from sqlite3 import Connection, connect
from typing import TypeAlias

from annotation.core.document import Document
from annotation.core.errors import UsageError

DocumentPair: TypeAlias = tuple[Document, Document]
GOLD, PREDICTED = 0, 1
_EXAMPLES = 3


def pair_documents(gold: Iterable[Document], predicted: Iterable[Document]) -> list[DocumentPair]:
    """Each gold Document with the predicted one of its id, in gold's order.

    Raises UsageError that says how many Documents do not fit, and which.
    """
    found = sorted(stream_pairs(gold, predicted), key=lambda numbered: numbered[0])
    return [(ours, theirs) for _, ours, theirs in found]


def stream_pairs(gold: Iterable[Document], predicted: Iterable[Document]) -> Iterator[tuple[int, Document, Document]]:
    """The place in gold, the gold Document and the predicted one, as soon as both have come.

    Held in memory are only Documents whose partner has not come yet: none where both sides have the same order. Raises
    UsageError as `pair_documents` does, once both sides are read.
    """
    pairing = Pairing()
    for place, (ours, theirs) in enumerate(zip_longest(gold, predicted)):
        yield from pairing.add(place, ours, theirs)
    pairing.close()


@dataclass
class Pairing:
    """What has come so far, and what did not fit."""

    ours: dict[str, tuple[int, Document]] = field(default_factory=dict)
    theirs: dict[str, Document] = field(default_factory=dict)
    seen: Connection = field(default_factory=lambda: _ids())
    repeated: tuple[dict[str, None], dict[str, None]] = field(default_factory=lambda: ({}, {}))
    changed: list[str] = field(default_factory=list)

    def add(
        self, place: int, gold: Document | None, predicted: Document | None
    ) -> Iterator[tuple[int, Document, Document]]:
        """Take the next of each side, `place` being gold's, and give the pairs that this completes."""
        if gold is not None and self.new(GOLD, gold.id):
            self.ours[gold.id] = place, gold
        if predicted is not None and self.new(PREDICTED, predicted.id):
            self.theirs[predicted.id] = predicted
        for id in {document.id: None for document in (gold, predicted) if document is not None}:
            if id in self.ours and id in self.theirs:
                (number, ours), theirs = self.ours.pop(id), self.theirs.pop(id)
                if ours.text == theirs.text:
                    yield number, ours, theirs
                else:
                    self.changed.append(id)

    def close(self) -> None:
        """Raise UsageError if anything did not fit."""
        self.seen.close()
        faults = {
            "more than once in gold": list(self.repeated[0]),
            "more than once in predicted": list(self.repeated[1]),
            "only in gold": list(self.ours),
            "only in predicted": list(self.theirs),
            "with another text in predicted than in gold": self.changed,
        }
        told = [f"{len(ids)} {what} ({_some(ids)})" for what, ids in faults.items() if ids]
        if told:
            raise UsageError(
                f"gold and predicted do not fit: {'; '.join(told)}; predict the very documents that are gold"
            )

    def new(self, side: int, id: str) -> bool:
        """Whether the id has not come on this side before; noted either way."""
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


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_EXAMPLES]) + (", ..." if len(ids) > _EXAMPLES else "")
