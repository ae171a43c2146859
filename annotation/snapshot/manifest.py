"""manifest.json of a snapshot: counts, split policy, hashes and origin."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from annotation.core.document import Document
from annotation.core.errors import SnapshotError

SCHEMA = 1
MANIFEST = "manifest.json"


class _ManifestPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SplitCounts(_ManifestPart):
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


class SplitPolicy(_ManifestPart):
    """The parameters of the split; the same policy on the same documents gives the same splits."""

    ratios: tuple[float, float, float]
    seed: int
    threshold: float


class Manifest(_ManifestPart):
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
    files: dict[str, str] = {}
    checksum: str = ""

    def to_json(self) -> str:
        """The text of manifest.json."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def open(cls, folder: Path) -> Manifest:
        """Read a snapshot's manifest. Raises SnapshotError when it is missing, unreadable or changed."""
        path = folder / MANIFEST
        try:
            manifest = cls.model_validate_json(path.read_text(encoding="utf-8"))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SnapshotError(f"{path}: {reason}; name a folder made by `naba snapshot`") from error
        except (ValidationError, UnicodeDecodeError) as error:
            raise SnapshotError(f"{path}: cannot be read: {str(error).splitlines()[0]}; restore it") from error
        if manifest.checksum != manifest.sealed(manifest.files).checksum:
            raise SnapshotError(f"{path}: changed since it was built; restore it or build under a new name")
        return manifest

    def sealed(self, files: Mapping[str, str]) -> Manifest:
        """The manifest with the hashes of its folder's files, by name, and its own checksum."""
        unsealed = self.model_copy(update={"files": dict(files), "checksum": ""})
        return unsealed.model_copy(update={"checksum": hashlib.sha256(unsealed.to_json().encode()).hexdigest()})


def _count(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
