"""The day an article was published, from a dateline: "2022.02.10 | 10:00 دمشق", "יום ה', 10 בפברואר 2022".

Never from running text, whose dates are those of events. Of day and month the day comes first, as everywhere where
Hebrew and Arabic are written: 10/2/22 is the tenth of February. A year comes first only with four digits. Relative
dates ("yesterday") are not guessed, nor is a day that the line calls that of an update.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice, pairwise, takewhile

import regex

from annotation.articles.body import Body
from annotation.articles.boilerplate import is_sentence, kind
from annotation.articles.boilerplate_phrases import MONTH, comparable_line, month_number, phrases

EARLIEST = date(1990, 1, 1)
"""Earlier days are not taken: no page of the web is so old, so such a date is of something else."""
_EASTERNMOST = timezone(timedelta(hours=4))
"""Of the zones where Hebrew and Arabic papers appear (the Gulf): a day that has begun there is not in the future."""
_HEADLINES = 3
"""So many lines at the top (headline, subtitles) may stand above the dateline."""
_BESIDE = 3
"""So many lines above the headline, or below the article, are looked at."""
_NEAR = 1000
"""Characters in which these lines are."""

_MARK = r"(?P<mark>[-./]| ?[-./] )"
_DAY, _YEAR = r"(?P<day>\d{1,2})", r"(?P<year>\d{4})"
_FORMS = (
    rf"{_YEAR}{_MARK}(?P<month>\d{{1,2}})(?P=mark){_DAY}",
    rf"{_DAY}{_MARK}(?P<month>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d{{2}})",
    rf"{_DAY}[.,]?(?: من| ב| של)? ?[בל]?-?(?P<name>{MONTH})(?: ?[/(-] ?(?P<other>{MONTH})\)?)?[,،.]? {_YEAR}",
    rf"(?P<name>{MONTH}) {_DAY}(?:st|nd|rd|th)?[,،]? {_YEAR}",
)
_DATE = regex.compile(rf"(?<![\w.])(?:{'|'.join(_FORMS)})(?!\d)")
_UPDATED = regex.compile(
    r"(?<!\w)" + phrases("עודכן, עדכון, תאריך עדכון, آخر تحديث, تحديث, تم التحديث, عدل, updated, last update, modified")
)
_BETWEEN = {"separator", "caption", "share", "contact", "tags", "text size", "image", "date or byline"}
"""Kinds of lines that may stand between an article's end and its dateline; a headline below has its own."""


def day_of(text: str) -> str | None:
    """The first day that a short text names, as YYYY-MM-DD; None without one from `EARLIEST` to today."""
    line = comparable_line(text)
    return next(_days(line), None) if any(map(str.isdigit, line)) else None


def day_of_dateline(readable: str, body: Body) -> str | None:
    """The day in a dateline that was cut from the readable text, at the article's top or bottom; None without one.

    First those between the headline and the first paragraph, then those just above the headline, then those below the
    article.
    """
    candidates = (line for line in _beside(readable, body) if kind(line) == "date or byline")
    return next((day for line in candidates for day in _days(line)), None)


def _days(line: str) -> Iterator[str]:
    """Of a folded line; without those of an update."""
    latest, before = datetime.now(UTC).astimezone(_EASTERNMOST).date(), 0
    for match in _DATE.finditer(line):
        day = None if _UPDATED.search(line, before, match.start()) else _day(match)
        before = match.end()
        if day and EARLIEST <= day <= latest:
            yield day.isoformat()


def _day(match: regex.Match[str]) -> date | None:
    part = match.groupdict()
    month = month_number(part["name"]) if part.get("name") else int(part["month"])
    if part.get("other") and month_number(part["other"]) != month:
        return None
    year = int(part["year"])
    if year < 100:
        year += 1900 if year >= EARLIEST.year % 100 else 2000
    try:
        return date(year, month, int(part["day"]))
    except ValueError:  # a 31st of April, or a month 13
        return None


def _beside(readable: str, body: Body) -> Iterator[str]:
    """Folded lines next to the article that are not part of it, the surest place of a dateline first."""
    first, last = body.ranges[0][0], body.ranges[-1][1]
    kept = (place for place in body.ranges if readable[slice(*place)].strip())
    for (start, end), (following, _) in islice(pairwise(kept), _HEADLINES):
        if start != first and is_sentence(comparable_line(readable[start:end])):
            break
        yield from _full(readable[end:following].splitlines())
    yield from islice(_full(reversed(readable[max(0, first - _NEAR) : first].splitlines())), _BESIDE)
    below = islice(_full(readable[last : last + _NEAR].splitlines()), _BESIDE)
    yield from takewhile(lambda line: kind(line) in _BETWEEN, below)


def _full(lines: Iterable[str]) -> Iterator[str]:
    return filter(None, map(comparable_line, lines))
