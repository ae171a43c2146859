"""What was cut from around and within an article, and why, for a person to judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from annotation.articles.body import Body, dropped_lines
from annotation.core.text import lines


@dataclass(frozen=True, slots=True)
class Cut:
    """A line of the readable text that is no part of the article; `line` counts from 1, offsets are code points."""

    line: int
    start: int
    end: int
    text: str
    reason: str

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values, with the reason in words."""
        row = {"line": self.line, "start": self.start, "end": self.end, "reason": self.reason}
        return {**row, "why": REASONS.get(self.reason, self.reason), "text": self.text}


TakeCuts: TypeAlias = Callable[[list[Cut]], None]
"""Called with the cuts of each article that is read, before the article is given out."""

OUTSIDE = "outside"
REASONS = {
    "separator": "holds no letter and no digit",
    "tweet": "an embedded post of a network",
    "image": "the name of a file",
    "code": "a script's data",
    "date or byline": "the date, the author, the agency or its place",
    "menu": "sections of the site, or the way to this page",
    "text size": "a button of the page",
    "caption": "the words under a picture, or whose picture it is",
    "contact": "an address to write to",
    "share": "an invitation to share, follow or join",
    "copyright": "whose rights they are",
    "advert": "an advertisement",
    "link": "sends the reader to another page",
    "tags": "key words",
    "comments": "readers' comments",
    "related": "other articles",
    "foreign": "a few words without a Hebrew or Arabic letter",
    "name": "a name below the headline",
    "after the article": "follows the last paragraph: a list of other articles, or the page's foot",
    "repeated": "stands in the article before, word for word",
    OUTSIDE: "outside of what trafilatura takes for the article",
}
"""What the lines of each kind of `Body.dropped` are."""


def cuts_of(readable: str, body: Body | None) -> list[Cut]:
    """Each line with words of the readable text that is not in the body, in their order."""
    kept = set(body.ranges) if body else set()
    reasons = dict(body.dropped if body else dropped_lines(readable))
    return [
        Cut(number, *place, readable[slice(*place)], reasons.get(place, OUTSIDE))
        for number, place in enumerate(lines(readable), 1)
        if place not in kept and readable[slice(*place)].strip()
    ]
