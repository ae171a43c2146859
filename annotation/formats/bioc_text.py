"""The text of a BioC document, joined from its passages or sentences, and places in it by the document's offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from annotation.core.document import Json
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.offset_units import BYTES, POINTS, UTF16, OffsetUnit, unit
from annotation.formats.source_text import rows_in

_COUNTS = ((POINTS, False), (BYTES, False), (UTF16, False), (POINTS, True))
"""Units, and whether a passage's annotations count from its beginning."""


@dataclass(frozen=True)
class _Piece:
    """A passage or sentence: its offset in the file's document, its text and where that begins in our text."""

    offset: int
    text: str
    start: int
    units: dict[str, OffsetUnit]


class BiocText:
    """`text` is the whole document's; `parts` are its passages and sentences with the number of the piece they are in.

    Raises nothing: a passage without text is empty, one without an offset begins where the one before ends.
    """

    def __init__(self, row: Json) -> None:
        self.parts: list[tuple[int, Json]] = []
        self._row = row
        self._gaps: list[int] = []
        self._pieces: list[_Piece] = []
        units = [self._sources(passage) for passage in rows_in(row, "passages")]
        self._rows = [piece for pieces in units for piece in pieces]
        self.text, self._count = "", _COUNTS[0]
        for count in (*_COUNTS, _COUNTS[0]):
            self._join(count)
            if self._proven():
                return

    def _sources(self, passage: Json) -> list[tuple[Json, bool]]:
        """The passage, or its sentences where these have the text, and whether each is the first of its passage."""
        sentences = rows_in(passage, "sentences")
        number = self.parts[-1][0] if self.parts else 0
        if sentences and not isinstance(passage.get("text"), str):
            self.parts.append((number + 1, passage))
            self.parts += [(number + at, sentence) for at, sentence in enumerate(sentences, start=1)]
            return [(sentence, at == 0) for at, sentence in enumerate(sentences)]
        self.parts += [(number + 1, part) for part in (passage, *sentences)]
        return [(passage, True)]

    def _join(self, count: tuple[str, bool]) -> None:
        """Put the pieces together, their offsets counted so."""
        self._count, self._pieces, self._gaps = count, [], []
        parts: list[str] = []
        length, end = 0, 0
        for row, first in self._rows:
            words, offset = row.get("text"), row.get("offset")
            text = words if isinstance(words, str) else ""
            begins = offset if type(offset) is int and offset >= 0 else end + bool(parts)
            between = self._between(begins - end, first) if parts else ""
            start = length + len(between)
            here = unit(count[0], text)
            self._pieces.append(_Piece(begins, text, start, {count[0]: here}))
            parts += [between, text]
            length, end = start + len(text), begins + max(here.starts)
        self.text = "".join(parts)

    def _between(self, gap: int, first: bool) -> str:
        """What is put between two pieces that lie so far apart in the file's document."""
        if gap == 0:
            return ""
        if gap > 1 or gap < 0:
            self._gaps.append(gap)
        return "\n" if first else " "

    def _proven(self) -> bool:
        """Whether every quote stands where its annotation says."""
        parts = [(0, self._row), *self.parts]
        return all(self._stands(mark, scope) for scope, part in parts for mark in rows_in(part, "annotations"))

    def _stands(self, mark: Json, scope: int) -> bool:
        quoted = mark.get("text")
        if not isinstance(quoted, str) or not quoted.strip():
            return True
        covered = " ".join(self.text[start:end] for start, end in self.pieces(mark, scope) or ())
        return re.sub(r"\s+", " ", covered) == re.sub(r"\s+", " ", quoted)

    def pieces(self, mark: Json, scope: int) -> list[tuple[int, int]] | None:
        """The ranges of an annotation in `text`; None where one is in no piece of the document."""
        found = [self._range(place, scope) for place in rows_in(mark, "locations")]
        ranges = [piece for piece in found if piece]
        return ranges if ranges and len(ranges) == len(found) else None

    def _range(self, place: Json, scope: int) -> tuple[int, int] | None:
        offset, length = place.get("offset"), place.get("length")
        if type(offset) is not int or type(length) is not int:
            return None
        name, relative = self._count
        own = self._pieces[scope - 1 : scope] if scope else []
        for piece in own if relative else [*own, *self._pieces]:
            first = offset - (0 if relative else piece.offset)
            points = piece.units[name].points(first, first + length)
            if points and points[0] < points[1]:
                return piece.start + points[0], piece.start + points[1]
        return None

    def record(self, draft: DocumentBuilder) -> None:
        """Record in what unit the offsets were read, and text that the file leaves out."""
        name, relative = self._count
        if self._count != _COUNTS[0]:
            reason = "counts its offsets in another unit, as all its quotes prove; they are read so"
            draft.note("document", "", reason, f"{name} of the passage" if relative else name)
        for gap in self._gaps:
            reason = "lies between passages by their offsets, and is not in the file; a line end is put there"
            draft.note("other", "", reason, f"{gap} characters")
