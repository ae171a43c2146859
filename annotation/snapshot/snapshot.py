"""Snapshots: gold Documents, split and hashed, in a folder that never changes.

snapshots/NAME/train.parquet dev.parquet test.parquet    the documents; `datasets.load_dataset(folder)` opens them
               manifest.json                             counts, hashes and origin
               ontology.yaml                             the ontology of their labels
               README.md                                 the dataset card
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from annotation.core.document import Document
from annotation.core.errors import OntologyError, SnapshotError
from annotation.core.licences import Licences
from annotation.core.near_duplicates import duplicate_clusters
from annotation.core.ontology import Ontology
from annotation.snapshot.dataset_card import dataset_card
from annotation.snapshot.manifest import MANIFEST, Manifest, SplitCounts, SplitPolicy
from annotation.snapshot.splits import SPLITS, split_documents
from annotation.snapshot.verification import ONTOLOGY, check_content, check_documents, check_files, content_hash
from annotation.storage import parquet
from annotation.storage.new_folder import beside, is_free
from annotation.storage.sealed_record import file_hash

THRESHOLD = 0.7
"""Jaccard similarity from which documents are near-duplicates and stay in one split."""


@dataclass(frozen=True)
class Snapshot:
    """An opened snapshot, with its splits in memory."""

    path: Path
    manifest: Manifest
    ontology: Ontology

    @classmethod
    def open(cls, path: str | Path) -> Snapshot:
        """Open a snapshot, and verify every file's hash and that the manifest says what the files hold.

        Raises SnapshotError that names the file at fault.
        """
        path = Path(path)
        manifest = Manifest.open(path)
        check_files(path, manifest)
        try:
            snapshot = cls(path, manifest, Ontology.load(path / ONTOLOGY))
        except OntologyError as error:
            raise SnapshotError(
                f"{error}; the snapshot was built by another version of naba, build it again"
            ) from error
        check_content(path, manifest, snapshot.ontology, {name: snapshot.split(name) for name in SPLITS})
        return snapshot

    @cached_property
    def train(self) -> list[Document]:
        """The training documents, sorted by id."""
        return self._read("train")

    @cached_property
    def dev(self) -> list[Document]:
        """The development documents, sorted by id."""
        return self._read("dev")

    @cached_property
    def test(self) -> list[Document]:
        """The test documents, sorted by id."""
        return self._read("test")

    def split(self, name: str) -> list[Document]:
        """The documents of `train`, `dev` or `test`, sorted by id. Raises SnapshotError for another name."""
        if name not in SPLITS:
            raise SnapshotError(f"{self.path}: has no split {name!r}; it has {', '.join(SPLITS)}")
        documents: list[Document] = getattr(self, name)
        return documents

    def _read(self, name: str) -> list[Document]:
        try:
            return list(parquet.read_parquet(self.path / f"{name}.parquet"))
        except (OSError, pa.ArrowException, ValueError) as error:
            said = " ".join(str(error).split())
            raise SnapshotError(f"{self.path / name}.parquet: cannot be read: {said}; build it again") from error


def build(
    documents: Iterable[Document],
    out: str | Path,
    *,
    ontology: Ontology,
    name: str | None = None,
    ratios: tuple[float, float, float] = (0.8, 0.1, 0.1),
    seed: int = 13,
    agreement: Mapping[str, object] | None = None,
    quarantined: int = 0,
    project: str | None = None,
    watermark: str | None = None,
) -> Snapshot:
    """Split the documents and write the snapshot atomically; if the same one exists already, only open it.

    `ratios` are the shares of train, dev and test, counted in documents. Raises SnapshotError when `out` holds
    something else, two documents share an id, or a label is not in the ontology.
    """
    out, policy = Path(out), SplitPolicy(ratios=ratios, seed=seed, threshold=THRESHOLD)
    checked = _checked(list(documents), ontology, policy)
    parts = split_documents(checked, duplicate_clusters(checked, THRESHOLD), ratios=ratios, seed=seed)
    manifest = Manifest(
        name=name or out.name,
        content=content_hash(parts, ontology),
        ontology=ontology.hash,
        counts={part: SplitCounts.of(parts[part]) for part in SPLITS},
        policy=policy,
        annotators=tuple(sorted({d.provenance.annotator for d in checked if d.provenance and d.provenance.annotator})),
        agreement=json.loads(json.dumps(agreement)) if agreement is not None else None,
        quarantined=quarantined,
        project=project,
        watermark=watermark,
    )
    if not is_free(out):
        return _existing(out, manifest)
    _write(out, manifest, parts, ontology)
    return _existing(out, manifest)


def _checked(documents: list[Document], ontology: Ontology, policy: SplitPolicy) -> list[Document]:
    if not documents:
        raise SnapshotError("no documents to build a snapshot of; pull or adjudicate some first")
    if min(policy.ratios) < 0 or abs(sum(policy.ratios) - 1) > 1e-6:
        raise SnapshotError(f"ratios {policy.ratios} must be three shares that sum to 1")
    check_documents(documents, ontology)
    return documents


def _existing(out: Path, manifest: Manifest) -> Snapshot:
    """The snapshot that exists at `out`. Raises SnapshotError if its content differs."""
    if not (out / MANIFEST).is_file():
        raise SnapshotError(f"{out}: exists and is no snapshot; choose another folder")
    existing = Snapshot.open(out)
    if existing.manifest.content != manifest.content:
        raise SnapshotError(f"{out}: holds another snapshot already, and snapshots never change; choose a new name")
    return existing


def _write(out: Path, manifest: Manifest, parts: Mapping[str, Sequence[Document]], ontology: Ontology) -> None:
    """Write a temporary folder beside `out` and rename it when complete."""
    with beside(out) as building:
        try:
            for name in SPLITS:
                parquet.write_parquet(building / f"{name}.parquet", parts[name])
            (building / ONTOLOGY).write_text(ontology.source, encoding="utf-8", newline="\n")
            licences = Licences.of(document for name in SPLITS for document in parts[name])
            card = dataset_card(manifest, ontology, licences)
            (building / "README.md").write_text(card, encoding="utf-8", newline="\n")
            files = {file.name: file_hash(file) for file in sorted(building.iterdir())}
            manifest = manifest.sealed(files)
            (building / MANIFEST).write_text(manifest.to_json(), encoding="utf-8", newline="\n")
            _publish(building, out)
        except (OSError, pa.ArrowException, UnicodeEncodeError, OverflowError) as error:
            fault = f"cannot be written: {error}; check the disk, the rights and the texts"
            raise SnapshotError(f"{out}: {fault}") from error


def _publish(building: Path, out: Path) -> None:
    """Rename the folder, unless another command has put a snapshot there meanwhile."""
    try:
        building.rename(out)
    except OSError:
        if not (out / MANIFEST).is_file():
            raise


@dataclass(frozen=True)
class SnapshotDifference:
    """The differences from snapshot `a` to snapshot `b`: ids of documents, and label counts by split."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[str, ...]
    ontology_changed: bool
    labels: Mapping[str, Mapping[str, tuple[int, int]]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.moved or self.ontology_changed)

    def as_dict(self) -> dict[str, object]:
        """The differences as JSON values."""
        return asdict(self)


def compare_snapshots(a: Snapshot, b: Snapshot) -> SnapshotDifference:
    """How `b` differs from `a`. `changed` documents differ in text or annotations, `moved` ones are in another split.

    `labels` has, for each split, the count before and after of every label and role whose count differs.
    """
    before = {document.id: (name, document) for name in SPLITS for document in a.split(name)}
    after = {document.id: (name, document) for name in SPLITS for document in b.split(name)}
    both = sorted(before.keys() & after.keys())
    return SnapshotDifference(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(id for id in both if before[id][1] != after[id][1]),
        moved=tuple(id for id in both if before[id][0] != after[id][0]),
        ontology_changed=a.ontology.hash != b.ontology.hash,
        labels={name: _changes(a.manifest.counts[name], b.manifest.counts[name]) for name in SPLITS},
    )


def _changes(a: SplitCounts, b: SplitCounts) -> dict[str, tuple[int, int]]:
    before, after = a.labels(), b.labels()
    names = sorted(before.keys() | after.keys())
    pairs = {name: (before.get(name, 0), after.get(name, 0)) for name in names}
    return {name: (first, second) for name, (first, second) in pairs.items() if first != second}
