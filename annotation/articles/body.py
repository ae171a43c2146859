"""The article body of a scraped page: which lines are kept, which are dropped and why, and a map of offsets.

A page holds menus and a headline, paragraphs with captions and embeds between them, then share buttons, appeals and
lists of other articles. Losing a paragraph is far worse than keeping a caption, so prose is dropped only when repeated.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from annotation.articles.boilerplate import (
    FEW,
    LONG,
    announces,
    asks,
    ends,
    goes_on,
    is_agency_caption,
    is_heading,
    is_item,
    is_sentence,
    kind,
    may_be_headline,
    starts_text,
)
from annotation.articles.boilerplate_phrases import comparable_line
from annotation.core.text import lines

Range = tuple[int, int]

RUN = 3
"""This many lines without full stops at the end of a page are a list of other articles."""
_FOOT = {"separator", "contact", "share", "copyright", "related", "tags", "comments"}
"""Kinds of lines after which all lines but prose are dropped."""


@dataclass(frozen=True, slots=True)
class Body:
    """The article's lines as ranges of the readable text, its headline, and what was dropped and why."""

    ranges: tuple[Range, ...]
    title: str | None
    dropped: tuple[tuple[Range, str], ...] = ()

    def text(self, readable: str) -> str:
        """The article's text: its lines of the readable text, joined by newlines."""
        return "\n".join(readable[start:end] for start, end in self.ranges)


class BodyMap:
    """Map of offsets (code points) between an article's text and the readable text it was cut from."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        self._starts = [start for start, _ in ranges]
        self._ends = [end for _, end in ranges]
        self._at = [0, *accumulate(end - start + 1 for start, end in ranges)]

    def to_raw(self, offset: int) -> int:
        """The offset in the readable text of an offset in the article; a line's end is where its terminator begins.

        Raises ValueError for an offset outside the article.
        """
        line = min(bisect_right(self._at, offset), len(self._starts)) - 1
        if line < 0 or not 0 <= offset < self._at[-1]:
            raise ValueError(f"offset {offset} is outside the article of {max(self._at[-1] - 1, 0)} characters")
        return self._starts[line] + offset - self._at[line]

    def to_body(self, offset: int) -> int | None:
        """The offset in the article of an offset in the readable text; None inside dropped lines."""
        line = bisect_right(self._starts, offset) - 1
        if line < 0 or offset > self._ends[line]:
            return None
        return self._at[line] + offset - self._starts[line]


def whole(readable: str) -> Body:
    """The Body of all lines, for a text that is nothing but the article."""
    return Body(tuple(lines(readable)), None)


def find_body(readable: str, among: Sequence[Range] | None = None) -> Body | None:
    """The article in a scraped text, searched in the lines `among` (by default all lines of the text).

    None when every line is dropped.
    """
    page = _searched(readable, among)
    numbers = page.remaining()
    return Body(tuple(page.ranges[i] for i in numbers), page.title(), page.dropped()) if numbers else None


def dropped_lines(readable: str) -> tuple[tuple[Range, str], ...]:
    """The lines of a text that are dropped, with the reason; for one in which there is no article."""
    return _searched(readable, None).dropped()


def _searched(readable: str, among: Sequence[Range] | None) -> _Page:
    page = _Page(readable, list(among if among is not None else lines(readable)))
    page.drop_noise()
    page.drop_related()
    page.drop_top()
    page.drop_bottom()
    page.drop_repeated()
    page.drop_blank()
    return page


@dataclass
class _Page:
    """The lines of one page during the search; `reasons` holds why a line is dropped, by line number."""

    readable: str
    ranges: list[Range]
    lines: list[str] = field(init=False)
    words: list[int] = field(init=False)
    prose: list[bool] = field(init=False)
    reasons: dict[int, str] = field(default_factory=dict, init=False)
    headline: int | None = field(default=None, init=False)
    without_stops: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.lines = [comparable_line(self.readable[start:end]) for start, end in self.ranges]
        self.words = [len(line.split()) for line in self.lines]
        self.prose = [is_sentence(line) for line in self.lines]
        self.without_stops = sum(map(ends, self.lines)) < 2
        if self.without_stops:
            self.prose = [is_sentence(line) or len(line.split()) > 3 * FEW for line in self.lines]

    def remaining(self, *, blank: bool = True) -> list[int]:
        return [i for i in range(len(self.lines)) if i not in self.reasons and (blank or self.words[i])]

    def body(self) -> list[int]:
        """Numbers of the remaining lines that are prose."""
        return [i for i in self.remaining() if self.prose[i]]

    def dropped(self) -> tuple[tuple[Range, str], ...]:
        """The dropped lines that have words, with the reason."""
        return tuple((self.ranges[i], reason) for i, reason in sorted(self.reasons.items()) if self.words[i])

    def title(self) -> str | None:
        if self.headline is None:
            return None
        start, end = self.ranges[self.headline]
        return " ".join(self.readable[start:end].split())

    def drop_noise(self) -> None:
        """Drop lines that are boilerplate anywhere, and those that belong to them.

        These are the first line of an embedded tweet with its end, and the name below a caption that ends with a colon.
        The first longer line may be a headline with its agency, so it is not taken for a caption.
        """
        above = False
        for i, line in enumerate(self.lines):
            reason = kind(line) if line else None
            if reason is None and above and line and is_agency_caption(line):
                reason = "caption"
            if reason:
                self.reasons[i] = reason
            above = above or (reason is None and self.words[i] > FEW)
        full = [i for i, line in enumerate(self.lines) if line]
        for opening, end, attribution in zip(full[1:], full[2:], full[3:], strict=False):
            if self.reasons.get(end) == self.reasons.get(attribution) == "tweet" and not self.prose[opening]:
                self.reasons.setdefault(opening, "tweet")
        for caption, name in pairwise(full):
            credited = self.reasons.get(caption) == "caption" and self.lines[caption].endswith(":")
            if credited and self.words[name] <= 2 * FEW and not self.prose[name]:
                self.reasons.setdefault(name, "caption")

    def drop_related(self) -> None:
        """Drop the list of headlines under a heading such as "read also", up to the next prose.

        Above the article its own headline ends such a list.
        """
        for heading in [i for i, line in enumerate(self.lines) if is_heading(line) and announces(line)]:
            after = range(heading + 1, len(self.lines))
            end = next((i for i in after if self._goes_on(i)), len(self.lines))
            listed = [i for i in range(heading + 1, end) if i not in self.reasons]
            if not any(self.prose[:heading]):
                headline = max((i for i in listed if self.words[i] > FEW), default=None)
                listed = [i for i in listed if i != headline]
            for i in listed:
                self.reasons[i] = "related"

    def _goes_on(self, i: int) -> bool:
        return (self.prose[i] or goes_on(self.lines[i])) and not asks(self.lines[i])

    def drop_top(self) -> None:
        """Drop menus above the headline and names below it. The headline is the first longer line above the prose.

        Where all lines above are short it is the longest, and where there is none the first line of prose is the
        headline.
        """
        numbers = self.remaining(blank=False)
        first = next((i for i in self.body() if not asks(self.lines[i])), len(self.lines))
        top = [i for i in numbers if i < first]
        if all(self.words[i] <= FEW for i in top) and (dated := self._dated_headline(first)) is not None:
            del self.reasons[dated]
            top = sorted([*top, dated])
        if not top:
            self.headline = next((i for i in numbers[:1] if self.words[i] <= 2 * LONG), None)
            return
        self.headline = next((i for i in top if self.words[i] > FEW), max(top, key=lambda i: self.words[i]))
        for i in top:
            if self.words[i] <= FEW and i != self.headline and first < len(self.lines):
                if i < self.headline:
                    self.reasons[i] = "menu"
                elif not starts_text(self.lines[i]):
                    self.reasons[i] = "name"

    def _dated_headline(self, first: int) -> int | None:
        """The page's first line with words, if it was taken for a dateline and may be the headline."""
        i = next((i for i in range(first) if self.words[i]), None)
        dated = i is not None and self.reasons.get(i) == "date or byline" and self.words[i] > FEW
        return i if dated and may_be_headline(self.lines[i or 0]) else None

    def drop_bottom(self) -> None:
        """Drop what follows the last paragraph: a list of headlines, or all lines after one of a `_FOOT` kind.

        Where nothing in the text has a full stop, a list of headlines cannot be told from the article's own lines.
        """
        body = self.body()
        if not body or body == [self.headline]:
            return
        after = [i for i in range(body[-1] + 1, len(self.lines)) if self.words[i]]
        foot = next((i for i in after if self.reasons.get(i) in _FOOT), len(self.lines))
        run = [i for i in after if i not in self.reasons]
        listed = self.lines[body[-1]].endswith(":") or (len(run) > 1 and all(is_item(self.lines[i]) for i in run))
        if len(run) >= RUN and not listed and not self.without_stops:
            foot = run[0]
        for i in run:
            if i >= foot or (self.words[i] <= FEW and not listed):
                self.reasons.setdefault(i, "after the article")

    def drop_repeated(self) -> None:
        """Drop the second of two equal paragraphs or headlines; other short lines may be meant so, as in songs."""
        seen: set[str] = set()
        headline = self.lines[self.headline] if self.headline is not None else None
        for i in self.remaining(blank=False):
            most = FEW if self.lines[i] == headline else 2 * FEW
            if self.words[i] > most and self.lines[i] in seen:
                self.reasons[i] = "repeated"
            seen.add(self.lines[i])

    def drop_blank(self) -> None:
        """Drop blank lines at both ends, and the second of two blank lines with only dropped lines between them."""
        full = self.remaining(blank=False)
        gap, before = False, True
        for i in range(len(self.lines)):
            if i in self.reasons:
                gap = True
            elif self.words[i]:
                gap, before = False, False
            elif not full or not full[0] < i < full[-1] or (gap and before):
                self.reasons[i] = "blank"
            else:
                before = True
