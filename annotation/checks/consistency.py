"""Rules on consistency in the corpus: the same words have the same boundaries and type, wherever they occur."""

from __future__ import annotations

from collections.abc import Iterator

from annotation.checks.boundaries import word_at
from annotation.checks.corpus_counts import Corpus
from annotation.checks.finding import Fault
from annotation.checks.name_occurrences import comparable_name, longer, marked, prefixes, unmarked
from annotation.checks.wording import Name, Quoted
from annotation.core.document import Document, Span
from annotation.core.ontology import Ontology
from annotation.core.text import MOST_LETTERS, folded

_LEAST = 3
"""Fewest characters left without the prefix for two strings to count as the same words."""
_NOT_PREFIXES = frozenset({"ה", "ال", "ا", "الل", "כ"})
"""Not prefixes here: the article, before a ل too, is part of a mention, כ before a number means "about", and a single
alef begins more names than questions."""
_CONJUNCTIONS = frozenset({"ו", "ש", "כש", "וש", "וכש", "و", "ف"})
"""Prefixes of a trigger: any other changes the word, as ל does to a verb."""


def proclitics(document: Document, ontology: Ontology, corpus: Corpus) -> Iterator[Fault]:
    """A word is marked with a prefix where the same annotator, or all together, mostly mark it without, or the reverse.

    The reverse is said of one annotator's own marks only: a team that glues prefixes does not make one right.
    """
    for span in document.spans():
        words = comparable_name(span, document)
        allowed = prefixes(document.language) - _NOT_PREFIXES
        allowed = allowed & _CONJUNCTIONS if span.label in ontology.events else allowed
        for prefix in (words[:length] for length in range(MOST_LETTERS, 0, -1)):
            bare = _without(words, prefix) if prefix in allowed else ()
            if count := max((corpus.without_prefix(span, document, words, rest) for rest in bare), default=0):
                yield Fault("prefix", span, {"prefix": Quoted(prefix), "count": count})
                break
        prefix = _before(span, document)
        if prefix not in allowed or corpus.without_prefix(span, document, prefix + words, words):
            continue
        if (count := corpus.marked(span, document, prefix + words)) > max(1, corpus.marked(span, document, words)):
            yield Fault("no-prefix", span, {"prefix": Quoted(prefix), "count": count})


def two_ways(document: Document, ontology: Ontology, corpus: Corpus) -> Iterator[Fault]:
    """A mention has another type than nearly all other mentions of the same words in the corpus."""
    for span in document.entities:
        if not _described(comparable_name(span, document)) and (
            majority := corpus.majority(span, document, ontology.entities)
        ):
            other, count, total = majority
            yield Fault(
                "two-ways", span, {"label": Name(span.label), "other": Name(other), "count": count, "total": total}
            )


def repeats(document: Document, ontology: Ontology, corpus: Corpus) -> Iterator[Fault]:
    """A name that is marked in the article is marked at each of its occurrences.

    A description is marked only where it fills a role, and the spelling hardly distinguishes it from a name. Strings of
    several words count as names; so do, when they have no article, the last word of a longer name and a word the corpus
    marks nearly everywhere. Inside a longer name that is marked anywhere in the corpus, a name is not missed.
    """
    names = marked(document)
    surnames = {(words.split()[-1], span.label) for words, spans in names.items() for span in spans if " " in words}
    for words, places in unmarked(document, names).items():
        label = names[words][0].label
        if " " in words or (not _described(words) and ((words, label) in surnames or corpus.is_name(words))):
            for start, end in places:
                if not any(map(corpus.is_marked, longer(document, start, end))):
                    yield Fault("repeat", Span(start, end, label), {"label": Name(label)})


def _described(words: str) -> bool:
    """Whether this is a single word with the article, which may mean something else in each article."""
    return " " not in words and words.startswith(("ה", "ال"))


def _without(words: str, prefix: str) -> tuple[str, ...]:
    """The words without the prefix they begin with, as they may be marked; empty where too little is left."""
    rest = words[len(prefix) :]
    # ل and ال make لل: behind ل the word is marked from its second ل on, elsewhere with the whole article.
    forms = (f"ل{rest}", f"ال{rest}") if prefix.endswith("لل") else (rest,)
    return tuple(form for form in forms if len(form) >= _LEAST)


def _before(span: Span, document: Document) -> str:
    """The letters between the beginning of the span's word and the span, folded."""
    word = word_at(document.text, span.start)
    return folded(document.text[word[0] : span.start]) if word else ""
