"""Spans that differ only by a proclitic at their start, and Documents with such spans moved onto each other."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from functools import partial

from annotation.core.boundary_difference import PROCLITIC, edge
from annotation.core.document import Document, Event, Link, Span
from annotation.core.matching import assign


def variants(text: str, a: Span, b: Span) -> bool:
    """Whether the two ranges differ only in that one begins a string of proclitics earlier."""
    apart = (a.start, a.end) != (b.start, b.end) and a.start < b.end and b.start < a.end
    return apart and edge(text, a, b) == PROCLITIC


def tolerated(first: Document, second: Document) -> Document:
    """`second` with each span that differs only by a proclitic from a span of `first` moved onto that span.

    Each span is moved at most once, and onto a span of its own label where there is one; labels stay as they are. A
    span with the same range as a span of `first` is not moved, so that no exact match is lost.
    """
    return moved(second, moves(first, second))


def moves(first: Document, second: Document) -> dict[Span, Span]:
    """The spans of `second` that `tolerated` moves, with where each comes to be."""
    where: dict[Span, Span] = {}
    for left, right in ((first.entities, second.entities), (first.triggers, second.triggers)):
        where |= _moves(first.text, left, right)
    return where


def moved(document: Document, where: Mapping[Span, Span]) -> Document:
    """The document with spans moved as `where` maps them; arguments and links follow.

    No two of its spans may become equal.
    """
    if not where:
        return document

    def at(span: Span) -> Span:
        return where.get(span, span)

    def event(old: Event) -> Event:
        return Event(
            at(old.trigger),
            tuple(replace(argument, filler=at(argument.filler)) for argument in old.arguments),
            old.attributes,
        )

    return replace(
        document,
        entities=tuple(map(at, document.entities)),
        events=tuple(map(event, document.events)),
        links=tuple(Link(link.label, at(link.a), at(link.b)) for link in document.links),
    )


def _moves(text: str, left: Sequence[Span], right: Sequence[Span]) -> dict[Span, Span]:
    """Where the spans of `right` move: first onto spans of the same label, then the others onto any label."""
    where: dict[Span, Span] = {}
    placed = set(right)
    occupied = {(span.start, span.end) for span in left}
    open_left, open_right = (
        sorted(set(left) - placed),
        [span for span in sorted(placed) if (span.start, span.end) not in occupied],
    )
    for same_label in (True, False):
        matched = assign(open_left, open_right, partial(_alike, text, same_label))
        for i, j in matched:
            target = replace(open_right[j], start=open_left[i].start, end=open_left[i].end)
            if target not in placed:
                placed.add(target)
                where[open_right[j]] = target
        open_left, open_right = (
            _unmatched(open_left, {i for i, _ in matched}),
            _unmatched(open_right, {j for _, j in matched}),
        )
    return where


def _alike(text: str, same_label: bool, a: Span, b: Span) -> float:
    return float((a.label == b.label or not same_label) and variants(text, a, b))


def _unmatched(spans: Sequence[Span], used: Container[int]) -> list[Span]:
    return [span for at, span in enumerate(spans) if at not in used]
