"""Which documents of a snapshot a run uses: what is learnt from, and what the model is chosen by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotation.document import Document
from annotation.snapshot import Snapshot
from training.config import DataConfig


@dataclass(frozen=True)
class Chosen:
    """The documents of a snapshot that a run uses."""

    train: Sequence[Document]
    dev: Sequence[Document]

    @classmethod
    def of(cls, snapshot: Snapshot, data: DataConfig) -> Chosen:
        """Those of the languages wanted; of these, the first `limit` to train on."""

        def some(documents: Iterable[Document]) -> list[Document]:
            return [d for d in documents if data.languages is None or d.language in data.languages]

        train = some(snapshot.train)[: data.limit]
        return cls(train, train if data.dev == "train" else some(snapshot.dev))
