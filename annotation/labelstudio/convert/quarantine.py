"""What could not be taken over from Label Studio, and why: kept beside the Documents, never dropped."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One region or relation, or a whole annotation where `region` is None. `raw` is what Label Studio gave."""

    task: int | None
    annotation: int | None
    region: str | None
    reason: str
    raw: object


def location(*, task: int | None, annotation: int | None, region: str | None, words: str | None) -> str:
    """Where it is, for the start of a reason: ``task 7, annotation 3, region x1 ('the words')``."""
    parts = [f"task {task}"] if task is not None else []
    if annotation is not None:
        parts.append(f"annotation {annotation}")
    if region is not None:
        parts.append(f"region {region}" + (f" ({shorten(words)!r})" if words else ""))
    return ", ".join(parts)


def shorten(words: str, most: int = 60) -> str:
    """At most `most` characters of the words."""
    return words if len(words) <= most else words[: most - 1] + "…"


def drifted(quoted: object, found: str) -> bool:
    """Whether the words a region quotes and the words its offsets cover clearly disagree.

    The quote is only a witness: the editor writes line breaks as a backslash and an n, collapses spaces, loses what the
    browser does not show, and may take in a combining mark that the offsets leave out. So letters and digits alone are
    compared, and one side may hold the other.
    """
    if not isinstance(quoted, str) or quoted == found:
        return False
    said, seen = _bones(quoted.replace("\\n", "\n")), _bones(found)
    return bool(said and seen) and said not in seen and seen not in said


def _bones(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c)[0] in "LN")
