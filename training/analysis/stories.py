"""Stories: documents that are near-duplicates of each other tell one, and count as one where chance is spoken of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from annotation.core import near_duplicates
from annotation.core.document import Document
from annotation.snapshot.snapshot import THRESHOLD
from training.scoring.document_pairs import DocumentPair


def story_names(documents: Sequence[Document]) -> list[str]:
    """The id of the first document of each one's story, near-duplicates as a snapshot's splits know them."""
    return near_duplicates.story_names(documents, THRESHOLD)


def with_stories(pairs: Iterable[DocumentPair]) -> list[DocumentPair]:
    """The pairs with the stories of their gold documents."""
    pairs = list(pairs)
    names = story_names([pair.gold for pair in pairs])
    return [replace(pair, cluster=name) for pair, name in zip(pairs, names, strict=True)]
