"""manifest.json of a snapshot: counts, split policy, hashes and origin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import Field

from annotation.core.document import Document
from annotation.core.errors import SnapshotError
from annotation.storage.sealed_record import RecordPart, SealedRecord

SCHEMA = 1
MANIFEST = "manifest.json"


class SplitCounts(RecordPart):
    """Counts of documents, code points, languages and labels in one split."""

    documents: int
    characters: int
    languages: dict[str, int]
    entities: dict[str, int]
    events: dict[str, int]
    arguments: dict[str, int]
    links: dict[str, int]

    @classmethod
    def of(cls, documents: Sequence[Document]) -> SplitCounts:
        """The counts of these documents."""
        events = [event for document in documents for event in document.events]
        return cls(
            documents=len(documents),
            characters=sum(len(document.text) for document in documents),
            languages=_count(document.language for document in documents),
            entities=_count(span.label for document in documents for span in document.entities),
            events=_count(event.type for event in events),
            arguments=_count(argument.role for event in events for argument in event.arguments),
            links=_count(link.label for document in documents for link in document.links),
        )

    def labels(self) -> dict[str, int]:
        """The counts of all span labels, roles and link labels; a role is written `>Role`."""
        return {**self.entities, **self.events, **{f">{k}": n for k, n in self.arguments.items()}, **self.links}


class SplitPolicy(RecordPart):
    """The parameters of the split; the same policy on the same documents gives the same splits."""

    ratios: tuple[float, float, float]
    seed: int
    threshold: float


class Manifest(SealedRecord):
    """The manifest. `content` is a hash of documents, splits and ontology, `checksum` of the whole manifest."""

    schema_: int = Field(SCHEMA, alias="schema")
    name: str
    content: str
    ontology: str
    counts: dict[str, SplitCounts]
    policy: SplitPolicy
    annotators: tuple[str, ...] = ()
    agreement: dict[str, object] | None = None
    quarantined: int = 0
    project: str | None = None
    watermark: str | None = None
    files: dict[str, str] = Field(default_factory=dict)
    checksum: str = ""

    @classmethod
    def open(cls, folder: Path) -> Manifest:
        """Read a snapshot's manifest. Raises SnapshotError when it is missing, unreadable or changed."""
        return cls.read_sealed(
            folder / MANIFEST,
            absent="name a folder made by `naba snapshot`",
            changed="changed since it was built; restore it or build under a new name",
            error=SnapshotError,
        )


def _count(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
