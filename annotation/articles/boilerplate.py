"""What a single line of a scraped page is, when it is not the article: a byline, a caption, a share button.

Lines come as `boilerplate_phrases.shown` makes them. Each rule asks for more than a word: prose that begins with "שתפו"
or "شارك" must pass.
"""

from __future__ import annotations

import regex

from annotation.articles import boilerplate_phrases

LONG = 18
"""With more words than these a line without a full stop is a paragraph all the same."""
FEW = 3
"""So many words without a full stop are a menu entry or a name, where a headline or paragraph could be."""
_MOST = 60
"""A line of more words is prose whatever is in it."""

_LETTERS = regex.compile(r"[\p{Script=Hebrew}\p{Script=Arabic}]")
_ENDS = regex.compile(r"(?:[.!?؟…]|\.\.\.)[\s\"')\]»]*$")
_FULL_STOP = regex.compile(r"[^.…][.!?؟][\"')\]»]*$")
_INNER = regex.compile(r"\w{2}[.!?؟][\"')»]* \w")
# Folding makes quotes of "›" and "»"; no quote in prose has a space on both sides.
_BARS, _CRUMBS = regex.compile(r" ?[|•·] ?"), regex.compile(r" ?> ?| ['\"] ")
_SPLIT = regex.compile(r"[\s|,،/•·:>\-]+")


def is_sentence(line: str) -> bool:
    """Whether a shown line reads as prose: it ends as sentences do or with a colon, holds one's end, or is long.

    A line of a few words must end with a full stop, since dots also end buttons.
    """
    words = len(line.split())
    if words <= FEW:
        return words > 1 and bool(_FULL_STOP.search(line))
    return ends(line) or line.endswith(":") or words > LONG or (words >= 4 * FEW and bool(_INNER.search(line)))


def is_heading(line: str) -> bool:
    """Whether a shown line announces other articles, in the lines below or itself."""
    return bool(boilerplate_phrases.HEADING.match(line)) and not (is_sentence(line) and len(line.split()) > 15)


def announces(line: str) -> bool:
    """Whether a heading stands over a list; one that goes on after its colon holds its one headline itself."""
    return len(line.split()) <= 2 * FEW and not regex.search(r":.*\w", line)


def asks(line: str) -> bool:
    """Whether a shown line is a question or a cry, as headlines may be, and short enough to be one."""
    return len(line.split()) <= 4 * FEW and line.rstrip("\"')» ").endswith(("?", "؟", "!"))


def ends(line: str) -> bool:
    """Whether a shown line ends as sentences do."""
    return bool(_ENDS.search(line))


def kind(line: str) -> str | None:
    """What noise a shown, non-empty line is, in a word for the report; None for anything that may be the article."""
    words = len(line.split())
    return next((name for name, rule in _RULES.items() if rule(line, words)), None) if words <= _MOST else None


def _dateline(line: str, words: int) -> bool:
    """Dates and times with at most a place or a name beside them; a byline with a name."""
    if words <= 2 * FEW and boilerplate_phrases.AGENCY.match(line):
        return True
    rest = boilerplate_phrases.WHEN.sub(" ", line)
    if boilerplate_phrases.BYLINE.match(line) and words <= 14 and (rest != line or not _ENDS.search(line)):
        return True
    if rest == line or _ENDS.search(line):
        return False
    others = sum(bool(word) for word in _SPLIT.split(rest))
    return others <= 3 or ("|" in line and others <= 10)


def _caption(line: str, words: int) -> bool:
    if words <= FEW + 1 and boilerplate_phrases.STOCK.match(line) and not _ENDS.search(line):
        return True
    rules = (
        boilerplate_phrases.CAPTION,
        boilerplate_phrases.CREDIT,
        boilerplate_phrases.SOURCED,
        boilerplate_phrases.ARCHIVE,
    )
    return words <= 25 and any(rule.search(line) for rule in rules)


def _share(line: str, words: int) -> bool:
    """Names of networks with at most a word besides; or an invitation, told from a report by its "our" or "this".

    "شارك" and "הצטרפו" also begin reports, of people who took part and joined, so those must not end as a sentence.
    """
    networks = len(boilerplate_phrases.NETWORK.findall(line))
    if networks and sum(bool(word) for word in _SPLIT.split(line)) <= networks + 1:
        return networks > 1 or bool(boilerplate_phrases.SHARE.match(line))
    if not boilerplate_phrases.SHARE.match(line):
        return False
    if boilerplate_phrases.OURS.search(line):
        return words <= 20
    return not _ENDS.search(line) and (
        words == 1 or (words <= 8 and bool(networks or boilerplate_phrases.THIS.search(line)))
    )


def _menu(line: str, words: int) -> bool:
    """Names of sections side by side, between bars or dots, or the way down to this one."""
    if _ENDS.search(line):
        return False
    beside, down = _BARS.split(line), _CRUMBS.split(line)
    pieces = beside if len(beside) > 2 else down if len(down) > 1 else []
    return bool(pieces) and all(len(piece.split()) <= FEW for piece in pieces)


def _contact(line: str, words: int) -> bool:
    return bool(boilerplate_phrases.EMAIL.search(line)) and (
        words <= 12 or (words <= 40 and bool(boilerplate_phrases.APPEAL.search(line)))
    )


def _foreign(line: str, words: int) -> bool:
    """A few words without a single letter of either script: "icon, AFP / Getty", a number, a link; no sentence."""
    return words <= 5 and not _LETTERS.search(line) and not (words > 2 and _FULL_STOP.search(line))


_RULES = {
    "separator": lambda line, words: not any(char.isalnum() for char in line),
    "tweet": lambda line, words: bool(
        boilerplate_phrases.ATTRIBUTION.match(line) or boilerplate_phrases.TWEET_END.search(line)
    ),
    "image": lambda line, words: bool(boilerplate_phrases.FILE.match(line)),
    "date or byline": _dateline,
    "menu": _menu,
    "text size": lambda line, words: words <= 8 and bool(boilerplate_phrases.WIDGET.search(line)),
    "caption": _caption,
    "contact": _contact,
    "share": _share,
    "copyright": lambda line, words: words <= 40 and bool(boilerplate_phrases.COPYRIGHT.search(line)),
    "advert": lambda line, words: bool(boilerplate_phrases.ADVERT.match(line)),
    "tags": lambda line, words: bool(boilerplate_phrases.TAGS.match(line)) and not _ENDS.search(line),
    "comments": lambda line, words: words <= 6 and bool(boilerplate_phrases.COMMENTS.match(line)),
    "related": lambda line, words: is_heading(line),
    "foreign": _foreign,
}
