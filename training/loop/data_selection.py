"""Which documents of a snapshot a run uses: what is learnt from, and what the model is chosen by."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotation.core.document import Document
from annotation.snapshot.snapshot import Snapshot
from training.config.schema import DataConfig


@dataclass(frozen=True)
class DataSelection:
    """The documents of a snapshot that a run uses."""

    train: Sequence[Document]
    dev: Sequence[Document]

    @classmethod
    def of(cls, snapshot: Snapshot, data: DataConfig, seed: int = 0) -> DataSelection:
        """Those of the languages wanted; to train on, the first `limit` of them, or the `share` that the seed draws."""

        def some(documents: Iterable[Document]) -> list[Document]:
            return [d for d in documents if data.languages is None or d.language in data.languages]

        train = some(snapshot.train)[: data.limit]
        if data.share is not None:
            train = sample_share(train, data.share, seed)
        return cls(train, train if data.dev == "train" else some(snapshot.dev))


def sample_share(documents: Sequence[Document], share: float, seed: int) -> list[Document]:
    """The share of each language's documents, one at least, in their order; of one seed, smaller are within larger."""
    kept: set[str] = set()
    for language in sorted({document.language for document in documents}):
        own = sorted(document.id for document in documents if document.language == language)
        random.Random(f"{seed} {language}").shuffle(own)
        kept.update(own[: max(1, round(share * len(own)))])
    return [document for document in documents if document.id in kept]
