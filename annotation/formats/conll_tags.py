"""Tags of a column and the chunks they encode: BIO, IOB1, BIOES, BILOU, BMES and bare labels, flat and nested.

Every way to write a tag is first made the same: position, `-`, label, such as `B-ORG`, or `O`. A token of several
morphemes may carry one tag for each, joined by `^`: `O^B-ORG` is a word whose second morpheme begins an organization.
Chunks are counted in morphemes; `begins` converts that to characters of the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from annotation.core.text import proclitics

Style: TypeAlias = Literal["prefix", "suffix", "position", "label"]
"""How a column writes its tags: `B-PER`, `PER-B`, `B` without a label, `PER` without a position."""
STYLES: tuple[Style, ...] = ("prefix", "suffix", "position")
"""The styles that a cell shows by itself."""
JOINT = "^"
OUTSIDE = "O"
NOTHING = frozenset(("O", "o", "0", "_", "-", "*"))
"""What stands in the cell of a token outside any mention."""
MENTION = "Mention"
"""The label of mentions whose file gives none."""
_CACHED = 1 << 16
_PREFIX = re.compile(r"([BIMESLUW])[-_/:]([^\s^]+)", re.IGNORECASE)
_SUFFIX = re.compile(r"([^\s^]+)[-_/:]([BIMESLUW])", re.IGNORECASE)
_POSITION = re.compile(r"[BIMESLUW]", re.IGNORECASE)
_LABEL = re.compile(r"[^\s()]+")
_BETWEEN = re.compile(r"[|,;\s]+")
_SYNTAX = frozenset(("NP", "VP", "PP", "ADJP", "ADVP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP"))
"""Labels of syntactic chunks, which some corpora have in a column beside the names."""
_OPEN = "does not end as the tags of this file do"
_MIDDLE = "begins with a tag for its middle"
_INSIDE, _ENDING = "IMEL", "ELSU"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Morphemes `start` to `end` (exclusive) of a sentence. `fault` is what is wrong with its tags, or empty."""

    start: int
    end: int
    label: str
    fault: str = ""


@lru_cache(_CACHED)
def tags_of(cell: str, style: Style, label: str = MENTION) -> tuple[str, ...] | None:
    """The tags in a cell, several where `|`, `,`, `;` or blanks separate them; None where it holds no tags."""
    single = _joined(cell, style, label)
    pieces = [piece for piece in _BETWEEN.split(cell) if piece]
    if len(pieces) > 1:
        several = [_joined(piece, style, label) for piece in pieces]
        if all(several):
            return tuple(tag for tag in several if tag and tag != OUTSIDE) or (OUTSIDE,)
    return (single,) if single else None


def _joined(cell: str, style: Style, label: str) -> str | None:
    parts = [_tag(part, style, label) for part in cell.split(JOINT)]
    return JOINT.join(part for part in parts if part) if all(parts) else None


def _tag(cell: str, style: Style, label: str) -> str | None:
    if cell in NOTHING:
        return OUTSIDE
    if style == "label":
        return f"I-{cell}" if _LABEL.fullmatch(cell) else None
    if style == "position":
        return _positioned(cell, label) if _POSITION.fullmatch(cell) else None
    if style == "prefix":
        return _positioned(match[1], match[2]) if (match := _PREFIX.fullmatch(cell)) else None
    return _positioned(match[2], match[1]) if (match := _SUFFIX.fullmatch(cell)) else None


def _positioned(letter: str, label: str) -> str:
    """The tag; the W of BMEWO, for a mention of one word, is the S of the other schemes."""
    return f"{letter.upper().replace('W', 'S')}-{label}"


@lru_cache(_CACHED)
def is_plain_tag(cell: str) -> bool:
    """Whether the cell can only be a tag, so that it is never taken for a word: `O`, `B-PER` or `PER-B`."""
    if cell in ("O", "o"):
        return True
    match = _PREFIX.fullmatch(cell)
    label = match[2] if match else cell
    return bool(match or _SUFFIX.fullmatch(cell)) and label[:1].isalpha()


def is_syntax(labels: Iterable[str]) -> bool:
    """Whether labels are those of phrases rather than names."""
    found = set(labels)
    return bool(found) and found <= _SYNTAX


@dataclass(frozen=True, slots=True)
class Scheme:
    """Rules the tags of a file follow: a chunk begins with B (IOB2); it ends with E or L (BIOES, BILOU)."""

    opens: bool
    closes: bool

    @classmethod
    def of(cls, letters: Iterable[str], *, opened: bool) -> Scheme:
        """The scheme of tags with these positions; `opened` says whether a B follows an O or begins a sentence."""
        closes = not set(letters).isdisjoint(_ENDING)
        return cls(opens=opened or closes, closes=closes)


def scheme_name(letters: Iterable[str], scheme: Scheme) -> str:
    """The scheme's usual name."""
    found = set(letters)
    if scheme.closes:
        return "BMES" if "M" in found else "BILOU" if found & {"L", "U"} else "BIOES"
    return "BIO" if scheme.opens or not found else "IOB1"


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
        continues = prefix in _INSIDE and name == label and bool(label)
        if not continues:
            close(at, _OPEN if scheme.closes else "")
            if tag != OUTSIDE:
                start, label = at, name
                fault = _MIDDLE if scheme.opens and prefix in _INSIDE else ""
        if tag != OUTSIDE and prefix in _ENDING:
            close(at + 1)
    close(len(tags), _OPEN if scheme.closes else "")
    return complete


def nested_chunks(tags: Sequence[Sequence[str]], scheme: Scheme) -> list[Chunk]:
    """The chunks of tokens with any number of tags each, such as `I-OCC B-ORG`; they may be nested.

    A tag for a middle or an end continues the chunk of its label that began first, whichever place among the token's
    tags it has.
    """
    complete: list[Chunk] = []
    going: list[Chunk] = []
    for at, several in enumerate(tags):
        waiting, going = going, []
        for tag in several:
            prefix, _, label = tag.partition("-")
            if tag == OUTSIDE:
                continue
            before = next((chunk for chunk in waiting if chunk.label == label), None) if prefix in _INSIDE else None
            if before:
                waiting.remove(before)
            fault = _MIDDLE if scheme.opens and prefix in _INSIDE and not before else ""
            chunk = Chunk(before.start if before else at, at + 1, label, before.fault if before else fault)
            (complete if prefix in _ENDING else going).append(chunk)
        complete += _unclosed(waiting, scheme)
    return sorted([*complete, *_unclosed(going, scheme)], key=lambda chunk: (chunk.start, -chunk.end, chunk.label))


def _unclosed(waiting: Iterable[Chunk], scheme: Scheme) -> Iterator[Chunk]:
    for chunk in waiting:
        yield Chunk(chunk.start, chunk.end, chunk.label, chunk.fault or (_OPEN if scheme.closes else ""))


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
