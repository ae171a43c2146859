"""Test documents that the model has seen: by their id, by their very text, or as another copy of the same report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.core.document import Document
from annotation.core.messages import N_, Message, joined
from annotation.core.near_duplicates import duplicate_clusters
from annotation.snapshot.snapshot import THRESHOLD


@dataclass(frozen=True)
class Leakage:
    """Pairs of ids: a document scored on, and one the model was made with. A document is in the first list it fits."""

    ids: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, str], ...]
    near: tuple[tuple[str, str], ...]

    def __len__(self) -> int:
        return len(self.ids) + len(self.texts) + len(self.near)

    def __str__(self) -> str:
        return self.summary

    @property
    def summary(self) -> Message:
        """How many of each kind there are, with the first pair."""
        kinds = {
            N_("%(number)s by id (%(scored)s of %(seen)s)"): self.ids,
            N_("%(number)s with the same text (%(scored)s of %(seen)s)"): self.texts,
            N_("%(number)s as near-duplicates (%(scored)s of %(seen)s)"): self.near,
        }
        found = [(how, pairs) for how, pairs in kinds.items() if pairs]
        parts = [Message(how, number=len(pairs), scored=pairs[0][0], seen=pairs[0][1]) for how, pairs in found]
        return joined(parts or [Message("none")])

    @property
    def seen(self) -> tuple[str, ...]:
        """The ids of the documents scored on."""
        return tuple(scored for scored, _ in (*self.ids, *self.texts, *self.near))

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {"ids": list(self.ids), "texts": list(self.texts), "near": list(self.near), "threshold": THRESHOLD}


def leakage(test: Sequence[Document], seen: Sequence[Document]) -> Leakage:
    """Which of `test` are among `seen`. Near-duplicates are what a snapshot would have kept on one side of a split."""
    ids = {document.id for document in seen}
    texts = {document.text: document.id for document in reversed(seen)}
    numbers = duplicate_clusters([*seen, *test], THRESHOLD)
    first = {
        number: document.id for number, document in zip(reversed(numbers[: len(seen)]), reversed(seen), strict=True)
    }
    by_id: list[tuple[str, str]] = []
    by_text: list[tuple[str, str]] = []
    near: list[tuple[str, str]] = []
    for document, number in zip(test, numbers[len(seen) :], strict=True):
        if document.id in ids:
            by_id.append((document.id, document.id))
        elif document.text in texts:
            by_text.append((document.id, texts[document.text]))
        elif number in first:
            near.append((document.id, first[number]))
    return Leakage(tuple(by_id), tuple(by_text), tuple(near))
