"""The same words marked the same way: with or without their prefix, as one type, and in every place."""

from __future__ import annotations

from collections.abc import Iterator

from annotation.checks.boundaries import word_at
from annotation.checks.corpus_counts import Corpus
from annotation.checks.finding import Fault
from annotation.checks.name_occurrences import comparable_name, marked, prefixes, unmarked
from annotation.checks.wording import Name, Quoted
from annotation.core.document import Document, Span
from annotation.core.ontology import Ontology
from annotation.core.text import MOST_LETTERS, folded

_LEAST = 3
"""Characters there must be without the prefix to be taken for the same words."""
_OURS = frozenset({"ה", "ال", "ا", "כ"})
"""No prefixes here: the article is part of what is marked, כ says "about" before a number, and a lone alef begins more
names than questions."""
_CONJUNCTIONS = frozenset({"ו", "ש", "כש", "וש", "וכש", "و", "ف"})
"""The prefixes of a trigger: the others make another word of it, as ל does of a verb."""


def proclitics(document: Document, ontology: Ontology, corpus: Corpus) -> Iterator[Fault]:
    """A word is marked with a prefix where the same annotator marks it without one, or the other way round."""
    for span in document.spans():
        words = comparable_name(span, document)
        taken = prefixes(document.language) - _OURS
        taken = taken & _CONJUNCTIONS if span.label in ontology.events else taken
        times = max(1, corpus.marked(span, document, words))
        for prefix in (words[:length] for length in range(MOST_LETTERS, 0, -1)):
            bare = _without(words, prefix) if prefix in taken else None
            if bare and (count := corpus.marked(span, document, bare)) >= times:
                yield Fault("prefix", span, {"prefix": Quoted(prefix), "count": count})
                break
        prefix = _before(span, document)
        if prefix in taken and (count := corpus.marked(span, document, prefix + words)) > times:
            yield Fault("no-prefix", span, {"prefix": Quoted(prefix), "count": count})


def two_ways(document: Document, ontology: Ontology, corpus: Corpus) -> Iterator[Fault]:
    """Nearly all marks of the same words in the corpus have one type."""
    for span in document.entities:
        if not _described(comparable_name(span, document)) and (
            found := corpus.majority(span, document, ontology.entities)
        ):
            other, count, total = found
            yield Fault(
                "two-ways", span, {"label": Name(span.label), "other": Name(other), "count": count, "total": total}
            )


def repeats(document: Document, ontology: Ontology, corpus: Corpus) -> Iterator[Fault]:
    """A name that is marked in the article is marked wherever it stands.

    A description is marked only where it fills a role, and little in the letters tells the two apart. Taken for names
    are strings of several words; and without the article, the last word of a longer name and what the corpus marks
    nearly everywhere.
    """
    names = marked(document)
    surnames = {(words.split()[-1], span.label) for words, spans in names.items() for span in spans if " " in words}
    for words, places in unmarked(document, names).items():
        label = names[words][0].label
        if " " in words or (not _described(words) and ((words, label) in surnames or corpus.is_name(words))):
            for start, end in places:
                yield Fault("repeat", Span(start, end, label), {"label": Name(label)})


def _described(words: str) -> bool:
    """Whether this is a single word with the article, which may stand for another thing in each article."""
    return " " not in words and words.startswith(("ה", "ال"))


def _without(words: str, prefix: str) -> str | None:
    """The words without the prefix they begin with; None where too little is left."""
    rest = words[len(prefix) :]
    if prefix.endswith("لل"):  # ل and ال make لل: the word is marked from its own ل on
        rest = "ل" + rest
    return rest if len(rest) >= _LEAST else None


def _before(span: Span, document: Document) -> str:
    """The letters between the beginning of the span's word and the span, folded."""
    word = word_at(document.text, span.start)
    return folded(document.text[word[0] : span.start]) if word else ""
