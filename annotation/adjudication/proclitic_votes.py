"""Pooled votes for spans that differ only by a proclitic: the annotators marked the same mention."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from annotation.core.document import Document, Span
from annotation.core.proclitics import moved, variants

_ARTICLES = ("ה", "ال", "ٱل")


def pooled(versions: Sequence[Document], senior: int | None = None) -> tuple[list[Document], frozenset[Span]]:
    """The versions with such spans moved to the variant that most versions have, and these variants.

    Ties go to the variant in version number `senior`, else to the one without the prefix but with the definite article,
    as the guidelines ask. If one version has two of the variants, all stay: that annotator means two mentions.
    """
    targets: set[Span] = set()
    moves_by_version: list[dict[Span, Span]] = [{} for _ in versions]
    for spans_by_version in ([set(v.entities) for v in versions], [set(v.triggers) for v in versions]):
        votes = Counter(span for spans in spans_by_version for span in spans)
        for alike in _alike(versions[0].text, votes):
            if all(len(spans & alike) <= 1 for spans in spans_by_version):
                preferred = spans_by_version[senior] & alike if senior is not None else set[Span]()
                most = max(votes[span] for span in alike)
                tied = [span for span in alike if votes[span] == most]
                target = next((span for span in tied if span in preferred), None) or bare(versions[0].text, tied)
                targets.add(target)
                for moves, spans in zip(moves_by_version, spans_by_version, strict=True):
                    moves.update({span: target for span in spans & alike if span != target})
    return [moved(version, moves) for version, moves in zip(versions, moves_by_version, strict=True)], frozenset(
        targets
    )


def bare(text: str, spans: Iterable[Span]) -> Span:
    """Of spans that differ by a proclitic, the shortest; where one has the definite article, the shortest with it."""
    best, *others = sorted(spans, reverse=True)
    return next((span for span in others if _article(text, span.start, best.start)), best)


def _article(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is the definite article: ה, ال, or the ل that remains of ال after the preposition ل."""
    letters = "".join(char for char in text[start:end] if char.isalpha())
    return letters in _ARTICLES or (letters == "ل" and text[:start].endswith("ل"))


def _alike(text: str, spans: Iterable[Span]) -> Iterator[set[Span]]:
    """Groups of two or more spans of one label that are connected by differing only in a proclitic."""
    by_label: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_label[span.label].append(span)
    for same_label in by_label.values():
        groups = [{span} for span in same_label]
        for a, b in combinations(same_label, 2):
            if variants(text, a, b):
                first, second = (next(group for group in groups if span in group) for span in (a, b))
                if first is not second:
                    first |= second
                    groups.remove(second)
        yield from (group for group in groups if len(group) > 1)
