"""Quotes as witnesses: whether the words a mark quotes are the words its offsets cover, and where else they stand.

Chromium was measured on real marks in Label Studio's editor (drags, double and triple clicks, across lines, beside
blanks, no-break spaces, bidi controls, emoji and combining marks; the browser tests repeat it). A quote differs from
its text in white space alone: a run of blanks and tabs is one blank, a line break a backslash and an n, and blanks
beside a line break are dropped. White space of any kind is forgiven, since other browsers were not measured, and
nothing else.
"""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")


def as_quoted(text: str) -> str:
    """The text as a browser quotes it: each run of white space as one blank, none at its ends."""
    return _SPACE.sub(" ", text.replace("\\n", "\n")).strip()


def same_words(quoted: str, covered: str) -> bool:
    """Whether the quote is the covered text, character for character, but for white space."""
    return quoted == covered or as_quoted(quoted) == as_quoted(covered)


def same_letters(quoted: str, covered: str) -> bool:
    """Whether the two have the same letters and digits, and a sign wherever the other has one; white space is ignored.

    For files of tools that write other quotation marks and dashes than the text has.
    """
    one, other = _SPACE.sub("", quoted), _SPACE.sub("", covered)
    return len(one) == len(other) and all(
        a == b or not (a.isalnum() or b.isalnum()) for a, b in zip(one, other, strict=True)
    )


def nearby(text: str, quoted: str, start: int) -> tuple[int, int] | None:
    """The range of the quoted words nearest to the offset `start`.

    None where they do not stand in the text, and where another occurrence is less than twice as far away: then nobody
    can say which of the two was meant.
    """
    words = as_quoted(quoted).split(" ")
    if words == [""]:
        return None
    places = [match.span() for match in re.finditer(r"\s+".join(map(re.escape, words)), text)]
    places.sort(key=lambda place: abs(place[0] - start))
    if not places or (len(places) > 1 and abs(places[1][0] - start) < 2 * abs(places[0][0] - start)):
        return None
    return places[0]
