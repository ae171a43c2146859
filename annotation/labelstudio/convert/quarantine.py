"""Quarantine entries: what could not be read from Label Studio, with the reason. Stored beside the Documents."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An unreadable region or relation; a whole annotation where `region` is None. `raw` is the JSON as received."""

    task: int | None
    annotation: int | None
    region: str | None
    reason: str
    raw: object


def location(*, task: int | None, annotation: int | None, region: str | None, words: str | None) -> str:
    """The place, for the start of a reason: ``task 7, annotation 3, region x1 ('the words')``."""
    parts = [f"task {task}"] if task is not None else []
    if annotation is not None:
        parts.append(f"annotation {annotation}")
    if region is not None:
        parts.append(f"region {region}" + (f" ({shorten(words)!r})" if words else ""))
    return ", ".join(parts)


def shorten(words: str, most: int = 60) -> str:
    """The words, cut to at most `most` characters with an ellipsis at the end."""
    return words if len(words) <= most else words[: most - 1] + "…"


def drifted(quoted: object, found: str) -> bool:
    """Whether the words a region quotes clearly differ from the words its offsets cover.

    The quote is only approximate: the editor writes line breaks as a backslash and an n, collapses spaces, drops what
    the browser does not show, and may include a combining mark outside the offsets. So only letters and digits are
    compared, and one side may contain the other.
    """
    if not isinstance(quoted, str) or quoted == found:
        return False
    said, seen = _bones(quoted.replace("\\n", "\n")), _bones(found)
    return bool(said and seen) and said not in seen and seen not in said


def _bones(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c)[0] in "LN")
