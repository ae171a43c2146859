"""Highlighted text as HTML: spans may nest, touch or cross, and the text may have any characters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from annotation.core.document import Span
from annotation.core.messages import N_

CORRECT, MISSED, SPURIOUS = N_("correct"), N_("missed"), N_("spurious")
AGREED, CONTESTED = N_("agreed"), N_("contested")
SAME = N_("same")
SIGNS = {CORRECT: "✓", MISSED: "−", SPURIOUS: "+", AGREED: "", CONTESTED: "≠", SAME: ""}
"""The sign of each state. A state is shown by its sign and underline, so that nothing depends on colour alone. A state
without a sign has no title after the mark."""

_NUL, _SURROGATE = re.compile("\x00"), re.compile("[\ud800-\udfff]")
_OPEN = Markup('<mark class="{} {}" title="{}"{}>')
_NUMBER = Markup(' data-n="{}"')
_TAG = Markup('<i class="tag {}" data-tag="{}\u00a0{}"></i>')
_CLOSE = Markup("</mark>")


@dataclass(frozen=True, slots=True)
class Highlight:
    """A span to highlight: its layer (trigger or entity), its state, its title and its tooltip (`note`).

    `number` identifies it in arcs.
    """

    span: Span
    layer: str
    state: str
    title: str
    note: str = ""
    number: int | None = None

    def opening(self) -> Markup:
        """The opening tag."""
        number = Markup() if self.number is None else _NUMBER.format(self.number)
        return _OPEN.format(self.layer, self.state, self.note, number)


def render(text: str, marks: Iterable[Highlight]) -> Markup:
    """The text with nested <mark> elements. Stripped of its elements it is `showable(text)`.

    A mark that crosses another is closed where the other ends and opened again after it. The title follows a mark's
    last character as generated content (CSS): it is not copied with the text and does not break joined letters.
    """
    opening: dict[int, list[Highlight]] = {}
    for mark in sorted(marks, key=lambda mark: (-mark.span.end, mark.layer != "trigger", mark.title)):
        opening.setdefault(mark.span.start, []).append(mark)
    cuts = sorted({0, len(text)}.union(*((m.span.start, m.span.end) for group in opening.values() for m in group)))
    parts: list[Markup] = []
    opened: list[Highlight] = []
    for start, end in pairwise(cuts):
        for mark in opening.get(start, ()):
            parts.append(mark.opening())
            opened.append(mark)
        parts.append(plain(text[start:end]))
        opened = _close(opened, end, parts)
    return Markup("").join(parts)


def plain(text: str) -> Markup:
    """The text escaped for HTML. A carriage return becomes a reference, which browsers do not turn into a newline."""
    return escape(showable(text)).replace("\r", Markup("&#13;"))


def showable(text: str) -> str:
    """The text with each NUL and lone surrogate, which HTML cannot have, replaced by one other character."""
    return _SURROGATE.sub("\ufffd", _NUL.sub("\u2400", text))


def _close(opened: list[Highlight], offset: int, out: list[Markup]) -> list[Highlight]:
    """Close the marks that end at the offset; return the open ones, opening again those inside the closed ones."""
    outermost = next((depth for depth, mark in enumerate(opened) if mark.span.end == offset), len(opened))
    reopened = [mark for mark in opened[outermost:] if mark.span.end > offset]
    for mark in reversed(opened[outermost:]):
        out.append(_CLOSE)
        if mark.span.end == offset and SIGNS[mark.state]:
            out.append(_TAG.format(mark.state, mark.title.replace(" ", "\u00a0"), SIGNS[mark.state]))
    out += [mark.opening() for mark in reopened]
    return opened[:outermost] + reopened
