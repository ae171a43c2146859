"""The visible text of an HTML page, with the source range of every character."""

from __future__ import annotations

import codecs
import html
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import regex
import trafilatura

from annotation.articles.body import Range
from annotation.articles.line_alignment import SURE, align_lines, squeeze
from annotation.articles.page_metadata import day_published
from annotation.core.text import decode_bytes, lines

_QUICK_DATE = {"original_date": True, "extensive_search": False}
"""What trafilatura asks htmldate for; its answer is not used, see `page_metadata`."""
_META = regex.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", regex.IGNORECASE)
# As browsers parse: quotes count only after an equals sign, and an unclosed construct extends to the end. So no part is
# matched twice, and the time is linear in the length.
_TOKEN = regex.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>script|style|title|template|textarea|noscript|iframe)\b[^>]*+>.*?(?:</(?P=raw)\s*>|\Z)"
    r"|</?(?P<tag>[a-zA-Z][\w:-]*+)(?:=\s*+\"[^\"]*+(?:\"|\Z)|=\s*+'[^']*+(?:'|\Z)|[^>])*+(?:>|\Z)"
    r"|<[!?/][^>]*+(?:>|\Z)"
    r"|(?P<reference>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,31}+);?)"
    r"|(?P<space>[ \t\r\n\f]+)"
    r"|(?P<text>[^<& \t\r\n\f]+|[<&])",
    regex.DOTALL | regex.IGNORECASE,
)
_INLINE = regex.compile(
    r"a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|nobr|q|rp|rt|ruby|s|samp|small"
    r"|span|strike|strong|sub|sup|time|tt|u|var|wbr",
    regex.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Extract:
    """trafilatura's result for a page, and the day published as the page itself says it.

    `text` has one paragraph a line and is empty where it finds no article.
    """

    text: str = ""
    title: str = ""
    url: str | None = None
    published: str | None = None
    licence: str | None = None


class Page:
    """The visible text of a page: runs of white space are one space; any markup that is not inline breaks the line.

    It is computed from the source alone, so that stored ranges of it stay valid.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._parts: list[str] = []
        self._starts = array("L")
        self._ends = array("L")
        self._gap: Range | None = None
        for match in _TOKEN.finditer(source):
            self._take(match)
        self.text = "".join(self._parts)

    def to_source(self, start: int, end: int) -> Range:
        """The range of the source for a range of the visible text, including tags between its characters."""
        if start >= end:
            at = self._starts[start] if start < len(self._starts) else len(self.source)
            return at, at
        return self._starts[start], self._ends[end - 1]

    def _take(self, match: regex.Match[str]) -> None:
        start, end = match.span()
        if match["text"]:
            self._put(match["text"], start)
        elif match["reference"]:
            self._put(html.unescape(match["reference"]), start, end)
        elif match["space"]:
            self._gap = self._gap or (start, end)
        elif match["tag"] and not _INLINE.fullmatch(match["tag"]):
            self._break(start, end)

    def _put(self, text: str, start: int, end: int | None = None) -> None:
        if self._gap and self._parts and self._parts[-1] != "\n":
            self._one(" ", *self._gap)
        self._gap = None
        for offset, char in enumerate(text):
            char = " " if char in "\n\r" else char  # a reference to a newline shows as a space
            self._one(char, start if end else start + offset, end or start + offset + 1)

    def _break(self, start: int, end: int) -> None:
        self._gap = None
        if self._parts and self._parts[-1] != "\n":
            self._one("\n", start, end)

    def _one(self, char: str, start: int, end: int) -> None:
        self._parts.append(char)
        self._starts.append(start)
        self._ends.append(end)


def decode_html(raw: bytes) -> tuple[str, str]:
    """The page's text and its codec: as `decode_bytes`, but the encoding the page declares is tried first.

    A byte order mark, or a declared encoding that fails or yields NUL, leaves the choice to `decode_bytes`, which may
    raise ValueError.
    """
    declared = _META.search(raw, 0, 4096)
    if declared and not raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = declared[1].decode("ascii").lower().removesuffix("-i").removesuffix("-e")
        try:
            codec = codecs.lookup(name).name
            text = raw.decode(codec)
        except (LookupError, UnicodeDecodeError):
            return decode_bytes(raw)
        if "\0" not in text:
            return text, codec
    return decode_bytes(raw)


def extract(source: str) -> Extract:
    """trafilatura's result for the page's source; no text where it finds nothing or fails on malformed HTML."""
    published = day_published(source)
    try:
        result = trafilatura.bare_extraction(
            source,
            favor_recall=True,
            include_comments=False,
            include_tables=True,
            with_metadata=True,
            date_extraction_params=_QUICK_DATE,
        )
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):  # of malformed pages
        return Extract(published=published)
    if result is None or isinstance(result, dict):
        return Extract(published=published)
    return Extract(result.text or "", result.title or "", result.url or None, published, result.license or None)


def article(page: Page, extracted: Extract) -> list[Range]:
    """The lines of the visible text that trafilatura extracted as the article, headline first.

    All lines when it found no article or its words differ from those of the page; then the line rules decide.
    """
    ranges = lines(page.text)
    visible = [squeeze(page.text[start:end]) for start, end in ranges]
    paragraphs = [line for line in map(squeeze, extracted.text.splitlines()) if line]
    numbers = align_lines(visible, paragraphs)
    if sum(len(visible[i]) for i in numbers) < 0.5 * sum(map(len, paragraphs)) or not numbers:
        return ranges
    headline = _headline(visible[: numbers[0]], squeeze(extracted.title))
    return [ranges[i] for i in headline + numbers]


def _headline(above: Sequence[str], title: str) -> list[int]:
    """The lowest line above the article that is its title; a title in the head often has the site's name too."""
    for i in reversed(range(len(above))):
        line = above[i]
        if len(line) > SURE // 2 and (title.startswith(line) or title.endswith(line)):
            return [i]
    return []
