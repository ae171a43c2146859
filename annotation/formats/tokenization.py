"""Texts cut into words for formats that count in tokens, and spans made to fit them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import regex

from annotation.core.document import Document, Event, Link, Span

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}\p{Cf}]+(?:[\"'\u05f3\u05f4][\p{L}\p{M}\p{N}\p{Cf}]+)*|.", regex.DOTALL)


def borders(*documents: Document) -> set[int]:
    """Every offset where a mark of any of the Documents begins or ends."""
    return {offset for document in documents for span in document.spans() for offset in (span.start, span.end)}


def word_ranges(text: str, cuts: set[int]) -> list[tuple[int, int]]:
    """Ranges of words and of single signs, cut at the offsets as well; they cover all but whitespace."""
    ranges: list[tuple[int, int]] = []
    for stretch in re.finditer(r"\S+", text):
        for word in _WORD.finditer(text, *stretch.span()):
            inside = sorted(cut for cut in cuts if word.start() < cut < word.end()) if cuts else []
            ranges += pairwise([word.start(), *inside, word.end()])
    return ranges


@dataclass(frozen=True, slots=True)
class TrimmedSpan:
    """A span that changes when the whitespace at its edges goes. `trimmed` is None for a span of whitespace alone."""

    span: Span
    trimmed: Span | None


def trim_spans(document: Document) -> tuple[Document, tuple[TrimmedSpan, ...]]:
    """The Document without whitespace at the edges of its spans, which no token holds, and each span that changed.

    A span of whitespace alone is left out, with the arguments and links that need it. Events that then have the same
    trigger become one. The changes are in text order.
    """
    trimmed_spans = {span: _trimmed(span, document.text) for span in sorted({*document.spans()})}
    changes = tuple(TrimmedSpan(span, trimmed) for span, trimmed in trimmed_spans.items() if trimmed != span)
    new = {span: trimmed for span, trimmed in trimmed_spans.items() if trimmed is not None}
    return _with_spans(document, new), changes


def _trimmed(span: Span, text: str) -> Span | None:
    words = span.quote(text)
    if not words.strip():
        return None
    head = len(words) - len(words.lstrip())
    return replace(span, start=span.start + head, end=span.start + len(words.rstrip()))


def _with_spans(document: Document, new: Mapping[Span, Span]) -> Document:
    """The Document with its spans replaced; what needs a span that has no replacement is left out."""
    events: dict[Span, Event] = {}
    for event in document.events:
        if event.trigger in new:
            trigger = new[event.trigger]
            fillers = [(a, new[a.filler]) for a in event.arguments if a.filler in new]
            arguments = (replace(a, filler=filler) for a, filler in fillers if filler != trigger)
            before = events[trigger].arguments if trigger in events else ()
            events[trigger] = replace(event, trigger=trigger, arguments=(*before, *arguments))
    ends = [(k.label, new[k.a], new[k.b]) for k in document.links if k.a in new and k.b in new]
    links = tuple(Link(label, a, b) for label, a, b in ends if a != b)
    entities = tuple(new[span] for span in document.entities if span in new)
    return replace(document, entities=entities, events=tuple(events.values()), links=links)
