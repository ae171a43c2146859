"""Selection of the documents of snapshots for training, and for choosing the best checkpoint."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotation.core.document import Document
from annotation.core.errors import UsageError
from training.config.schema import DataConfig
from training.loop.training_sources import TrainingSources


@dataclass(frozen=True)
class DataSelection:
    """The documents that a run trains on (`train`), and those that choose its best checkpoint (`dev`)."""

    train: Sequence[Document]
    dev: Sequence[Document]

    @classmethod
    def of(cls, sources: TrainingSources, data: DataConfig, seed: int = 0) -> DataSelection:
        """The documents of the configured languages; for training, the first `limit`, or a random `share`."""

        def in_languages(documents: Iterable[Document]) -> list[Document]:
            return [d for d in documents if data.languages is None or d.language in data.languages]

        train = in_languages(sources.train)[: data.limit]
        if data.share is not None:
            train = sample_share(train, data.share, seed)
        return cls(train, train if data.dev == "train" else in_languages(sources.snapshot.dev))


def check_languages(sources: TrainingSources, data: DataConfig) -> None:
    """Raise UsageError where the manifests count no document of the configured languages to train on, or for dev."""
    if data.languages is None:
        return
    training, own = [each.manifest.counts["train"] for each in sources.all], sources.snapshot.manifest.counts
    for split, counts in {"train": training, "dev": training if data.dev == "train" else [own["dev"]]}.items():
        there: Counter[str] = Counter()
        for each in counts:
            there.update(each.languages)
        if not any(there[language] for language in data.languages):
            raise UsageError(
                f"data.languages: no {split} document is in {' or '.join(data.languages)}; "
                f"there are {', '.join(sorted(+there)) or 'none at all'}"
            )


def sample_share(documents: Sequence[Document], share: float, seed: int) -> list[Document]:
    """A random share of each language's documents, at least one, in order.

    With the same seed, a smaller share is a subset of a larger one.
    """
    ids: set[str] = set()
    for language in sorted({document.language for document in documents}):
        candidates = sorted(document.id for document in documents if document.language == language)
        random.Random(f"{seed} {language}").shuffle(candidates)
        ids.update(candidates[: max(1, round(share * len(candidates)))])
    return [document for document in documents if document.id in ids]
