"""Long articles in passages that a language model is asked about one by one, and the marks put together again.

A passage ends where a line does, else a sentence, else a word, and begins with the end of the one before it, so that
what stands on both sides of a cut is read together once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.ontology import Ontology
from annotation.core.words import sentences, split_words

_OVERLAP = 0.15
"""The share of a passage that may repeat the one before."""


@dataclass(frozen=True)
class Passage:
    """A stretch of an article, as an article of its own that begins at code point `start` of the whole."""

    start: int
    article: Document


def passages(article: Document, longest: int) -> list[Passage]:
    """The passages of an article, of at most `longest` code points each; a word that is longer has its own."""
    if len(article.text) <= longest:
        return [Passage(0, article)]
    found, units, first = [], list(_units(article.text, longest)), 0
    while first < len(units):
        start, following = units[first][0], first + 1
        while following < len(units) and units[following][1] - start <= longest:
            following += 1
        end = units[following - 1][1]
        found.append(Passage(start, replace(article.bare(), text=article.text[start:end])))
        first = _back(units, first, following, longest)
    return found


def _back(units: Sequence[tuple[int, int]], first: int, following: int, longest: int) -> int:
    """The unit that the next passage begins with: before `following`, as far as the overlap goes and that one fits."""
    if following == len(units):
        return following
    end, begin = units[following - 1][1], following
    while (
        begin - 1 > first
        and end - units[begin - 1][0] <= longest * _OVERLAP
        and units[following][1] - units[begin - 1][0] <= longest
    ):
        begin -= 1
    return begin


def _units(text: str, longest: int) -> Iterator[tuple[int, int]]:
    """The ranges that are not cut: whole lines, or the sentences of a line that is too long, or its words."""
    at = 0
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        if len(line) <= longest:
            yield start, at
            continue
        words = split_words(line)
        numbered = zip(sentences(line, words), words, strict=True)
        parts = [[word for _, word in group] for _, group in groupby(numbered, key=lambda pair: pair[0])]
        for part in parts:
            short = part[-1].end - part[0].start <= longest
            yield from (
                [(start + part[0].start, start + part[-1].end)]
                if short
                else ((start + word.start, start + word.end) for word in part)
            )


def joined(article: Document, marked: Sequence[tuple[Passage, Document]], ontology: Ontology) -> Document:
    """The article with the marks of all its passages; of what two of them say about a place, the first counts."""
    if len(marked) == 1 and len(marked[0][1].text) == len(article.text):
        return marked[0][1]
    entities: dict[Span, None] = {}
    events: dict[Span, Event] = {}
    links: dict[Link, None] = {}
    for passage, document in marked:
        moved = _moved(document, passage.start)
        entities |= dict.fromkeys(moved.entities)
        links |= dict.fromkeys(moved.links)
        for event in moved.events:
            known = events.get(event.trigger)
            events[event.trigger] = _merged(known, event, ontology) if known else event
    return replace(article.bare(), entities=tuple(entities), events=tuple(events.values()), links=tuple(links))


@dataclass(frozen=True)
class _Moved:
    entities: tuple[Span, ...]
    events: tuple[Event, ...]
    links: tuple[Link, ...]


def _moved(document: Document, by: int) -> _Moved:
    def span(own: Span) -> Span:
        return replace(own, start=own.start + by, end=own.end + by)

    def event(own: Event) -> Event:
        arguments = tuple(replace(argument, filler=span(argument.filler)) for argument in own.arguments)
        return Event(span(own.trigger), arguments, own.attributes)

    links = tuple(Link(link.label, span(link.a), span(link.b)) for link in document.links)
    return _Moved(tuple(map(span, document.entities)), tuple(map(event, document.events)), links)


def _merged(first: Event, second: Event, ontology: Ontology) -> Event:
    """One event that two passages tell of, with no more fillers than its roles take."""
    roles = ontology.events[first.type].roles
    arguments: dict[Argument, None] = dict.fromkeys(first.arguments)
    for argument in second.arguments:
        most, same = roles[argument.role].maximum, sum(other.role == argument.role for other in arguments)
        if most is None or same < most:
            arguments[argument] = None
    attributes = {**dict(second.attributes), **dict(first.attributes)}
    return Event(first.trigger, tuple(arguments), tuple(attributes.items()))
