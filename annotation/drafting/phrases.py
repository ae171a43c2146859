"""Phrases: what was marked once is suggested wherever it stands again, by its commonest type.

Of phrases that overlap, the longest counts, and within it only what was marked within it before: a name that is part of
a longer name is not suggested by itself. A phrase that more often stood unmarked than marked is not suggested.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from annotation.core.document import Document, Event, Provenance, Span
from annotation.drafting.article_words import ArticleWords, Key, Start, key

LEAST_SHARE = 0.5
"""A phrase is suggested when at least this share of its places in the examples were marked (see RESULTS.md)."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase's label, whether that is an event type, and what is marked within it.

    marked, unmarked: at how many places in the examples it was marked so, and not at all or otherwise.
    """

    label: str
    trigger: bool
    marked: int = 1
    unmarked: int = 0
    inner: frozenset[Key] = frozenset()

    @property
    def share(self) -> float:
        """The share of its places at which it was marked."""
        return self.marked / (self.marked + self.unmarked)

    @property
    def score(self) -> float:
        """The share with one place more of each kind (Laplace's rule), so that a single place is not certain."""
        return round((self.marked + 1) / (self.marked + self.unmarked + 2), 4)


class PhraseMatch(NamedTuple):
    """A phrase at a place in an article: offsets in code points."""

    start: int
    end: int
    key: Key


@dataclass(frozen=True)
class PhraseTable:
    """Phrases by their folded words."""

    phrases: Mapping[Key, Phrase]
    _longest_first: Mapping[str, Sequence[Key]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, list[Key]] = defaultdict(list)
        for words in sorted(self.phrases, key=lambda words: (-len(words), words)):
            index[words[0]].append(words)
        object.__setattr__(self, "_longest_first", dict(index))

    @classmethod
    def learn(cls, examples: Iterable[Document], *, least_share: float = LEAST_SHARE) -> PhraseTable:
        """The phrases that are marked in the examples, without those that stood unmarked more often."""
        documents = list(examples)
        every = cls(_marked(documents))
        unmarked = every._unmarked(documents)
        counted = {words: replace(phrase, unmarked=unmarked[words]) for words, phrase in every.phrases.items()}
        return cls({words: phrase for words, phrase in counted.items() if phrase.share >= least_share})

    def with_lists(self, lists: Mapping[Key, Phrase]) -> PhraseTable:
        """The table with a team's own phrases, which take precedence."""
        return PhraseTable({**self.phrases, **lists})

    @property
    def version(self) -> str:
        """The drafter's name for provenance: the same phrases have the same name."""
        content = repr(sorted((words, phrase.label, phrase.score) for words, phrase in self.phrases.items()))
        return f"draft phrases {hashlib.sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"

    def draft(self, article: Document) -> Document:
        """The article with every phrase of the table marked, scored, and this table as provenance."""
        entities, events = self.spans(article)
        return replace(
            article,
            entities=tuple(entities),
            events=tuple(map(Event, events)),
            links=(),
            provenance=Provenance(model_version=self.version),
        )

    def spans(self, article: Document) -> tuple[list[Span], list[Span]]:
        """The suggested entity mentions and triggers of an article."""
        entities: list[Span] = []
        triggers: list[Span] = []
        words = ArticleWords(article.text)
        for match in self._all_matches(words):
            phrase = self.phrases[match.key]
            span = Span(match.start, match.end, phrase.label, phrase.score)
            (triggers if phrase.trigger else entities).append(span)
        return entities, triggers

    def matches(self, article: ArticleWords) -> Iterator[PhraseMatch]:
        """Places of phrases, none of which overlap: of those that would, the longest, then the first."""
        found = sorted(
            self._found(article.starts, article, self.phrases), key=lambda match: (match.start - match.end, match.start)
        )
        taken = bytearray(len(article.text))
        for match in found:
            if not any(taken[match.start : match.end]):
                taken[match.start : match.end] = b"\1" * (match.end - match.start)
                yield match

    def _all_matches(self, article: ArticleWords) -> Iterator[PhraseMatch]:
        """The matches, and within each the phrases that were marked within it before."""
        for match in self.matches(article):
            yield match
            if inner := self.phrases[match.key].inner & self.phrases.keys():
                within = (start for start in article.starts if match.start <= start.offset < match.end)
                yield from (part for part in self._found(within, article, inner) if part.end <= match.end)

    def _found(self, starts: Iterable[Start], article: ArticleWords, keys: Collection[Key]) -> Iterator[PhraseMatch]:
        for start in starts:
            for words in self._longest_first.get(start.word, ()):
                if words in keys and not (start.article and not self.phrases[words].trigger):
                    end = article.end(start.at, words)
                    if end is not None:
                        yield PhraseMatch(start.offset, end, words)

    def _unmarked(self, documents: Iterable[Document]) -> Counter[Key]:
        """At how many places each phrase matches without being marked with its label."""
        counts: Counter[Key] = Counter()
        for document in documents:
            marks = set(document.spans())
            for match in self.matches(ArticleWords(document.text)):
                counts[match.key] += Span(match.start, match.end, self.phrases[match.key].label) not in marks
        return counts


def _marked(documents: Iterable[Document]) -> dict[Key, Phrase]:
    """Every marked phrase with its commonest label, the first in the alphabet of those that are equally common."""
    labels: dict[Key, Counter[tuple[str, bool]]] = defaultdict(Counter)
    inner: dict[Key, set[Key]] = defaultdict(set)
    for document in documents:
        keyed = [(span, kind, key(span.quote(document.text))) for span, kind in _labelled(document)]
        for span, kind, words in keyed:
            if words:
                labels[words][span.label, kind] += 1
                inner[words] |= {part for other, _, part in keyed if part and _inside(other, span)}
    return {
        words: Phrase(*label, marked=count, inner=frozenset(inner[words] - {words}))
        for words, counts in labels.items()
        for label, count in [min(counts.items(), key=lambda item: (-item[1], item[0]))]
    }


def _labelled(document: Document) -> Iterator[tuple[Span, bool]]:
    """Each span, and whether it is a trigger."""
    yield from ((span, False) for span in document.entities)
    yield from ((span, True) for span in document.triggers)


def _inside(part: Span, whole: Span) -> bool:
    return whole.start <= part.start and part.end <= whole.end and (part.start, part.end) != (whole.start, whole.end)
