"""Several versions of one article, laid side by side: each thing anybody marked is one place, with everybody's answer.

Spans of one layer are matched between every two versions, one to one by overlap, and what is matched is one thing. An
argument is a pair of things, an attribute hangs on one. So a boundary two people drew differently is one contested
place, not two spans nobody else has, and its arguments are not contested because of it; nor is what hangs on a span by
those who did not mark the span.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

from annotation.core.document import Document, Span
from annotation.core.matching import assign, overlap
from annotation.core.ontology import Ontology
from annotation.core.proclitics import variants

ENTITY, EVENT, ARGUMENT, ATTRIBUTE, LINK = "entity", "event", "argument", "attribute", "link"
LAYERS = (ENTITY, EVENT, ARGUMENT, ATTRIBUTE, LINK)

MISSED, LABEL, PREFIX, BOUNDARY = "missed", "label", "prefix", "boundary"
CAUSES: Mapping[str, str] = {
    MISSED: "somebody marked nothing there",
    LABEL: "another type, role or value",
    PREFIX: "with and without a prefix glued to the word",
    BOUNDARY: "begins or ends elsewhere",
}
"""What an answer can differ in, and what that means. A place may be contested for several of them."""

LabelledSpan: TypeAlias = tuple[str, Span]
"""A label, role or value, and the span it was given: the filler of an argument, the trigger of an attribute."""
Thing: TypeAlias = int
_SAME_LABEL = 1.0
"""Weighs more than any overlap: a span belongs to the one of its own label."""


@dataclass(frozen=True)
class AlignedItem:
    """What was asked of everybody, though nobody asked: what is here?

    `about` is the span it is about (of an argument, the trigger's), `name` the attribute's name. An annotator who
    marked nothing here has an empty tuple. Everybody in `answers` was in a position to answer: an argument or link is
    asked only of those who marked both its ends, an attribute of those who marked the trigger.
    """

    layer: str
    about: Span
    answers: Mapping[str, tuple[LabelledSpan, ...]]
    name: str = ""
    causes: tuple[str, ...] = field(default=())
    things: tuple[Thing, ...] = ()

    @property
    def contested(self) -> bool:
        """Whether two answers differ."""
        return bool(self.causes)

    @property
    def labels(self) -> frozenset[str]:
        """Everything anybody called it."""
        return frozenset(label for given in self.answers.values() for label, _ in given)

    def votes(self) -> Counter[tuple[LabelledSpan, ...]]:
        """How many gave each answer."""
        return Counter(self.answers.values())


def places(versions: Mapping[str, Document], ontology: Ontology | None = None) -> list[AlignedItem]:
    """Every place of an article, in the order of the text. The versions have the same text.

    With the ontology an attribute nobody chose has its default value; without it "" is a value of its own.
    """
    laid = _Laid(versions)
    found = [*laid.spans(), *laid.arguments(), *laid.attributes(ontology), *laid.links()]
    return sorted(found, key=lambda p: (p.about.start, p.about.end, LAYERS.index(p.layer), p.name))


class _Laid:
    """The versions of an article and which of their spans are one thing."""

    def __init__(self, versions: Mapping[str, Document]) -> None:
        self.versions = versions
        self.text = next(iter(versions.values())).text if versions else ""
        self.thing: dict[tuple[str, Span], Thing] = {}
        self.marked: dict[Thing, frozenset[str]] = {}
        self.events: set[Thing] = set()
        for layer, spans in ((ENTITY, _entities), (EVENT, _triggers)):
            known = len(set(self.thing.values()))
            joined = _joined({name: spans(version) for name, version in versions.items()})
            self.thing |= {key: known + number for key, number in joined.items()}
            for (name, _), thing in joined.items():
                self.marked[known + thing] = self.marked.get(known + thing, frozenset()) | {name}
            if layer == EVENT:
                self.events = {known + number for number in joined.values()}

    def spans(self) -> Iterator[AlignedItem]:
        """Entities and triggers."""
        given: dict[Thing, dict[str, list[LabelledSpan]]] = {}
        for (name, span), thing in self.thing.items():
            given.setdefault(thing, {}).setdefault(name, []).append((span.label, span))
        for thing, answers in given.items():
            yield self._place(EVENT if thing in self.events else ENTITY, answers, (thing,))

    def arguments(self) -> Iterator[AlignedItem]:
        """Who fills what, by the things at both ends; asked of those who marked both."""
        given: dict[tuple[Thing, Thing], dict[str, list[LabelledSpan]]] = {}
        about: dict[tuple[Thing, Thing], Span] = {}
        for name, version in self.versions.items():
            for event in version.events:
                for argument in event.arguments:
                    ends = self.thing[name, event.trigger], self.thing[name, argument.filler]
                    about.setdefault(ends, event.trigger)
                    given.setdefault(ends, {}).setdefault(name, []).append((argument.role, argument.filler))
        for ends, answers in given.items():
            yield self._place(ARGUMENT, answers, ends, about=about[ends])

    def attributes(self, ontology: Ontology | None) -> Iterator[AlignedItem]:
        """What was said of an event by those who marked it; nothing where all left it at what goes without saying."""
        given: dict[tuple[Thing, str], dict[str, list[LabelledSpan]]] = {}
        marked: dict[Thing, dict[str, Span]] = {}
        for name, version in self.versions.items():
            for event in version.events:
                thing = self.thing[name, event.trigger]
                marked.setdefault(thing, {})[name] = event.trigger
                for attribute, value in event.attributes:
                    given.setdefault((thing, attribute), {})[name] = [(value, event.trigger)]
        for (thing, attribute), said in given.items():
            known = ontology.attributes.get(attribute) if ontology else None
            default = known.default if known else ""
            answers = {name: said.get(name, [(default, span)]) for name, span in marked[thing].items()}
            if any(value != default for ((value, _),) in answers.values()):
                yield self._place(ATTRIBUTE, answers, (thing,), name=attribute)

    def links(self) -> Iterator[AlignedItem]:
        """What is joined to what."""
        given: dict[tuple[str, tuple[Thing, ...]], dict[str, list[LabelledSpan]]] = {}
        about: dict[tuple[str, tuple[Thing, ...]], Span] = {}
        for name, version in self.versions.items():
            for link in version.links:
                key = link.label, tuple(sorted((self.thing[name, link.a], self.thing[name, link.b])))
                about.setdefault(key, link.a)
                given.setdefault(key, {})[name] = [(link.label, link.b)]
        for key, answers in given.items():
            yield self._place(LINK, answers, key[1], about=about[key], name=key[0])

    def _place(
        self,
        layer: str,
        answers: Mapping[str, Sequence[LabelledSpan]],
        things: tuple[Thing, ...],
        *,
        about: Span | None = None,
        name: str = "",
    ) -> AlignedItem:
        # Who did not mark the trigger has said so there, and is not asked again for each of its arguments.
        asked = self.versions if layer in (ENTITY, EVENT) else frozenset.intersection(*(self.marked[t] for t in things))
        full = {who: tuple(sorted(answers.get(who, ()))) for who in self.versions if who in asked}
        first = about or min(span for given in full.values() for _, span in given)
        return AlignedItem(layer, first, full, name, tuple(_causes(layer, self.text, full)), things)


def _entities(document: Document) -> Sequence[Span]:
    return document.entities


def _triggers(document: Document) -> Sequence[Span]:
    return document.triggers


def _joined(spans: Mapping[str, Sequence[Span]]) -> dict[tuple[str, Span], Thing]:
    """Number the things: spans matched between two versions are one, and so is what hangs together by that."""
    leader = {(name, span): (name, span) for name, marked in spans.items() for span in marked}

    def root(key: tuple[str, Span]) -> tuple[str, Span]:
        while leader[key] != key:
            key = leader[key]
        return key

    for (one, left), (two, right) in combinations(spans.items(), 2):
        for i, j in assign(left, right, _likeness):
            leader[root((two, right[j]))] = root((one, left[i]))
    numbers: dict[tuple[str, Span], Thing] = {}
    return {key: numbers.setdefault(root(key), len(numbers)) for key in leader}


def _likeness(one: Span, two: Span) -> float:
    return overlap(one, two) + (_SAME_LABEL if one.label == two.label else 0.0)


def _causes(layer: str, text: str, answers: Mapping[str, tuple[LabelledSpan, ...]]) -> Iterator[str]:
    said = [given for given in answers.values() if given]
    if len(said) < len(answers):
        yield MISSED
    if len({tuple(label for label, _ in given) for given in said}) > 1:
        yield LABEL
    if layer not in (ENTITY, EVENT):
        return
    ranges = {(span.start, span.end): span for given in said for _, span in given}
    if len(ranges) > 1:
        glued = all(variants(text, a, b) for a, b in combinations(ranges.values(), 2))
        yield PREFIX if glued else BOUNDARY
