"""Marked text as HTML: spans that nest, touch or cross, over text that may hold anything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from annotation.core.document import Span

CORRECT, MISSED, SPURIOUS = "correct", "missed", "spurious"
AGREED, CONTESTED = "agreed", "contested"
SIGNS = {CORRECT: "✓", MISSED: "−", SPURIOUS: "+", AGREED: "", CONTESTED: "≠"}
"""A state is told by its sign and the kind of its underline, and by colour only besides. Without a sign it is quiet:
the title is not written behind the mark."""

_NUL, _SURROGATE = re.compile("\x00"), re.compile("[\ud800-\udfff]")
_OPEN = Markup('<mark class="{} {}" title="{}"{}>')
_NUMBER = Markup(' data-n="{}"')
_TAG = Markup('<i class="tag {}" data-tag="{}\u00a0{}"></i>')
_CLOSE = Markup("</mark>")


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to show: the layer it belongs to (trigger or entity), its state, its title and what the pointer reads.

    `number` is what arcs call it by.
    """

    span: Span
    layer: str
    state: str
    title: str
    note: str = ""
    number: int | None = None

    def opening(self) -> Markup:
        """The start of its element."""
        number = Markup() if self.number is None else _NUMBER.format(self.number)
        return _OPEN.format(self.layer, self.state, self.note, number)


def render(text: str, marks: Iterable[Mark]) -> Markup:
    """The text with nested <mark> elements. Stripped of its elements it is `showable(text)`.

    A mark that crosses another is cut where the other ends and goes on behind it. The title stands after a mark's last
    character, as generated content: it can neither be copied with the text nor break the joining of its letters.
    """
    opening: dict[int, list[Mark]] = {}
    for mark in sorted(marks, key=lambda mark: (-mark.span.end, mark.layer != "trigger", mark.title)):
        opening.setdefault(mark.span.start, []).append(mark)
    cuts = sorted({0, len(text)}.union(*((m.span.start, m.span.end) for group in opening.values() for m in group)))
    out: list[Markup] = []
    opened: list[Mark] = []
    for start, end in pairwise(cuts):
        for mark in opening.get(start, ()):
            out.append(mark.opening())
            opened.append(mark)
        out.append(plain(text[start:end]))
        opened = _close(opened, end, out)
    return Markup("").join(out)


def plain(text: str) -> Markup:
    """The text escaped; a carriage return is written as a reference, which a browser does not turn into a newline."""
    return escape(showable(text)).replace("\r", Markup("&#13;"))


def showable(text: str) -> str:
    """The text with what no HTML file can hold (NUL, lone surrogates) shown by a stand-in, one for one."""
    return _SURROGATE.sub("\ufffd", _NUL.sub("\u2400", text))


def _close(opened: list[Mark], offset: int, out: list[Markup]) -> list[Mark]:
    """Close the marks that end at the offset and give back those still open, opened anew where they were in the way."""
    outermost = next((depth for depth, mark in enumerate(opened) if mark.span.end == offset), len(opened))
    going_on = [mark for mark in opened[outermost:] if mark.span.end > offset]
    for mark in reversed(opened[outermost:]):
        out.append(_CLOSE)
        if mark.span.end == offset and SIGNS[mark.state]:
            out.append(_TAG.format(mark.state, mark.title.replace(" ", "\u00a0"), SIGNS[mark.state]))
    out += [mark.opening() for mark in going_on]
    return opened[:outermost] + going_on
