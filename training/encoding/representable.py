"""The representable part of a document: spans as words and cuts, and the reason for each annotation that is lost."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.layers import ARGUMENT, ENTITY, LINK, TRIGGER
from annotation.core.link_clusters import chain, link_clusters
from annotation.core.words import LEADING, TRAILING, Word
from training.encoding.label_space import LabelSpace


class WordSpan(NamedTuple):
    """A span as word numbers: `first` to `last`, both included, without `leading` and `trailing` graphemes."""

    first: int
    last: int
    leading: int
    trailing: int


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A lost annotation: its kind (entity, trigger, argument, attribute or link), a quotation of it, and the reason."""

    kind: str
    what: str
    why: str


class Representation(NamedTuple):
    """The result of `representable`.

    document: the representable part, without attribute values that are the default, and with the links of each cluster
    as a chain of consecutive mentions. lost: everything else.
    """

    document: Document
    lost: tuple[Uncovered, ...]


def word_span(words: Sequence[Word], span: Span) -> WordSpan | str:
    """The words of the span, or the reason why words and cuts cannot represent it."""
    first = bisect_right(words, span.start, key=lambda word: word.start) - 1
    last = bisect_right(words, span.end - 1, key=lambda word: word.start) - 1
    if first < 0 or words[first].end <= span.start:
        return "it begins on whitespace"
    if last < 0 or words[last].end < span.end:
        return "it ends on whitespace"
    opening, closing = words[first].cuts, words[last].cuts
    if span.start not in opening or span.end not in closing:
        return "it cuts a letter from its marks"
    leading, trailing = opening.index(span.start), len(closing) - 1 - closing.index(span.end)
    if leading >= LEADING:
        return f"it begins {leading} letters into a word; {LEADING - 1} is the most"
    if trailing >= TRAILING:
        return f"it ends {trailing} letters before a word does; {TRAILING - 1} is the most"
    return WordSpan(first, last, leading, trailing)


def representable(document: Document, words: Sequence[Word], labels: LabelSpace, max_width: int) -> Representation:
    """Split the annotations of a document into the representable ones and the lost ones, given its words.

    max_width: words of the longest span.
    """
    lost: list[Uncovered] = []
    entities = _spans(document, document.entities, words, labels, max_width, lost, kind=ENTITY)
    triggers = _spans(document, document.triggers, words, labels, max_width, lost, kind=TRIGGER)
    spans = {*entities, *triggers}
    events = tuple(_event(document, e, spans, labels, lost) for e in document.events if e.trigger in set(triggers))
    lost += [
        _argument_without_trigger(document, e, a)
        for e in document.events
        if e.trigger not in set(triggers)
        for a in e.arguments
    ]
    links = tuple(_links(document, spans, labels, lost))
    rest = replace(document, entities=tuple(entities), events=events, links=links, provenance=None)
    return Representation(rest, tuple(lost))


def _spans(
    document: Document,
    spans: Iterable[Span],
    words: Sequence[Word],
    labels: LabelSpace,
    max_width: int,
    lost: list[Uncovered],
    *,
    kind: str,
) -> list[Span]:
    """The spans of one layer that can be represented together."""
    accepted: dict[tuple[int, int, str], Span] = {}
    for span in spans:
        at = word_span(words, span)
        why = at if isinstance(at, str) else ""
        if span.label not in labels.number:
            why = f"the ontology has no {span.label}"
        elif isinstance(at, WordSpan):
            if at.last - at.first >= max_width:
                why = f"it has more than {max_width} words"
            elif (at.first, at.last, span.label) in accepted:
                why = f"another {span.label} is in the same words"
            elif any(span.crosses(other) for other in accepted.values()):
                why = "it crosses another span"
            else:
                accepted[at.first, at.last, span.label] = span
        if why:
            lost.append(Uncovered(kind, _quote(document, span), why))
    return list(accepted.values())


def _event(document: Document, event: Event, spans: set[Span], labels: LabelSpace, lost: list[Uncovered]) -> Event:
    arguments: list[Argument] = []
    for argument in event.arguments:
        maximum = _maximum(labels, event.type, argument.role)
        why = ""
        if argument.filler not in spans:
            why = "its filler is lost"
        elif argument.filler == event.trigger:
            why = "an event does not fill its own role"
        elif not labels.ontology.permits(event.type, argument.role, argument.filler.label):
            why = f"the ontology lets no {argument.filler.label} fill it"
        elif maximum is not None and sum(a.role == argument.role for a in arguments) >= maximum:
            why = f"the ontology lets it be filled {maximum} times"
        if why:
            lost.append(
                Uncovered(ARGUMENT, f"{argument.role} of {event.type}, {_quote(document, argument.filler)}", why)
            )
        else:
            arguments.append(argument)
    return Event(event.trigger, tuple(arguments), tuple(_attributes(event, labels, lost)))


def _argument_without_trigger(document: Document, event: Event, argument: Argument) -> Uncovered:
    what = f"{argument.role} of {event.type}, {_quote(document, argument.filler)}"
    return Uncovered(ARGUMENT, what, "its trigger is lost")


def _maximum(labels: LabelSpace, event: str, role: str) -> int | None:
    return labels.maximum(event, role) if role in labels.ontology.events[event].roles else None


def _attributes(event: Event, labels: LabelSpace, lost: list[Uncovered]) -> Iterable[tuple[str, str]]:
    """The values that differ from the default, which is not stored."""
    values = dict(labels.attributes)
    for name, value in event.attributes:
        if value not in values.get(name, ()):
            lost.append(Uncovered("attribute", f"{name} of {event.type}", f"the ontology has no value {value!r} of it"))
        elif value != labels.ontology.attributes[name].default:
            yield name, value


def _links(document: Document, spans: set[Span], labels: LabelSpace, lost: list[Uncovered]) -> Iterable[Link]:
    """The clusters without their lost mentions, as chains of links; each lost mention counts as one lost link."""
    valid: dict[str, list[Link]] = {label: [] for label in labels.links}
    for link in document.links:
        families = {span.label in labels.ontology.events for span in (link.a, link.b)}
        if link.label not in valid or len(families) > 1:
            why = "it joins an event and an entity" if link.label in valid else f"the ontology has no {link.label}"
            lost.append(Uncovered(LINK, f"{link.label} of {_quote(document, link.a)}", why))
        else:
            valid[link.label].append(link)
    for label, links in valid.items():
        for cluster in link_clusters(links):
            lost_mentions = sorted(cluster - spans)[: len(cluster) - 1]
            lost += [
                Uncovered(LINK, f"{label} of {_quote(document, span)}", "a mention it joins is lost")
                for span in lost_mentions
            ]
            yield from chain(label, cluster & spans)


def _quote(document: Document, span: Span) -> str:
    return f"{span.label} {span.quote(document.text)!r} [{span.start}:{span.end}]"
