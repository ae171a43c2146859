"""Alignment of several annotators' versions of one article: each marked item once, with every annotator's answer.

Spans of one layer are matched between every two versions, one to one by overlap. Spans matched directly or through
other versions form a cluster: one entity or one trigger. An argument or link belongs to two clusters, an attribute to
one. So a span with different boundaries in two versions is one contested item, and its arguments are not contested
because of that. Annotators who did not mark a span do not count for its arguments and attributes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

from annotation.agreement.places import Places
from annotation.core.document import Document, Span
from annotation.core.layers import ARGUMENT, ENTITY, LINK
from annotation.core.matching import assign, overlap
from annotation.core.messages import N_
from annotation.core.ontology import Ontology
from annotation.core.proclitics import variants

EVENT, ATTRIBUTE = N_("event"), N_("attribute")
ITEM_LAYERS = (ENTITY, EVENT, ARGUMENT, ATTRIBUTE, LINK)

MISSED, LABEL, PREFIX, BOUNDARY = N_("missed"), N_("label"), N_("prefix"), N_("boundary")
CAUSES: Mapping[str, str] = {
    MISSED: N_("somebody marked nothing there"),
    LABEL: N_("another type, role or value"),
    PREFIX: N_("with and without a prefix glued to the word"),
    BOUNDARY: N_("begins or ends elsewhere"),
}
"""The ways in which answers can differ, with their meanings. An item may have several causes."""

LabelledSpan: TypeAlias = tuple[str, Span]
"""A label, role or value and its span: for an argument the filler, for an attribute the trigger."""
ClusterId: TypeAlias = int
"""Numbers a cluster of matched spans, unique within the article."""
_SAME_LABEL = 1.0
"""Added to the overlap of spans with equal labels. It exceeds any overlap, so these are matched first."""


@dataclass(frozen=True)
class AlignedItem:
    """An entity, event, argument, attribute or link that somebody marked, with the answers of all annotators.

    `about` is its span (for an argument or attribute, the trigger), `name` the attribute's name or the link's label.
    `answers` has an empty tuple for an annotator who marked nothing. It leaves out who could not answer: for an
    argument or link, annotators who did not mark both ends; for an attribute, those who did not mark the trigger.
    """

    layer: str
    about: Span
    answers: Mapping[str, tuple[LabelledSpan, ...]]
    name: str = ""
    causes: tuple[str, ...] = field(default=())
    clusters: tuple[ClusterId, ...] = ()

    @property
    def contested(self) -> bool:
        """Whether any two answers differ."""
        return bool(self.causes)

    @property
    def labels(self) -> frozenset[str]:
        """All labels, roles or values in the answers."""
        return frozenset(label for answer in self.answers.values() for label, _ in answer)

    def votes(self) -> Counter[tuple[LabelledSpan, ...]]:
        """The number of annotators who gave each answer."""
        return Counter(self.answers.values())


def align_versions(versions: Mapping[str, Document], ontology: Ontology | None = None) -> list[AlignedItem]:
    """All items of an article, in text order. The versions, by annotator, must have the same text.

    With the ontology an attribute that was not set has its default value; without it, the value "".
    """
    aligned = _AlignedVersions(versions)
    items = [*aligned.spans(), *aligned.arguments(), *aligned.attributes(ontology), *aligned.links()]
    return sorted(items, key=lambda item: (item.about.start, item.about.end, ITEM_LAYERS.index(item.layer), item.name))


class _AlignedVersions:
    """The versions of an article and the clusters of their spans."""

    def __init__(self, versions: Mapping[str, Document]) -> None:
        self.versions = versions
        self.text = next(iter(versions.values())).text if versions else ""
        self.cluster_of: dict[tuple[str, Span], ClusterId] = {}
        self.annotators: dict[ClusterId, frozenset[str]] = {}
        self.event_clusters: set[ClusterId] = set()
        for layer, spans in ((ENTITY, _entities), (EVENT, _triggers)):
            first_id = len(set(self.cluster_of.values()))
            clusters = _cluster({name: spans(version) for name, version in versions.items()})
            self.cluster_of |= {key: first_id + number for key, number in clusters.items()}
            for (name, _), cluster in clusters.items():
                self.annotators[first_id + cluster] = self.annotators.get(first_id + cluster, frozenset()) | {name}
            if layer == EVENT:
                self.event_clusters = {first_id + number for number in clusters.values()}

    def spans(self) -> Iterator[AlignedItem]:
        """The items of entities and triggers."""
        by_cluster: dict[ClusterId, dict[str, list[LabelledSpan]]] = {}
        for (name, span), cluster in self.cluster_of.items():
            by_cluster.setdefault(cluster, {}).setdefault(name, []).append((span.label, span))
        for cluster, answers in by_cluster.items():
            yield self._item(EVENT if cluster in self.event_clusters else ENTITY, answers, (cluster,))

    def arguments(self) -> Iterator[AlignedItem]:
        """The items of arguments, one for each pair of a trigger cluster and a filler cluster."""
        by_ends: dict[tuple[ClusterId, ClusterId], dict[str, list[LabelledSpan]]] = {}
        about: dict[tuple[ClusterId, ClusterId], Span] = {}
        for name, version in self.versions.items():
            for event in version.events:
                for argument in event.arguments:
                    ends = self.cluster_of[name, event.trigger], self.cluster_of[name, argument.filler]
                    about.setdefault(ends, event.trigger)
                    by_ends.setdefault(ends, {}).setdefault(name, []).append((argument.role, argument.filler))
        for ends, answers in by_ends.items():
            yield self._item(ARGUMENT, answers, ends, about=about[ends])

    def attributes(self, ontology: Ontology | None) -> Iterator[AlignedItem]:
        """The items of event attributes; none for an attribute that has its default value in all versions."""
        by_attribute: dict[tuple[ClusterId, str], dict[str, list[LabelledSpan]]] = {}
        triggers: dict[ClusterId, dict[str, Span]] = {}
        for name, version in self.versions.items():
            for event in version.events:
                cluster = self.cluster_of[name, event.trigger]
                triggers.setdefault(cluster, {})[name] = event.trigger
                for attribute, value in event.attributes:
                    by_attribute.setdefault((cluster, attribute), {})[name] = [(value, event.trigger)]
        for (cluster, attribute), chosen in by_attribute.items():
            definition = ontology.attributes.get(attribute) if ontology else None
            default = definition.default if definition else ""
            answers = {name: chosen.get(name, [(default, span)]) for name, span in triggers[cluster].items()}
            if any(value != default for ((value, _),) in answers.values()):
                yield self._item(ATTRIBUTE, answers, (cluster,), name=attribute)

    def links(self) -> Iterator[AlignedItem]:
        """The items of links, one for each label and pair of clusters."""
        by_link: dict[tuple[str, tuple[ClusterId, ...]], dict[str, list[LabelledSpan]]] = {}
        about: dict[tuple[str, tuple[ClusterId, ...]], Span] = {}
        for name, version in self.versions.items():
            for link in version.links:
                key = link.label, tuple(sorted((self.cluster_of[name, link.a], self.cluster_of[name, link.b])))
                about.setdefault(key, link.a)
                by_link.setdefault(key, {})[name] = [(link.label, link.b)]
        for key, answers in by_link.items():
            yield self._item(LINK, answers, key[1], about=about[key], name=key[0])

    def _item(
        self,
        layer: str,
        answers: Mapping[str, Sequence[LabelledSpan]],
        clusters: tuple[ClusterId, ...],
        *,
        about: Span | None = None,
        name: str = "",
    ) -> AlignedItem:
        # An annotator who did not mark the trigger has already missed the event: its arguments are no further misses.
        both_ends = (self.annotators[cluster] for cluster in clusters)
        eligible = self.versions if layer in (ENTITY, EVENT) else frozenset.intersection(*both_ends)
        complete = {
            annotator: tuple(sorted(answers.get(annotator, ()))) for annotator in self.versions if annotator in eligible
        }
        first = about or min(span for answer in complete.values() for _, span in answer)
        return AlignedItem(layer, first, complete, name, tuple(_causes(layer, self.text, complete)), clusters)


def _entities(document: Document) -> Sequence[Span]:
    return document.entities


def _triggers(document: Document) -> Sequence[Span]:
    return document.triggers


def _cluster(spans: Mapping[str, Sequence[Span]]) -> dict[tuple[str, Span], ClusterId]:
    """Number the clusters: the connected components of spans that are matched between two versions.

    Versions are matched place by place, and those that are the same at a place once.
    """
    leader = {(name, span): (name, span) for name, version_spans in spans.items() for span in version_spans}

    def root(key: tuple[str, Span]) -> tuple[str, Span]:
        while leader[key] != key:
            key = leader[key]
        return key

    for here in _contents(spans):
        for same, (first, *others) in here.items():
            leader |= {(name, span): (first, span) for name in others for span in same}
        for (left, (first, *_)), (right, (second, *_)) in combinations(here.items(), 2):
            for i, j in assign(left, right, _similarity):
                leader[root((second, right[j]))] = root((first, left[i]))
    numbers: dict[tuple[str, Span], ClusterId] = {}
    return {key: numbers.setdefault(root(key), len(numbers)) for key in leader}


def _contents(spans: Mapping[str, Sequence[Span]]) -> Iterable[Mapping[tuple[Span, ...], list[str]]]:
    """At each place, who marked what there, nothing left out: the spans, and the names of those who have these."""
    places = Places(span for version_spans in spans.values() for span in version_spans)
    contents: dict[int, dict[tuple[Span, ...], list[str]]] = {}
    for name, version_spans in spans.items():
        for place, here in places.split(version_spans, lambda span: span).items():
            contents.setdefault(place, {}).setdefault(here, []).append(name)
    return contents.values()


def _similarity(first: Span, second: Span) -> float:
    return overlap(first, second) + (_SAME_LABEL if first.label == second.label else 0.0)


def _causes(layer: str, text: str, answers: Mapping[str, tuple[LabelledSpan, ...]]) -> Iterator[str]:
    present = [answer for answer in answers.values() if answer]
    if len(present) < len(answers):
        yield MISSED
    if len({tuple(label for label, _ in answer) for answer in present}) > 1:
        yield LABEL
    if layer not in (ENTITY, EVENT):
        return
    ranges = {(span.start, span.end): span for answer in present for _, span in answer}
    if len(ranges) > 1:
        glued = all(variants(text, a, b) for a, b in combinations(ranges.values(), 2))
        yield PREFIX if glued else BOUNDARY
