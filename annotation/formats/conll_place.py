"""Places of mentions in the text of a file of columns, which may begin and end inside a token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.core.document import Span
from annotation.formats.base import Unit
from annotation.formats.conll_sentences import Token
from annotation.formats.conll_text import inside
from annotation.formats.document_builder import DocumentBuilder


@dataclass(frozen=True, slots=True)
class Placed:
    """Tokens with their ranges in the text, and their language."""

    tokens: Sequence[Token]
    ranges: Sequence[tuple[int, int]]
    language: str


def place(
    draft: DocumentBuilder,
    placed: Placed,
    first: tuple[int, int],
    last: tuple[int, int],
    label: str,
    unit: Unit,
    *,
    goes_on: bool,
) -> Span | None:
    """Add a mention from one token's morpheme to another's (inclusive), each as token and place in it.

    `goes_on`: the last token has more morphemes after the mention.
    """
    (start, morphemes), (end, ending) = first, last
    at = f"line {placed.tokens[start].line}"
    left, right = placed.ranges[start][0], placed.ranges[end][1]
    if goes_on:
        exact = inside(placed.tokens[end], ending + 1, placed.language) if placed.tokens[end].words else None
        if exact is None:
            draft.note(unit, at, "ends inside a word; taken to the word's end", label)
        else:
            right = placed.ranges[end][0] + exact
    if morphemes:
        begins = inside(placed.tokens[start], morphemes, placed.language)
        where = "behind its proclitics" if begins is not None else "the word's beginning, no telling where"
        draft.note(unit, at, f"begins inside a word; taken from {where}", label)
        left += begins or 0
    span = draft.span(left, right, label, at=at, quoted=None, unit=unit)
    if span is not None:
        (draft.event if unit == "event" else draft.entity)(span, at=at)
    return span
