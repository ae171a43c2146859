"""Rules for the boilerplate lines of a scraped page: bylines, captions, share buttons and the like.

Lines must be folded by `boilerplate_phrases.comparable_line`. Each rule needs more than one word: prose that begins
with "שתפו" or "شارك" must not match.
"""

from __future__ import annotations

import regex

from annotation.articles import boilerplate_phrases

LONG = 18
"""A line of more words is a paragraph even without a full stop."""
FEW = 3
"""A line of at most this many words and no full stop is a menu entry or a name, not a headline or paragraph."""
_MOST = 60
"""A line of more words is always prose."""

_DIGIT = regex.compile(r"\d")
_LETTERS = regex.compile(r"[\p{Script=Hebrew}\p{Script=Arabic}]")
_ENDS = regex.compile(r"(?:[.!?؟…]|\.\.\.)[\s\"')\]»]*$")
_FULL_STOP = regex.compile(r"[^.…][.!?؟][\"')\]»]*$")
_ITEM = regex.compile(r"(?:[*•-]|\(?\d{1,2} ?[.)-]) ?\w")
_INNER = regex.compile(r"\w{2}[.!?؟][\"')»]* \w")
_BARS, _CRUMBS = regex.compile(r" ?[|•·] ?"), regex.compile(r" ?> ?")
_SPLIT = regex.compile(r"[\s|,،/•·:>\-]+")


def is_sentence(line: str) -> bool:
    """Whether a folded line reads as prose: it ends as a sentence or with a colon, contains a sentence end, or is long.

    A line of at most `FEW` words must end with a full stop, since dots also end buttons.
    """
    words = len(line.split())
    if words <= FEW:
        return words > 1 and bool(_FULL_STOP.search(line))
    return ends(line) or line.endswith(":") or words > LONG or (words >= 4 * FEW and bool(_INNER.search(line)))


def is_heading(line: str) -> bool:
    """Whether a folded line announces other articles, on the same line or below."""
    return bool(boilerplate_phrases.HEADING.match(line)) and not (is_sentence(line) and len(line.split()) > 15)


def goes_on(line: str) -> bool:
    """Whether a folded line in a list of headlines is more than one: a part of a paragraph, with a sentence's end."""
    return is_sentence(line) or (len(line.split()) >= 3 * FEW and bool(_INNER.search(line)))


def announces(line: str) -> bool:
    """Whether a heading stands above a list; one with words after its colon contains its only headline."""
    return len(line.split()) <= 2 * FEW and not regex.search(r":.*\w", line)


def may_be_headline(line: str) -> bool:
    """Whether a folded line that reads as a dateline or byline may be a headline all the same.

    As "the main news of Friday, 10 March 2017": two words before the date, or a byline as long as a headline.
    """
    if boilerplate_phrases.BYLINE.match(line):
        return len(line.split()) > 2 * FEW and not _DIGIT.search(line)
    before = boilerplate_phrases.WHEN.split(line, 1)[0]
    words = [word for word in _SPLIT.split(before) if word and not boilerplate_phrases.WEEKDAY.fullmatch(word)]
    return len(words) > 1 and not regex.search(r"[|/@]| - ", before)


def starts_text(line: str) -> bool:
    """Whether a short folded line is no name but the start of a sentence that is broken there: a verb, or a comma."""
    return line.endswith((",", "،")) or bool(boilerplate_phrases.REPORTED.match(line))


def is_item(line: str) -> bool:
    """Whether a folded line is an item of a list in the article: it begins with a bullet or a number."""
    return bool(_ITEM.match(line))


def asks(line: str) -> bool:
    """Whether a folded line is a short question or exclamation, as headlines may be."""
    return len(line.split()) <= 4 * FEW and line.rstrip("\"')» ").endswith(("?", "؟", "!"))


def ends(line: str) -> bool:
    """Whether a folded line ends with a sentence-final mark, quotes and brackets aside."""
    return bool(_ENDS.search(line))


def kind(line: str) -> str | None:
    """The kind of boilerplate of a folded, non-empty line, for the report; None where it may be the article."""
    words = len(line.split())
    return next((name for name, rule in _RULES.items() if rule(line, words)), None) if words <= _MOST else None


def _dateline(line: str, words: int) -> bool:
    """Dates and times with at most a place or a name beside them; a byline with a name."""
    if words <= 2 * FEW and (boilerplate_phrases.AGENCY.match(line) or boilerplate_phrases.SERVICE.match(line)):
        return True
    rest = boilerplate_phrases.WHEN.sub(" ", line) if _DIGIT.search(line) else line
    if boilerplate_phrases.BYLINE.match(line) and words <= 14 and (rest != line or not _ENDS.search(line)):
        return True
    if rest == line or _ENDS.search(line) or line.endswith(":"):  # with a colon it heads a part of the article
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
    """Names of networks with at most one other word; or an invitation, which unlike a report has "our" or "this".

    "شارك" and "הצטרפו" also begin reports of people who took part or joined, so such a line must not end as a sentence.
    """
    if words > 20:
        return False
    if words <= LONG and " - " in line:
        before, _, last = line.rpartition(" - ")
        if len(before.split()) > 1 and not _ENDS.search(before) and _share(last, len(last.split())):
            return True
    networks = len(boilerplate_phrases.NETWORK.findall(line))
    if networks and sum(bool(word) for word in _SPLIT.split(line)) <= networks + 1:
        return networks > 1 or bool(boilerplate_phrases.SHARE.match(line))
    if not boilerplate_phrases.SHARE.match(line):
        return False
    if boilerplate_phrases.OURS.search(line):
        return True
    return not _ENDS.search(line) and (
        words == 1 or (words <= 8 and bool(networks or boilerplate_phrases.THIS.search(line)))
    )


def is_agency_caption(line: str) -> bool:
    """Whether a folded line is what a picture shows and the agency it is from, and not prose with its source.

    Agencies also end reports with their name: a line with a full stop inside, with a quotation, or that begins with
    "and he said" is one.
    """
    if not line.endswith(boilerplate_phrases.AGENCY_ENDINGS) or len(line.split()) > 25:
        return False
    match = boilerplate_phrases.BY_AGENCY.match(line)
    return match is not None and not _INNER.search(line) and not boilerplate_phrases.REPORTED.search(match["words"])


def _menu(line: str, words: int) -> bool:
    """Names of sections separated by bars or dots, or a breadcrumb path to this page."""
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
    """A few words without a Hebrew or Arabic letter that are no sentence: "icon, AFP / Getty", a number, a link."""
    return words <= 5 and not _LETTERS.search(line) and not (words > 2 and _FULL_STOP.search(line))


_RULES = {
    "separator": lambda line, words: not any(char.isalnum() for char in line),
    "code": lambda line, words: line[0] in "\"'" and bool(boilerplate_phrases.CODE.match(line)),
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
    "link": lambda line, words: words <= LONG and bool(boilerplate_phrases.LINK.search(line)),
    "copyright": lambda line, words: words <= 40 and bool(boilerplate_phrases.COPYRIGHT.search(line)),
    "advert": lambda line, words: bool(boilerplate_phrases.ADVERT.match(line)),
    "tags": lambda line, words: bool(boilerplate_phrases.TAGS.match(line)) and not _ENDS.search(line),
    "comments": lambda line, words: words <= 6 and bool(boilerplate_phrases.COMMENTS.match(line)),
    "related": lambda line, words: (
        is_heading(line) or (words <= LONG and not ends(line) and bool(boilerplate_phrases.PROMOTION.match(line)))
    ),
    "foreign": _foreign,
}
