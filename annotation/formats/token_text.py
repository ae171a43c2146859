"""Tokens of a file located in its text, or a text made of them where the file has none of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from annotation.core.document import Span
from annotation.formats.base import Lost, Unit
from annotation.formats.document_builder import DocumentBuilder

Range = tuple[int, int]
_TREEBANK = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "``": '"“',
    "''": '"”',
    "`": "'‘",
    "'": "’",
    "...": "…",
    "--": "—–",
}
"""Signs that tokenizers in the style of the Penn Treebank write for others, each a single character of the text."""


@dataclass(frozen=True, slots=True)
class TokenText:
    """A text and the range of each of its tokens. `own` says whether the file gives the text."""

    text: str
    places: tuple[Range, ...]
    own: bool


def located(text: object, sentences: Sequence[Sequence[str]]) -> TokenText:
    """The text with its tokens; where it is none, or not its tokens in order, the tokens joined take its place."""
    places = find(text, [token for sentence in sentences for token in sentence]) if isinstance(text, str) else None
    return joined(sentences) if places is None else TokenText(str(text), tuple(places), own=True)


def joined(sentences: Sequence[Sequence[str]]) -> TokenText:
    """The tokens with one space between them, and a newline between sentences."""
    pieces: list[str] = []
    places: list[Range] = []
    at = 0
    for number, sentence in enumerate(sentences):
        for position, token in enumerate(sentence):
            gap = " " if position else "\n" if number else ""
            pieces += (gap, token)
            at += len(gap) + len(token)
            places.append((at - len(token), at))
    return TokenText("".join(pieces), tuple(places), own=False)


def find(text: str, tokens: Sequence[str]) -> list[Range] | None:
    """The range of each token, with only white space between them; None where the text is not its tokens in order."""
    places, at = [], 0
    for token in tokens:
        while at < len(text) and text[at].isspace() and not (token and text.startswith(token, at)):
            at += 1
        size = _size(text, token, at)
        if not size:
            return None
        places.append((at, at + size))
        at += size
    return places if not text[at:].strip() else None


def _size(text: str, token: str, at: int) -> int:
    """How many characters of the text at `at` the token stands for; 0 where it does not stand there."""
    for spelling in (token, *_TREEBANK.get(token, ""), token.replace("\\/", "/").replace("\\*", "*")):
        if text.startswith(spelling, at):
            return len(spelling)
    return 0


def token_span(
    draft: DocumentBuilder,
    tokens: TokenText,
    start: int | None,
    end: int | None,
    label: object,
    *,
    at: str,
    quoted: object = None,
    unit: Unit,
) -> Span | None:
    """The span of tokens `start` to `end` (exclusive); None, with a record, where they are not there or say else."""
    count = len(tokens.places)
    if start is None or end is None or not 0 <= start < end <= count:
        reason = "has no tokens, or tokens that are not there; mend its offsets"
        draft.wrong(unit, at, reason, f"{label} [{start}:{end}] of {count} tokens")
        return None
    first, last = tokens.places[start][0], tokens.places[end - 1][1]
    if isinstance(quoted, str) and "".join(quoted.split()) == "".join(draft.text[first:last].split()):
        quoted = None  # the same words: only the white space between tokens differs
    return draft.span(first, last, label, at=at, quoted=quoted, unit=unit)


class WhiteSpaceNote:
    """Records once for a file that its texts are made of tokens, so that their white space is not the article's."""

    def __init__(self, file: str) -> None:
        self.file, self.said = file, False

    def of(self, tokens: TokenText) -> Iterator[Lost]:
        """The record, for the first text that is not the file's own."""
        if not tokens.own and not self.said:
            self.said = True
            reason = "has no text of its own but tokens; they are joined, and the white space is not the article's"
            yield Lost("document", self.file, reason, kind="noted")
