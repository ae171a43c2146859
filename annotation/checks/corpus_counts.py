"""Counts of strings over the whole corpus, collected in a first pass over the Documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from annotation.checks.name_occurrences import comparable_name, marked, unmarked
from annotation.core.document import Document, Span

LIMIT = 2_000_000
"""Most counts held in memory, of about 200 bytes each; when there are more, counts of 1 are dropped."""

MAJORITY = 9
"""How many times more often one way must be for the other way to be reported as a slip."""


class Corpus:
    """How often each string is marked with each label, by each annotator, and left unmarked beside a marked one."""

    def __init__(self, documents: Iterable[Document] = (), *, limit: int = LIMIT) -> None:
        self._limit = limit
        self._counts: Counter[tuple[str, ...]] = Counter()
        for document in documents:
            self.add(document)

    def add(self, document: Document) -> None:
        """Count the mentions in a document, and the unmarked occurrences of their strings."""
        names = marked(document)
        for words, spans in names.items():
            self._counts["marked", words] += len(spans)
            for span in spans:
                self._counts["label", words, span.label] += 1
        for words, places in unmarked(document, names).items():
            self._counts["unmarked", words] += len(places)
        for span in document.spans():
            self._counts[_by(span, document, comparable_name(span, document))] += 1
        if len(self._counts) > self._limit:
            self._counts = Counter({key: count for key, count in self._counts.items() if count > 1})

    def majority(self, span: Span, document: Document, labels: Iterable[str]) -> tuple[str, int, int] | None:
        """The label of nearly all mentions of the same words, its count and the count of all; None without one."""
        words = comparable_name(span, document)
        own = max(1, self._counts["label", words, span.label])
        total = self._counts["marked", words]
        if total < (MAJORITY + 1) * own:
            return None
        counts = {label: self._counts["label", words, label] for label in labels}
        best = max(counts, key=lambda label: counts[label])
        return (best, counts[best], total) if counts[best] >= MAJORITY * own else None

    def marked(self, span: Span, document: Document, words: str) -> int:
        """How often the document's annotator marks these words with the span's label."""
        return self._counts[_by(span, document, words)]

    def is_name(self, words: str) -> bool:
        """Whether nearly all occurrences of the words are marked."""
        return self._counts["marked", words] >= MAJORITY * max(1, self._counts["unmarked", words])


def _by(span: Span, document: Document, words: str) -> tuple[str, ...]:
    annotator = (document.provenance.annotator if document.provenance else None) or ""
    return "by", annotator, span.label, words
