"""Counts of strings over the whole corpus, collected in a first pass over the Documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from annotation.checks.name_occurrences import begins_word, comparable_name, marked, unmarked
from annotation.core.annotator_versions import annotator
from annotation.core.document import Document, Span

LIMIT = 2_000_000
"""Most counts held in memory, of about 200 bytes each; when there are more, counts of 1 are dropped."""

SURE = 0.5
"""The least score of a suggested event that counts: below it the model itself holds it for more likely none."""

MAJORITY = 9
"""How many times more often one way must be for the other way to be reported as a slip."""


class Corpus:
    """How often each string is marked with each label, by each annotator, and left unmarked beside a marked one."""

    def __init__(self, documents: Iterable[Document] = (), *, limit: int = LIMIT) -> None:
        self._limit = limit
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._finders: dict[str, set[str]] = {}
        self._suggested: dict[str, Document] = {}
        for document in documents:
            self.add(document)

    def add(self, document: Document) -> None:
        """Count the mentions in a document, and the unmarked occurrences of their strings."""
        if document.provenance and document.provenance.model_version:
            self.suggest(document)
        elif document.events:
            self._finders.setdefault(document.id, set()).add(annotator(document))
        names = marked(document)
        for words, spans in names.items():
            self._counts["marked", words] += len(spans)
            for span in spans:
                self._counts["label", words, span.label] += 1
                if " " in words and begins_word(span, document):
                    self._counts["alone", words, span.label] += 1
        for words, places in unmarked(document, names).items():
            self._counts["unmarked", words] += len(places)
        for span in document.spans():
            self._counts[_by(span, document, comparable_name(span, document))] += 1
        if len(self._counts) > self._limit:
            self._counts = Counter({key: count for key, count in self._counts.items() if count > 1})

    def suggest(self, document: Document) -> None:
        """Note what a model suggests in an article. Its marks are not counted as anybody's."""
        self._suggested[document.id] = document

    def found_events(self, article: str) -> frozenset[str]:
        """The annotators who marked an event in the article; "" is one without a name."""
        return frozenset(self._finders.get(article, ()))

    def suggested_events(self, document: Document) -> int:
        """How many events a model suggests in the article, of those it is sure of; 0 where it read another text."""
        suggested = self._suggested.get(document.id)
        if suggested is None or suggested.text != document.text:
            return 0
        return sum(trigger.score is None or trigger.score >= SURE for trigger in suggested.triggers)

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

    def without_prefix(self, span: Span, document: Document, words: str, bare: str) -> int:
        """How often a mention's words are marked without the prefix they begin with, `bare`; 0 where that is no rule.

        It is one where the annotator, or all together, mark them without at least as often as with it; and, for several
        words, already where they are marked without it and with no letter before them, or not nearly always with it.
        """
        own, own_glued = self.marked(span, document, bare), self.marked(span, document, words)
        everyone, glued = self._counts["label", bare, span.label], self._counts["label", words, span.label]
        stands = " " in bare and (bool(self._counts["alone", bare, span.label]) or glued < MAJORITY * everyone)
        rule = own >= max(1, own_glued) or (everyone > 0 and (everyone >= glued or stands))
        return max(own, everyone) if rule else 0

    def is_marked(self, words: str) -> bool:
        """Whether the words are marked as an entity anywhere in the corpus."""
        return self._counts["marked", words] > 0

    def is_name(self, words: str) -> bool:
        """Whether nearly all occurrences of the words are marked."""
        return self._counts["marked", words] >= MAJORITY * max(1, self._counts["unmarked", words])


def _by(span: Span, document: Document, words: str) -> tuple[str, ...]:
    return "by", annotator(document), span.label, words
