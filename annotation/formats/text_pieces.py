"""Marks of several pieces: those with nothing but white space between them are one stretch, of others one is kept."""

from __future__ import annotations

from collections.abc import Sequence

from annotation.core.document import Span
from annotation.core.quoting import same_letters, same_words
from annotation.formats.base import Unit
from annotation.formats.document_builder import DocumentBuilder, longest


def span_of_pieces(
    draft: DocumentBuilder,
    pieces: Sequence[tuple[int, int]],
    label: object,
    *,
    at: str,
    quoted: str | None,
    unit: Unit,
) -> Span | None:
    """The span of a mark in one or more pieces, in code points; None, with a record, where it is no good.

    A quote of several pieces is the words of each, joined by blanks. A mark that has other words between its pieces is
    represented by the longest piece, which is noted.
    """
    for start, end in pieces:
        if len(pieces) > 1 and not 0 <= start < end <= len(draft.text):
            return draft.span(start, end, label, at=at, quoted=None, unit=unit)
    joined = _joined(draft.text, pieces)
    if len(pieces) > 1 and quoted is not None:
        words = " ".join(draft.text[start:end] for start, end in pieces)
        if len(joined) > 1 and not same_letters(quoted, words):
            detail = f"{label} {_shown(pieces)} quotes {quoted!r} but covers {words!r}"
            draft.wrong(unit, at, "does not cover the words it quotes; mend its offsets", detail)
            return None
        if same_words(quoted, words):
            quoted = None  # proven; the stretch between may have no blank where the quote has one
    start, end = longest(joined)
    span = draft.span(start, end, label, at=at, quoted=quoted if len(joined) == 1 else None, unit=unit)
    if span and len(joined) > 1:
        detail = f"{label} {_shown(pieces)}, kept: {draft.text[start:end]!r}"
        draft.note(unit, at, "is in several pieces; only the longest is kept", detail)
    return span


def _joined(text: str, pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pieces, those joined that touch or have only white space between them."""
    joined = [pieces[0]]
    for start, end in pieces[1:]:
        first, last = joined[-1]
        if first <= last <= start <= end and not text[last:start].strip():
            joined[-1] = (first, end)
        else:
            joined.append((start, end))
    return joined


def _shown(pieces: Sequence[tuple[int, int]]) -> str:
    return "[" + ";".join(f"{start} {end}" for start, end in pieces) + "]"
