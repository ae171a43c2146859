"""What a run learns from: its snapshot, and the training documents of further ones (`data.also`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.near_duplicates import copies_of
from annotation.snapshot.snapshot import THRESHOLD, Snapshot

_HELD_OUT, _PRESENT = "near-duplicates of dev or test left out", "there already"


@dataclass(frozen=True)
class Addition:
    """The training documents that a further snapshot adds, and the numbers of those that it does not, by reason."""

    snapshot: Snapshot
    documents: Sequence[Document]
    left_out: Counter[str]

    def __str__(self) -> str:
        reasons = ", ".join(f"{count} {why}" for why, count in self.left_out.items())
        return f"{len(self.documents)} documents" + (f" ({reasons})" if reasons else "")


@dataclass(frozen=True)
class TrainingSources:
    """The snapshot of a run, whose dev and test documents it is held against, and those it learns from besides."""

    snapshot: Snapshot
    also: tuple[Snapshot, ...] = ()

    @classmethod
    def open(cls, path: str, also: Sequence[str] | None) -> TrainingSources:
        """Open the snapshot of a run, and those of its `data.also`.

        Raises UsageError that names the one that is missing, changed, there twice, or of another ontology.
        """
        sources = cls(Snapshot.open(path), tuple(_opened(each) for each in also or ()))
        for number, each in enumerate(sources.also):
            for other in (sources.snapshot, *sources.also[:number]):
                _check_differs(each, other)
            _check_ontology(each, sources.snapshot)
        return sources

    @property
    def all(self) -> tuple[Snapshot, ...]:
        """The snapshot, and then the others."""
        return (self.snapshot, *self.also)

    @property
    def train(self) -> list[Document]:
        """The training documents of the snapshot, and then those that the others add; no two have the same id."""
        return [*self.snapshot.train, *(document for each in self.additions for document in each.documents)]

    @cached_property
    def additions(self) -> list[Addition]:
        """What each further snapshot adds.

        Left out are near-duplicates of the snapshot's dev and test documents, and what is there already with the same
        id and text. A document whose id stands for another text gets one of its own: the id, and its snapshot's hash.
        """
        held_out = [*self.snapshot.dev, *self.snapshot.test]
        known = _Known([*self.snapshot.train, *held_out])
        return [_addition(each, held_out, known) for each in self.also]


class _Known:
    """The documents met so far, by id and by id and text."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.ids = {document.id for document in documents}
        self.texts = {(document.id, document.text) for document in documents}

    def __contains__(self, document: Document) -> bool:
        return (document.id, document.text) in self.texts

    def named(self, document: Document, suffix: str) -> Document:
        """The document, which is known from now on, with an id that no other has."""
        self.texts.add((document.id, document.text))
        unique = replace(document, id=f"{document.id}@{suffix}") if document.id in self.ids else document
        self.ids.add(unique.id)
        return unique


def _addition(snapshot: Snapshot, held_out: Sequence[Document], known: _Known) -> Addition:
    documents: list[Document] = []
    left_out: Counter[str] = Counter()
    for document, is_copy in copies_of(held_out, snapshot.train, THRESHOLD):
        if is_copy or document in known:
            left_out[_HELD_OUT if is_copy else _PRESENT] += 1
        else:
            documents.append(known.named(document, snapshot.manifest.content[:8]))
    return Addition(snapshot, documents, left_out)


def _opened(path: str) -> Snapshot:
    try:
        return Snapshot.open(path)
    except UsageError as error:
        raise UsageError(f"data.also: {error}") from error


def _check_differs(snapshot: Snapshot, other: Snapshot) -> None:
    if snapshot.manifest.content == other.manifest.content:
        raise UsageError(f"data.also: {snapshot.path} is the snapshot {other.path} once more; name each of them once")


def _check_ontology(snapshot: Snapshot, main: Snapshot) -> None:
    ours, theirs = main.ontology, snapshot.ontology
    if ours.hash != theirs.hash:
        raise UsageError(
            f"data.also: {snapshot.path} has ontology {theirs.name} {theirs.version} ({theirs.hash}), and {main.path} "
            f"{ours.name} {ours.version} ({ours.hash}); take its project to that one (naba migrate) and make its "
            "snapshot again, or leave it out"
        )
