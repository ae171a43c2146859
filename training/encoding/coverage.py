"""How much of gold an encoder and its encoding can say at all: counts by kind and language, what is lost, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from annotation.core.document import Document, Span
from annotation.core.words import Word, split_words
from training.encoding.encoding import Encoding
from training.encoding.representable import (
    ARGUMENT,
    ENTITY,
    KINDS,
    LINK,
    TRIGGER,
    Representation,
    Uncovered,
    word_span,
)

ENOUGH = 0.99
"""The share of marks that can be said, below which training is worth a warning."""


@dataclass(slots=True)
class CoverageCounts:
    """Marks of one kind. said: what the encoding can say. tokens: spans that a label a token could say. unseen: spans
    that begin or end in a word whose characters the encoder is shown nothing of."""

    total: int = 0
    said: int = 0
    tokens: int = 0
    unseen: int = 0

    @property
    def share(self) -> float:
        """Of what there is; 1 where there is nothing."""
        return self.said / self.total if self.total else 1.0

    def __iadd__(self, other: CoverageCounts) -> CoverageCounts:
        self.total, self.said = self.total + other.total, self.said + other.said
        self.tokens, self.unseen = self.tokens + other.tokens, self.unseen + other.unseen
        return self


@dataclass(frozen=True, slots=True)
class LossExample:
    """Something lost, and the document it is in."""

    document: str
    what: str


@dataclass(slots=True)
class Coverage:
    """marks: by language, then kind. lost: how many of a kind for a reason, attributes among them. examples:
    some of each, and of spans that are `unseen`."""

    documents: int = 0
    marks: dict[str, dict[str, CoverageCounts]] = field(default_factory=dict)
    lost: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[LossExample]] = field(default_factory=lambda: defaultdict(list))

    def of(self, *, kind: str | None = None, language: str | None = None) -> CoverageCounts:
        """The marks of one kind, one language, or all."""
        total = CoverageCounts()
        for each, kinds in self.marks.items():
            for name, marks in kinds.items():
                if kind in (None, name) and language in (None, each):
                    total += marks
        return total

    @property
    def share(self) -> float:
        """Of all spans, arguments and links, those that can be said."""
        return self.of().share

    def reasons(self, kinds: Sequence[str] = KINDS) -> list[tuple[str, int]]:
        """Why marks of these kinds are lost, and how many, the commonest first."""
        found: Counter[str] = Counter()
        for (kind, why), count in self.lost.items():
            if kind in kinds:
                found[why] += count
        return found.most_common()


UNSEEN = "the encoder is shown nothing of its first or last word"


def coverage(encoding: Encoding, documents: Iterable[Document], *, examples: int = 3) -> Coverage:
    """What of the documents' marks can be said, with so many examples of each reason."""
    found = Coverage()
    for document in documents:
        words = split_words(document.text)
        audit = encoding.audit(document)
        found.documents += 1
        kinds = found.marks.setdefault(document.language or "-", {kind: CoverageCounts() for kind in KINDS})
        _count(kinds, document, audit)
        blind = list(_look(kinds, encoding, document, words))
        for lost in (*audit.lost, *blind):
            key = lost.kind, lost.why
            if lost.why != UNSEEN:
                found.lost[key] += 1
            if len(found.examples[key]) < examples:
                found.examples[key].append(LossExample(document.id, lost.what))
    return found


def _count(kinds: Mapping[str, CoverageCounts], document: Document, audit: Representation) -> None:
    joined, apart = len(audit.document.links), sum(lost.kind == LINK for lost in audit.lost)
    kinds[LINK].said, kinds[LINK].total = kinds[LINK].said + joined, kinds[LINK].total + joined + apart
    for side, said in ((document, False), (audit.document, True)):
        sizes = len(side.entities), len(side.events), sum(len(event.arguments) for event in side.events)
        for kind, size in zip((ENTITY, TRIGGER, ARGUMENT), sizes, strict=True):
            if said:
                kinds[kind].said += size
            else:
                kinds[kind].total += size


def _look(
    kinds: Mapping[str, CoverageCounts], encoding: Encoding, document: Document, words: Sequence[Word]
) -> Iterator[Uncovered]:
    """Count what tokens alone could say, and what the encoder is shown nothing of, which is told."""
    opening, closing = encoding.tokenizer.token_edges(document.text, words)
    blind = encoding.tokenizer.unseen(document.text, words)
    for kind, spans in ((ENTITY, document.entities), (TRIGGER, document.triggers)):
        for span in spans:
            kinds[kind].tokens += span.start in opening and span.end in closing
            if _blind(span, words, blind):
                kinds[kind].unseen += 1
                yield Uncovered(kind, f"{span.label} {span.quote(document.text)!r} [{span.start}:{span.end}]", UNSEEN)


def _blind(span: Span, words: Sequence[Word], blind: npt.NDArray[np.bool_]) -> bool:
    at = word_span(words, span)
    return not isinstance(at, str) and bool(blind[at.first] or blind[at.last])
