"""Texts cut into words for formats that count in tokens, and spans made to fit them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import regex

from annotation.core.document import Document, Event, Link, Span

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}\p{Cf}]+(?:[\"'\u05f3\u05f4][\p{L}\p{M}\p{N}\p{Cf}]+)*|.", regex.DOTALL)


def borders(*documents: Document) -> set[int]:
    """Every offset where a mark of any of the Documents begins or ends."""
    return {offset for document in documents for span in document.spans() for offset in (span.start, span.end)}


def word_ranges(text: str, cuts: set[int]) -> list[tuple[int, int]]:
    """Ranges of words and of single signs, cut at the offsets as well; they cover all but whitespace."""
    found: list[tuple[int, int]] = []
    for stretch in re.finditer(r"\S+", text):
        for word in _WORD.finditer(text, *stretch.span()):
            inside = sorted(cut for cut in cuts if word.start() < cut < word.end()) if cuts else []
            found += pairwise([word.start(), *inside, word.end()])
    return found


def trim_spans(document: Document) -> tuple[Document, tuple[str, ...]]:
    """The Document without whitespace at the edges of its spans, which no token holds, and what that changed."""
    new: dict[Span, Span] = {}
    lost = []
    for span in {*document.spans()}:
        words = span.quote(document.text)
        head = len(words) - len(words.lstrip())
        if not words.strip():
            lost.append(f"{span.label} [{span.start}:{span.end}] is whitespace and left out")
            continue
        new[span] = replace(span, start=span.start + head, end=span.start + len(words.rstrip()))
        if new[span] != span:
            lost.append(f"{span.label} [{span.start}:{span.end}] loses the whitespace at its edges")
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
    return replace(document, entities=entities, events=tuple(events.values()), links=links), tuple(sorted(lost))
