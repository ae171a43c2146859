"""Interface of a format: a reader of Documents, a writer of them, or both, and records of what is lost.

A reader goes through one file or folder and yields Documents and `Lost` items in file order; a Document without an id
in its file has the empty id. A writer writes atomically and returns what its format cannot represent. Every loss is
recorded, and one bad item does not stop a reader or a writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from annotation.core.document import Document
from annotation.formats.opening import Opening

Unit: TypeAlias = Literal["document", "entity", "event", "argument", "attribute", "link", "source", "other"]
UNITS: tuple[Unit, ...] = ("document", "entity", "event", "argument", "attribute", "link", "source", "other")
LossKind: TypeAlias = Literal["wrong", "lost", "noted"]


@dataclass(frozen=True, slots=True)
class Lost:
    """One item that was not converted as it stood. `str(lost)` is its line in a report.

    `wrong`: the file is at fault and the item is left out. `lost`: the target cannot represent it. `noted`: it was
    converted, but changed. `reason` is the same for all items of a sort, so that they can be counted; `detail` is about
    this item.
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
        """The item as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options of a reader: facts that the file may not contain.

    `events` and `links` are the labels of triggers and of links, where the format does not mark them as such. `group`
    is the number of sentences in a Document; None means the file's own documents, or one sentence each. `columns` are
    the columns with tags and `words` the one with words, counted from 1; `tag_label` is the label of mentions whose
    tags have none. `codes` gives the codes of roles and links for the titles a page showed. `repair` moves marks that
    cover other words than they quote to those words, where they stand once nearby. `text_key` is where a task's
    article is, and `text_keys` where the text of each object of a labelling configuration is.
    """

    language: str | None = None
    events: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset({"SameAs"})
    group: int | None = None
    columns: tuple[int, ...] = ()
    words: int | None = None
    tag_label: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    repair: bool = False
    text_key: str | None = None
    text_keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """Options of a writer: the titles of roles and links on the page that the file is for, by their codes."""

    titles: Mapping[str, str] = field(default_factory=dict)


DocumentOrLost: TypeAlias = Document | Lost


class Reader(Protocol):
    """Reads one file or folder. Raises UsageError only where nothing in it can be read."""

    def __call__(self, path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]: ...


class Writer(Protocol):
    """Writes the Documents to a file or folder, atomically, and returns what is lost."""

    def __call__(self, documents: Iterable[Document], out: Path, how: WriteOptions) -> Sequence[Lost]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format by name. `carries` describes in a few words which parts of a Document it holds.

    `recognises` says whether a file or folder is in this format rather than in any other; without it the format has to
    be named. `several_files`: whether writing makes more than one file, so that there must be a place for them.
    """

    name: str
    carries: str
    read: Reader | None = None
    write: Writer | None = None
    recognises: Callable[[Opening], bool] | None = None
    several_files: bool = False


@dataclass
class ConversionCounts:
    """Counts of the converted items of each unit (`over`), and the items that were not converted (`lost`)."""

    over: dict[Unit, int] = field(default_factory=lambda: dict.fromkeys(UNITS, 0))
    lost: list[Lost] = field(default_factory=list)

    def add(self, document: Document) -> None:
        """Count the items of a converted Document."""
        for unit, count in unit_counts(document).items():
            self.over[unit] += count

    def of(self, kind: LossKind, unit: Unit) -> int:
        """Number of lost items of this kind and unit."""
        return sum(item.count for item in self.lost if item.kind == kind and item.unit == unit)

    def reasons(self) -> list[tuple[LossKind, Unit, str, int, list[Lost]]]:
        """Each sort of loss once: kind, unit, reason, count, and its items in order."""
        groups: dict[tuple[LossKind, Unit, str], list[Lost]] = {}
        for item in self.lost:
            groups.setdefault((item.kind, item.unit, item.reason), []).append(item)
        return [(*key, sum(item.count for item in items), items) for key, items in sorted(groups.items())]


def unit_counts(document: Document) -> dict[Unit, int]:
    """Number of items of each unit in the Document."""
    return {
        "document": 1,
        "entity": len(document.entities),
        "event": len(document.events),
        "argument": sum(len(event.arguments) for event in document.events),
        "attribute": sum(len(event.attributes) for event in document.events),
        "link": len(document.links),
        "source": int(document.source is not None),
    }
