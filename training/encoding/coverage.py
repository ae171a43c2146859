"""Coverage: the share of gold that an encoding can represent, by kind and language, and what is lost with reasons."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from annotation.core.document import Document, Span
from annotation.core.layers import ARGUMENT, ENTITY, LAYERS, LINK, TRIGGER
from annotation.core.words import Word, split_words
from training.encoding.encoding import Encoding
from training.encoding.representable import Representation, Uncovered, word_span

ENOUGH = 0.99
"""The coverage below which `naba train` and `naba audit` warn."""


@dataclass(slots=True)
class CoverageCounts:
    """Counts of the annotations of one kind.

    representable: those the encoding can represent. tokens: spans that one label per token could represent. unseen:
    spans that begin or end in a word of which the encoder sees no character.
    """

    total: int = 0
    representable: int = 0
    tokens: int = 0
    unseen: int = 0

    @property
    def share(self) -> float:
        """The coverage: representable annotations divided by all; 1 where there are none."""
        return self.representable / self.total if self.total else 1.0

    def __iadd__(self, other: CoverageCounts) -> CoverageCounts:
        self.total = self.total + other.total
        self.representable = self.representable + other.representable
        self.tokens, self.unseen = self.tokens + other.tokens, self.unseen + other.unseen
        return self


@dataclass(frozen=True, slots=True)
class LossExample:
    """One lost annotation: `what` quotes it, `document` is the id of its document."""

    document: str
    what: str


@dataclass(slots=True)
class Coverage:
    """Coverage of a set of documents.

    marks: counts by language, then kind. lost: the number lost by kind and reason, attributes included. examples: some
    for each kind and reason, and for spans that are `unseen`.
    """

    documents: int = 0
    marks: dict[str, dict[str, CoverageCounts]] = field(default_factory=dict)
    lost: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[LossExample]] = field(default_factory=lambda: defaultdict(list))

    def of(self, *, kind: str | None = None, language: str | None = None) -> CoverageCounts:
        """Counts of one kind, of one language, of both, or of all."""
        total = CoverageCounts()
        for each, kinds in self.marks.items():
            for name, marks in kinds.items():
                if kind in (None, name) and language in (None, each):
                    total += marks
        return total

    @property
    def spans(self) -> CoverageCounts:
        """Counts of entities and triggers together."""
        total = self.of(kind=ENTITY)
        total += self.of(kind=TRIGGER)
        return total

    @property
    def share(self) -> float:
        """The coverage of all spans, arguments and links, in 0..1."""
        return self.of().share

    def reasons(self, kinds: Sequence[str] = LAYERS) -> list[tuple[str, int]]:
        """Each reason why annotations of these kinds are lost, with their number, the most frequent first."""
        counts: Counter[str] = Counter()
        for (kind, why), count in self.lost.items():
            if kind in kinds:
                counts[why] += count
        return counts.most_common()


UNSEEN = "the encoder is shown nothing of its first or last word"


def coverage(encoding: Encoding, documents: Iterable[Document], *, examples: int = 3) -> Coverage:
    """Coverage of the documents by the encoding, with at most `examples` examples for each kind and reason."""
    totals = Coverage()
    for document in documents:
        words = split_words(document.text)
        representation = encoding.representable(document)
        totals.documents += 1
        kinds = totals.marks.setdefault(document.language or "-", {kind: CoverageCounts() for kind in LAYERS})
        _count(kinds, document, representation)
        unseen_spans = list(_count_spans(kinds, encoding, document, words))
        for lost in (*representation.lost, *unseen_spans):
            key = lost.kind, lost.why
            if lost.why != UNSEEN:
                totals.lost[key] += 1
            if len(totals.examples[key]) < examples:
                totals.examples[key].append(LossExample(document.id, lost.what))
    return totals


def _count(kinds: Mapping[str, CoverageCounts], document: Document, representation: Representation) -> None:
    links, lost_links = len(representation.document.links), sum(lost.kind == LINK for lost in representation.lost)
    kinds[LINK].representable += links
    kinds[LINK].total += links + lost_links
    for side, is_gold in ((document, True), (representation.document, False)):
        sizes = len(side.entities), len(side.events), sum(len(event.arguments) for event in side.events)
        for kind, size in zip((ENTITY, TRIGGER, ARGUMENT), sizes, strict=True):
            if is_gold:
                kinds[kind].total += size
            else:
                kinds[kind].representable += size


def _count_spans(
    kinds: Mapping[str, CoverageCounts], encoding: Encoding, document: Document, words: Sequence[Word]
) -> Iterator[Uncovered]:
    """Count spans that one label per token could represent, and spans with unseen words; yield the latter."""
    opening, closing = encoding.tokenizer.token_edges(document.text, words)
    unseen_words = encoding.tokenizer.unseen(document.text, words)
    for kind, spans in ((ENTITY, document.entities), (TRIGGER, document.triggers)):
        for span in spans:
            kinds[kind].tokens += span.start in opening and span.end in closing
            if _ends_unseen(span, words, unseen_words):
                kinds[kind].unseen += 1
                yield Uncovered(kind, f"{span.label} {span.quote(document.text)!r} [{span.start}:{span.end}]", UNSEEN)


def _ends_unseen(span: Span, words: Sequence[Word], unseen_words: npt.NDArray[np.bool_]) -> bool:
    at = word_span(words, span)
    return not isinstance(at, str) and bool(unseen_words[at.first] or unseen_words[at.last])
