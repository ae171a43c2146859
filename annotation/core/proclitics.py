"""Spans that are the same but for a proclitic at their start, and Documents with such spans moved onto each other."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from functools import partial

from annotation.core.boundary_difference import PROCLITIC, edge
from annotation.core.document import Document, Event, Link, Span
from annotation.core.matching import assign


def variants(text: str, a: Span, b: Span) -> bool:
    """Whether one of the two ranges begins a string of proclitics earlier, which is their one difference."""
    apart = (a.start, a.end) != (b.start, b.end) and a.start < b.end and b.start < a.end
    return apart and edge(text, a, b) == PROCLITIC


def tolerated(one: Document, two: Document) -> Document:
    """`two`, where its spans that differ by a proclitic alone from one of `one`'s stand where that one does.

    Each span is moved at most once, and onto a span of its own label where there is one; labels stay as they are. One
    that stands where a span of `one`'s does stays there, so that nothing that matched as it was is lost.
    """
    where: dict[Span, Span] = {}
    for left, right in ((one.entities, two.entities), (one.triggers, two.triggers)):
        where |= _moves(one.text, left, right)
    return moved(two, where)


def moved(document: Document, where: Mapping[Span, Span]) -> Document:
    """The document with some spans in other places, and all that points at them with them.

    No two of its spans may end up the same.
    """
    if not where:
        return document

    def at(span: Span) -> Span:
        return where.get(span, span)

    def event(old: Event) -> Event:
        return Event(at(old.trigger), tuple(replace(a, filler=at(a.filler)) for a in old.arguments), old.attributes)

    return replace(
        document,
        entities=tuple(map(at, document.entities)),
        events=tuple(map(event, document.events)),
        links=tuple(Link(link.label, at(link.a), at(link.b)) for link in document.links),
    )


def _moves(text: str, left: Sequence[Span], right: Sequence[Span]) -> dict[Span, Span]:
    """Where the spans of `right` go; those of a label first, then what is left whatever its label."""
    where: dict[Span, Span] = {}
    taken = set(right)
    there = {(span.start, span.end) for span in left}
    ones, twos = sorted(set(left) - taken), [span for span in sorted(taken) if (span.start, span.end) not in there]
    for same_label in (True, False):
        matched = assign(ones, twos, partial(_alike, text, same_label))
        for i, j in matched:
            target = replace(twos[j], start=ones[i].start, end=ones[i].end)
            if target not in taken:
                taken.add(target)
                where[twos[j]] = target
        ones, twos = _left(ones, {i for i, _ in matched}), _left(twos, {j for _, j in matched})
    return where


def _alike(text: str, same_label: bool, a: Span, b: Span) -> float:
    return float((a.label == b.label or not same_label) and variants(text, a, b))


def _left(spans: Sequence[Span], used: Container[int]) -> list[Span]:
    return [span for at, span in enumerate(spans) if at not in used]
