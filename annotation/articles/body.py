"""Where the article is in what was scraped: lines kept and dropped, and offsets there and back.

A page is menus and a headline, paragraphs with captions and embeds between them, then share buttons, appeals and lists
of other articles. Losing a paragraph is far worse than keeping a caption, so prose is dropped only as a repetition.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from annotation.articles.boilerplate import FEW, LONG, announces, asks, ends, is_heading, is_sentence, kind
from annotation.articles.boilerplate_phrases import comparable_line
from annotation.core.text import lines

Range = tuple[int, int]

RUN = 3
"""So many lines without full stops at the end of a page are a list of other articles."""
_FOOT = {"separator", "contact", "share", "copyright", "related", "tags", "comments"}
"""After one of these only more of the page comes, unless it is prose."""


@dataclass(frozen=True, slots=True)
class Body:
    """The article's lines as ranges of the readable text, its headline, and what was dropped and why."""

    ranges: tuple[Range, ...]
    title: str | None
    dropped: tuple[tuple[Range, str], ...] = ()

    def text(self, readable: str) -> str:
        """The article: its lines, joined by newlines."""
        return "\n".join(readable[start:end] for start, end in self.ranges)


class BodyMap:
    """Offsets of an article's text to offsets of the readable text it was cut from, and back."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        self._starts = [start for start, _ in ranges]
        self._ends = [end for _, end in ranges]
        self._at = [0, *accumulate(end - start + 1 for start, end in ranges)]

    def to_raw(self, offset: int) -> int:
        """Where an offset of the article is in the readable text; a line's end is where its terminator begins."""
        line = min(bisect_right(self._at, offset), len(self._starts)) - 1
        if line < 0 or not 0 <= offset < self._at[-1]:
            raise ValueError(f"offset {offset} is outside the article of {max(self._at[-1] - 1, 0)} characters")
        return self._starts[line] + offset - self._at[line]

    def to_body(self, offset: int) -> int | None:
        """Where an offset of the readable text is in the article; None when it stands in what was dropped."""
        line = bisect_right(self._starts, offset) - 1
        if line < 0 or offset > self._ends[line]:
            return None
        return self._at[line] + offset - self._starts[line]


def whole(readable: str) -> Body:
    """Every line of a text that is known to be nothing but the article."""
    return Body(tuple(lines(readable)), None)


def find_body(readable: str, among: Sequence[Range] | None = None) -> Body | None:
    """The article in a scraped text, looked for `among` these lines of it (all of them by default).

    None when no line is left.
    """
    page = _Page(readable, list(among if among is not None else lines(readable)))
    page.drop_noise()
    page.drop_related()
    page.drop_top()
    page.drop_bottom()
    page.drop_repeated()
    page.drop_blank()
    kept = page.kept()
    if not kept:
        return None
    dropped = tuple((page.ranges[i], reason) for i, reason in sorted(page.why.items()) if page.words[i])
    return Body(tuple(page.ranges[i] for i in kept), page.title(), dropped)


@dataclass
class _Page:
    """The lines of one page while it is decided about them; `why` holds those dropped, by number."""

    readable: str
    ranges: list[Range]
    lines: list[str] = field(init=False)
    words: list[int] = field(init=False)
    prose: list[bool] = field(init=False)
    why: dict[int, str] = field(default_factory=dict, init=False)
    headline: int | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.lines = [comparable_line(self.readable[start:end]) for start, end in self.ranges]
        self.words = [len(line.split()) for line in self.lines]
        self.prose = [is_sentence(line) for line in self.lines]
        if sum(map(ends, self.lines)) < 2:  # written without full stops
            self.prose = [is_sentence(line) or len(line.split()) > 3 * FEW for line in self.lines]

    def kept(self, *, blank: bool = True) -> list[int]:
        return [i for i in range(len(self.lines)) if i not in self.why and (blank or self.words[i])]

    def body(self) -> list[int]:
        """The kept lines that are prose."""
        return [i for i in self.kept() if self.prose[i]]

    def title(self) -> str | None:
        if self.headline is None:
            return None
        start, end = self.ranges[self.headline]
        return " ".join(self.readable[start:end].split())

    def drop_noise(self) -> None:
        """What is no article wherever it stands. The first line of an embedded tweet goes with its end."""
        for i, line in enumerate(self.lines):
            reason = kind(line) if line else None
            if reason:
                self.why[i] = reason
        full = [i for i, line in enumerate(self.lines) if line]
        for opening, end, attribution in zip(full[1:], full[2:], full[3:], strict=False):
            if self.why.get(end) == self.why.get(attribution) == "tweet" and not self.prose[opening]:
                self.why.setdefault(opening, "tweet")

    def drop_related(self) -> None:
        """The list of headlines under a heading such as "read also", until prose comes again.

        Above the article its own headline ends such a list.
        """
        for heading in [i for i, line in enumerate(self.lines) if is_heading(line) and announces(line)]:
            after = range(heading + 1, len(self.lines))
            end = next((i for i in after if self.prose[i] and not asks(self.lines[i])), len(self.lines))
            listed = [i for i in range(heading + 1, end) if i not in self.why]
            if not any(self.prose[:heading]):
                own = max((i for i in listed if self.words[i] > FEW), default=None)
                listed = [i for i in listed if i != own]
            for i in listed:
                self.why[i] = "related"

    def drop_top(self) -> None:
        """Menus before the headline and names after it. The headline is the first line above the prose of some length.

        Where all are short it is the longest, and where there is none the first line of prose takes its place.
        """
        kept = self.kept(blank=False)
        first = next((i for i in self.body() if not asks(self.lines[i])), len(self.lines))
        top = [i for i in kept if i < first]
        if not top:
            self.headline = next((i for i in kept[:1] if self.words[i] <= 2 * LONG), None)
            return
        self.headline = next((i for i in top if self.words[i] > FEW), max(top, key=lambda i: self.words[i]))
        for i in top:
            if self.words[i] <= FEW and i != self.headline and first < len(self.lines):
                self.why[i] = "menu" if i < self.headline else "name"

    def drop_bottom(self) -> None:
        """What follows the last paragraph: a list of headlines, or anything once the page's own lines began."""
        body = self.body()
        if not body or body == [self.headline]:
            return
        after = [i for i in range(body[-1] + 1, len(self.lines)) if self.words[i]]
        foot = next((i for i in after if self.why.get(i) in _FOOT), len(self.lines))
        run = [i for i in after if i not in self.why]
        listed = self.lines[body[-1]].endswith(":")
        if len(run) >= RUN and not listed:
            foot = run[0]
        for i in run:
            if i >= foot or (self.words[i] <= FEW and not listed):
                self.why.setdefault(i, "after the article")

    def drop_repeated(self) -> None:
        """The second of two equal paragraphs; equal short lines may be meant."""
        seen: set[str] = set()
        for i in self.kept(blank=False):
            if self.words[i] > FEW and self.lines[i] in seen:
                self.why[i] = "repeated"
            seen.add(self.lines[i])

    def drop_blank(self) -> None:
        """Blank lines at both ends, and the second of two that came together when what was between them went."""
        full = self.kept(blank=False)
        gap, before = False, True
        for i in range(len(self.lines)):
            if i in self.why:
                gap = True
            elif self.words[i]:
                gap, before = False, False
            elif not full or not full[0] < i < full[-1] or (gap and before):
                self.why[i] = "blank"
            else:
                before = True
