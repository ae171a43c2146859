"""Verification of a snapshot that is opened: its files, and that its manifest says what they hold.

The hashes of files tell what changed since the snapshot was built. Content, counts and labels are looked at too, since
a snapshot may come from a stranger, who can seal anything.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from annotation.core.document import Document
from annotation.core.errors import SnapshotError, UsageError
from annotation.core.ontology import Ontology
from annotation.snapshot.manifest import MANIFEST, Manifest, SplitCounts
from annotation.snapshot.splits import SPLITS
from annotation.storage.documents_file import line
from annotation.storage.sealed_files import file_faults

ONTOLOGY = "ontology.yaml"
REQUIRED = (*(f"{name}.parquet" for name in SPLITS), ONTOLOGY)


def check_files(path: Path, manifest: Manifest) -> None:
    """Raise SnapshotError that names the first file that is missing, changed, extra, or none of a snapshot's."""
    faults = file_faults(path, manifest.files, record=MANIFEST, required=REQUIRED)
    for name in faults.outside:
        raise SnapshotError(f"{path / MANIFEST}: lists {name!r}, which leads out of the snapshot; build it again")
    for name in faults.unlisted:
        raise SnapshotError(f"{path / MANIFEST}: does not list {name}, which every snapshot has; build it again")
    for name in faults.missing:
        raise SnapshotError(f"{path / name}: missing from the snapshot; restore it or build the snapshot again")
    for name in faults.changed:
        raise SnapshotError(f"{path / name}: changed since it was built; restore it or build under a new name")
    for name in faults.extra:
        raise SnapshotError(f"{path / name}: is no part of the snapshot, which never changes; move it elsewhere")
    if lacking := set(SPLITS) - manifest.counts.keys():
        raise SnapshotError(f"{path / MANIFEST}: has no counts of {min(lacking)}; build it again")


def check_content(path: Path, manifest: Manifest, ontology: Ontology, parts: Mapping[str, Sequence[Document]]) -> None:
    """Raise SnapshotError where the splits or the ontology are not those that the manifest speaks of."""
    try:
        check_documents(list(chain.from_iterable(parts.values())), ontology)
    except SnapshotError as error:
        raise SnapshotError(f"{path}: {error}") from error
    if ontology.hash != manifest.ontology:
        raise SnapshotError(f"{path / ONTOLOGY}: is not the ontology of the manifest; build the snapshot again")
    if content_hash(parts, ontology) != manifest.content:
        raise SnapshotError(f"{path}: its documents are not those its manifest was made of; build it again")
    for name in SPLITS:
        if SplitCounts.of(parts[name]) != manifest.counts[name]:
            raise SnapshotError(f"{path / MANIFEST}: its counts are not those of {name}.parquet; build it again")


def check_documents(documents: Sequence[Document], ontology: Ontology) -> None:
    """Raise SnapshotError for an id that two documents share, and for a label that is not in the ontology."""
    ids = Counter(document.id for document in documents)
    twice = next((id for id, count in ids.items() if count > 1), None)
    if twice is not None:
        raise SnapshotError(f"document {twice} is there {ids[twice]} times; adjudicate the annotations into one first")
    entities, events = set(ontology.entities), set(ontology.events)
    for document in documents:
        unknown = {s.label for s in document.entities} - entities | {event.type for event in document.events} - events
        if unknown:
            raise SnapshotError(
                f"document {document.id}: {min(unknown)} is no label of ontology {ontology.name} {ontology.version}; "
                "run `naba check`"
            )


def content_hash(parts: Mapping[str, Sequence[Document]], ontology: Ontology) -> str:
    """A hash of documents, splits and ontology, independent of the Parquet encoding and of library versions.

    Raises SnapshotError for what no file of Documents can hold.
    """
    digest = hashlib.sha256(ontology.hash.encode())
    for name in SPLITS:
        digest.update(f"\n{name}\n".encode())
        for document in parts[name]:
            try:
                digest.update(line(document).encode())
            except UsageError as error:
                raise SnapshotError(str(error)) from error
    return digest.hexdigest()
