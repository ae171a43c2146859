"""Remarks on a model that another is compared with: labels that it does not know, documents that it has seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.messages import Message, first_few
from annotation.core.ontology import Ontology
from annotation.snapshot.snapshot import Snapshot
from training.release.training_lineage import documents_seen
from training.scoring.compatibility import labels_lacking


@dataclass(frozen=True)
class BaselineRemarks:
    """seen: ids of the gold documents it was trained with, None where that is not known. notes: all of it as text."""

    seen: tuple[str, ...] | None
    notes: tuple[str, ...]

    @classmethod
    def of(cls, path: str | Path, ontology: Ontology, gold: Sequence[Document], snapshot: Snapshot) -> BaselineRemarks:
        """The remarks on the model in the folder, which has this ontology and is scored on `gold`."""
        notes = list(_lacking(path, ontology, gold))
        try:
            seen = documents_seen(path, gold, snapshot).seen
        except UsageError as error:
            notes.append(
                Message(
                    "whether %(path)s has seen the documents it is scored on cannot be told: %(error)s",
                    path=path,
                    error=error,
                )
            )
            return cls(None, tuple(notes))
        if seen:
            notes.append(
                Message(
                    "%(path)s, compared with, has seen %(seen)s of the %(all)s documents in training (%(ids)s): its "
                    "scores are too high, so a fall from them may be none",
                    path=path,
                    seen=len(seen),
                    all=len(gold),
                    ids=first_few(seen),
                )
            )
        return cls(seen, tuple(notes))


def _lacking(path: str | Path, ontology: Ontology, gold: Sequence[Document]) -> Iterator[str]:
    if lacking := labels_lacking(ontology, gold, path=str(path)):
        yield Message("%(lacking)s: it cannot find them, which its scores suffer from", lacking=lacking)
