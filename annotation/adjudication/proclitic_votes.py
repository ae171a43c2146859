"""Votes for spans that differ by a proclitic alone, counted together: all saw the thing, the prefix is its dress."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from annotation.core.document import Document, Span
from annotation.core.proclitics import moved, variants

_ARTICLES = ("ה", "ال", "ٱل")


def pooled(versions: Sequence[Document], chief: int | None = None) -> tuple[list[Document], frozenset[Span]]:
    """The versions with such spans where most have them, and the spans that others were moved onto.

    Of places with the same number of votes that of version number `chief` counts, else the one without the prefix but
    with the article, as guidelines have it. Spans of which one version has two are left: somebody means both.
    """
    onto: set[Span] = set()
    where: list[dict[Span, Span]] = [{} for _ in versions]
    for marked in ([set(v.entities) for v in versions], [set(v.triggers) for v in versions]):
        votes = Counter(span for spans in marked for span in spans)
        for alike in _alike(versions[0].text, votes):
            if all(len(spans & alike) <= 1 for spans in marked):
                theirs = marked[chief] & alike if chief is not None else set[Span]()
                most = max(votes[span] for span in alike)
                tied = [span for span in alike if votes[span] == most]
                place = next((span for span in tied if span in theirs), None) or bare(versions[0].text, tied)
                onto.add(place)
                for moves, spans in zip(where, marked, strict=True):
                    moves.update({span: place for span in spans & alike if span != place})
    return [moved(version, moves) for version, moves in zip(versions, where, strict=True)], frozenset(onto)


def bare(text: str, spans: Iterable[Span]) -> Span:
    """Of spans that differ by a proclitic the one that begins last, or before it the one that has the article more."""
    best, *others = sorted(spans, reverse=True)
    return next((span for span in others if _article(text, span.start, best.start)), best)


def _article(text: str, start: int, end: int) -> bool:
    """Whether the letters between are ה or ال, or what is left of ال behind the preposition ل."""
    letters = "".join(char for char in text[start:end] if char.isalpha())
    return letters in _ARTICLES or (letters == "ل" and text[:start].endswith("ل"))


def _alike(text: str, spans: Iterable[Span]) -> Iterator[set[Span]]:
    """Spans of one label that hang together by differing in a proclitic, two or more at a time."""
    by_label: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_label[span.label].append(span)
    for same in by_label.values():
        groups = [{span} for span in same]
        for a, b in combinations(same, 2):
            if variants(text, a, b):
                one, two = (next(group for group in groups if span in group) for span in (a, b))
                if one is not two:
                    one |= two
                    groups.remove(two)
        yield from (group for group in groups if len(group) > 1)
