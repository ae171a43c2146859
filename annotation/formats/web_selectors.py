"""Selectors of W3C Web Annotations: where in an article's text a mark stands, by position, by quote, or both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from annotation.core.document import Json
from annotation.formats.document_builder import DocumentBuilder

Points: TypeAlias = Callable[[int, int], tuple[int, int] | None]
"""Turns a range as the file counts it into one in code points."""
_POSITION, _QUOTE = {"type", "start", "end", "refinedBy"}, {"type", "exact", "prefix", "suffix", "refinedBy"}


@dataclass(frozen=True, slots=True)
class Place:
    """A position as the file counts it, the words there, and what stands before and after them."""

    position: tuple[int, int] | None = None
    exact: str | None = None
    prefix: str = ""
    suffix: str = ""

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.position, self.exact and repr(self.exact)) if part)

    def found(self, text: str, points: Points) -> tuple[int, int] | str:
        """The range in code points, or why there is none."""
        if self.position:
            return points(*self.position) or "leaves the text, or is empty; mend its offsets"
        if not self.exact:
            return "has neither a position nor a quote; mark it again"
        pattern = re.escape(self.prefix) + "(" + re.escape(self.exact) + ")" + f"(?={re.escape(self.suffix)})"
        places = [match.span(1) for match in re.finditer(f"(?={pattern})", text)]
        if len(places) == 1:
            return places[0]
        count = "nowhere" if not places else f"{len(places)} times"
        return f"quotes words that stand in the text {count}; give their position"


def place_of(target: object, draft: DocumentBuilder, at: str) -> Place:
    """What the target's selectors say; those of other kinds, and what else they hold, are recorded."""
    if not isinstance(target, dict):
        return Place()
    draft.unread(target, {"id", "type", "source", "selector"}, at=at)
    place = Place()
    for row in _selectors(target.get("selector")):
        kind, start, end, exact = (row.get(name) for name in ("type", "start", "end", "exact"))
        if kind == "TextPositionSelector" and isinstance(start, int) and isinstance(end, int):
            draft.unread(row, _POSITION, at=at)
            place = replace(place, position=(start, end))
        elif kind == "TextQuoteSelector" and isinstance(exact, str):
            draft.unread(row, _QUOTE, at=at)
            place = replace(place, exact=exact, prefix=_words(row, "prefix"), suffix=_words(row, "suffix"))
        else:
            draft.lose("other", at, "is a selector that is not read, or lacks something", str(kind))
    return place


def _words(row: Json, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _selectors(value: object) -> Iterator[Json]:
    """The selectors, with what refines each."""
    for row in value if isinstance(value, list) else [value]:
        if isinstance(row, dict):
            yield row
            yield from _selectors(row.get("refinedBy"))
