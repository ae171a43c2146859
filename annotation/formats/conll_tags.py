"""Tags of a column and the chunks they encode: BIO, BIOES, BMES and BILOU alike, and several tags to one token.

A token of several morphemes may carry one tag for each, joined by `^`: `O^B-ORG` is a word whose second morpheme begins
an organization. Chunks are counted in morphemes; `begins` converts that to characters of the word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from annotation.core.text import proclitics

JOINT = "^"
OUTSIDE = "O"
_TAG = re.compile(r"(?:O|[BIMESLU]-[^^]+)(?:\^(?:O|[BIMESLU]-[^^]+))*")
_SYNTAX = frozenset(("NP", "VP", "PP", "ADJP", "ADVP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP"))
"""Labels of syntactic chunks, which some corpora have in a column beside the names."""
_OPEN = "does not end as the tags of this file do"
_MIDDLE = "begins with a tag for its middle"
_CLOSING = ("E-", "L-", "S-", "U-")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Morphemes `start` to `end` (exclusive) of a sentence. `fault` is what is wrong with its tags, or empty."""

    start: int
    end: int
    label: str
    fault: str = ""


def is_tag(cell: str) -> bool:
    """Whether the cell has the form of a tag."""
    return _TAG.fullmatch(cell) is not None


def is_syntax(cells: Sequence[str]) -> bool:
    """Whether a column of tags marks phrases rather than names."""
    labels = {part[2:] for cell in cells for part in cell.split(JOINT) if part != OUTSIDE}
    return bool(labels) and labels <= _SYNTAX


@dataclass(frozen=True, slots=True)
class Scheme:
    """Rules the tags of a file follow: a chunk begins with B (IOB2); it ends with E or L (BIOES, BILOU)."""

    opens: bool
    closes: bool

    @classmethod
    def of(cls, tags: Sequence[str]) -> Scheme:
        """The scheme of all tags of a file, in order."""
        parts = [part for tag in tags for part in tag.split(JOINT)]
        opens = any(tag.startswith("B-") and before == OUTSIDE for before, tag in pairwise(parts))
        closes = any(part.startswith(_CLOSING) for part in parts)
        return cls(opens=opens or closes, closes=closes)


def chunks(tags: Sequence[str], scheme: Scheme) -> list[Chunk]:
    """The chunks a sequence of tags encodes, one tag a morpheme. Invalid sequences give chunks with a fault."""
    complete: list[Chunk] = []
    start, label, fault = 0, "", ""

    def close(end: int, problem: str = "") -> None:
        nonlocal label, fault
        if label:
            complete.append(Chunk(start, end, label, fault or problem))
        label, fault = "", ""

    for at, tag in enumerate(tags):
        prefix, _, name = tag.partition("-")
        continues = prefix in "IMEL" and name == label and bool(label)
        if not continues:
            close(at, _OPEN if scheme.closes else "")
            if tag != OUTSIDE:
                start, label = at, name
                fault = _MIDDLE if scheme.opens and prefix in "IMEL" else ""
        if tag != OUTSIDE and prefix in "ELSU":
            close(at + 1)
    close(len(tags), _OPEN if scheme.closes else "")
    return complete


_FIRST = {"he": ("לכש", "כש", "מש", "ו", "ש", "ה", "מ", "ב", "כ", "ל")}
_WITHOUT_ARTICLE = "בכל"
"""Prepositions after which the article is not written: it is a morpheme without a letter."""


def begins(word: str, morphemes: int, language: str) -> int | None:
    """Length in characters of the word's first `morphemes` proclitics; None where the letters do not determine it."""
    if not morphemes:
        return 0
    legal = proclitics(word, language)
    if language not in _FIRST:
        return morphemes if morphemes in legal else None
    at, article_unwritten = 0, False
    for _ in range(morphemes):
        if article_unwritten:
            article_unwritten = False
            continue
        piece = next((piece for piece in _FIRST[language] if word.startswith(piece, at)), None)
        if piece is None:
            return None
        at += len(piece)
        article_unwritten = piece in _WITHOUT_ARTICLE
    return at if at in legal else None
