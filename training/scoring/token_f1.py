"""The flat token view of spans, read by seqeval: mode="strict", scheme=IOB2.

Tokens are the words of the text (whatever stands between whitespace), cut further wherever a gold or a predicted span
begins or ends inside one: a proclitic taken along by mistake is an error here too. Each token has one tag, so of spans
that overlap the longest is kept and the others are left out, nested ones among them: this is why the view is a
comparison with other people's numbers and not the headline. Entities and triggers are two layers and never compete.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import TypeAlias

from seqeval.scheme import IOB2, Tokens

from annotation.core.document import Span
from training.scoring.document_pairs import DocumentPair

Tags: TypeAlias = tuple[str, ...]
_PLACE = attrgetter("start", "end", "label")


def count_chunks(pair: DocumentPair) -> list[tuple[int, int, int]]:
    """Counts (gold, predicted, correct) for each of `SPAN_LAYERS`, in order."""
    return [_count(pair.gold.text, flatten(gold), flatten(predicted)) for gold, predicted in pair.spans().values()]


def flatten(spans: Sequence[Span]) -> list[Span]:
    """The spans without those that overlap a longer one, in text order; ties go to the first in the text, then by
    label."""
    flat: list[Span] = []
    overlapping: list[Span] = []
    reach = 0
    for span in sorted(spans, key=attrgetter("start")):
        if span.start >= reach:
            flat += _longest(overlapping)
            overlapping = []
        overlapping.append(span)
        reach = max(reach, span.end)
    return flat + _longest(overlapping)


def _longest(spans: list[Span]) -> list[Span]:
    """As `flatten`, for spans that form one chain of overlaps."""
    if len(spans) < 2:
        return spans
    flat: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start, span.label)):
        if all(span.end <= other.start or other.end <= span.start for other in flat):
            flat.append(span)
    return sorted(flat, key=attrgetter("start"))


def _stretches(gold: Sequence[Span], predicted: Sequence[Span]) -> Iterator[tuple[list[Span], list[Span]]]:
    """The spans of gold and predicted, both flat, of every stretch that they cover together, in text order.

    Tokens in no stretch are O on both sides: under IOB2 they cannot change what is found.
    """
    stretch: tuple[list[Span], list[Span]] = ([], [])
    reach = 0
    order = sorted([(s.start, s.end, 0, s) for s in gold] + [(s.start, s.end, 1, s) for s in predicted])
    for start, end, side, span in order:
        if start >= reach and any(stretch):
            yield stretch
            stretch = ([], [])
        stretch[side].append(span)
        reach = max(reach, end)
    if any(stretch):
        yield stretch


@lru_cache(maxsize=1 << 16)
def chunks(tags: Tags) -> frozenset[tuple[str, int, int]]:
    """What seqeval reads in a sequence in strict IOB2: label, first token, end. Short ones recur, so it is kept."""
    return frozenset((chunk.tag, chunk.start, chunk.end) for chunk in Tokens(list(tags), IOB2).entities)


def _count(text: str, gold: Sequence[Span], predicted: Sequence[Span]) -> tuple[int, int, int]:
    """A span with a letter in it is one chunk. Those that both sides have are right; of the others only such as meet
    one of the other side can be, where they differ by whitespace alone, and these are read."""
    sides = [
        {_PLACE(span): span for span in side if not text[span.start : span.end].isspace()} for side in (gold, predicted)
    ]
    same = sides[0].keys() & sides[1].keys()
    left, right = ([span for place, span in side.items() if place not in same] for side in sides)
    stretches = _stretches(_meeting(left, right), _meeting(right, left))
    return len(sides[0]), len(sides[1]), len(same) + sum(_agreed(text, *stretch) for stretch in stretches)


def _meeting(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The spans that share a character with one of the others; both are flat and in text order."""
    ends = [other.end for other in others]
    nearest = [bisect(ends, span.start) for span in spans]
    return [s for s, at in zip(spans, nearest, strict=True) if at < len(others) and others[at].start < s.end]


def _agreed(text: str, gold: Sequence[Span], predicted: Sequence[Span]) -> int:
    left, right = map(chunks, _tag(text, gold, predicted))
    return len(left & right)


def _tag(text: str, gold: Sequence[Span], predicted: Sequence[Span]) -> tuple[Tags, Tags]:
    """IOB2 tags of both sides over the same tokens."""
    cuts = sorted({offset for span in (*gold, *predicted) for offset in (span.start, span.end)})
    tokens = [start for start, end in pairwise(cuts) for _ in range(len(text[start:end].split()))]
    return _side(tokens, gold), _side(tokens, predicted)


def _side(tokens: Sequence[int], spans: Sequence[Span]) -> Tags:
    """`tokens` holds, for each token, the last cut at or before it."""
    out = ["O"] * len(tokens)
    for span in spans:
        inside = [i for i, start in enumerate(tokens) if span.start <= start < span.end]
        for i in inside:
            out[i] = f"{'B' if i == inside[0] else 'I'}-{span.label}"
    return tuple(out)
