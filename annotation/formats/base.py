"""What every format here is: a reader of Documents, a writer of them, or both, and what neither can carry over.

A reader goes through one file or folder and yields Documents and `Lost` items in file order; a Document whose file
knows no id has the empty one. A writer writes all or nothing and returns what its format has no words for. Neither
drops anything in silence, and neither stops at one bad item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from annotation.core.document import Document

Unit: TypeAlias = Literal["document", "entity", "event", "argument", "attribute", "link", "source", "other"]
UNITS: tuple[Unit, ...] = ("document", "entity", "event", "argument", "attribute", "link", "source", "other")
LossKind: TypeAlias = Literal["wrong", "lost", "noted"]


@dataclass(frozen=True, slots=True)
class Lost:
    """One item that did not go over as it stood. `str(lost)` is its line.

    `wrong`: the file is at fault and the item is left out. `lost`: the other side has no words for it. `noted`: it went
    over, but changed. `reason` is the same for all items of a sort, so that they can be counted; `detail` is its own.
    """

    unit: Unit
    where: str
    reason: str
    detail: str = ""
    kind: LossKind = "lost"
    count: int = 1

    def __str__(self) -> str:
        detail = f" {self.detail}" if self.detail else ""
        return f"{self.where}: {self.unit}{detail}: {self.reason}"

    def as_dict(self) -> dict[str, object]:
        """The item for a machine."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader is told that the file may not say.

    `events` and `links` are the labels of triggers and of links, where the format tells neither from the rest. `group`
    is how many sentences make a Document, None for the file's own documents or one a sentence; `columns` are the
    columns with tags, from 1. `codes` gives the codes of roles and links for the titles a page showed.
    """

    language: str | None = None
    events: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset({"SameAs"})
    group: int | None = None
    columns: tuple[int, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a writer is told: the titles of roles and links on the page that the file is for, by their codes."""

    titles: Mapping[str, str] = field(default_factory=dict)


DocumentOrLost: TypeAlias = Document | Lost


class Reader(Protocol):
    """Reads one file or folder. Raises UsageError only where nothing of it can be read."""

    def __call__(self, path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]: ...


class Writer(Protocol):
    """Writes the Documents to a file or folder, atomically."""

    def __call__(self, documents: Iterable[Document], out: Path, how: WriteOptions) -> Sequence[Lost]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format by name. `carries` says in a few words what of a Document it holds."""

    name: str
    carries: str
    read: Reader | None = None
    write: Writer | None = None


@dataclass
class ConversionCounts:
    """How many of each unit went over, and what did not."""

    over: dict[Unit, int] = field(default_factory=lambda: dict.fromkeys(UNITS, 0))
    lost: list[Lost] = field(default_factory=list)

    def add(self, document: Document) -> None:
        """Count what is in the Document."""
        for unit, count in unit_counts(document).items():
            self.over[unit] += count

    def of(self, kind: LossKind, unit: Unit) -> int:
        """How many items of the unit were lost in that way."""
        return sum(item.count for item in self.lost if item.kind == kind and item.unit == unit)

    def reasons(self) -> list[tuple[LossKind, Unit, str, int, str]]:
        """Each sort of loss once: kind, unit, reason, how many, where the first is."""
        found: dict[tuple[LossKind, Unit, str], list[Lost]] = {}
        for item in self.lost:
            found.setdefault((item.kind, item.unit, item.reason), []).append(item)
        return [(*key, sum(item.count for item in items), items[0].where) for key, items in sorted(found.items())]


def unit_counts(document: Document) -> dict[Unit, int]:
    """How many of each unit the Document holds."""
    return {
        "document": 1,
        "entity": len(document.entities),
        "event": len(document.events),
        "argument": sum(len(event.arguments) for event in document.events),
        "attribute": sum(len(event.attributes) for event in document.events),
        "link": len(document.links),
        "source": int(document.source is not None),
    }
