"""Quarantine entries: what could not be read from Label Studio, with the reason. Stored beside the Documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from annotation.core.errors import RegionError


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An unreadable region or relation; a whole annotation where `region` is None. `raw` is the JSON as received.

    `reason` is for human readers. `kind` is the kind of finding that `check` makes of the entry, and `values` fill the
    wording of that kind: see RegionError.
    """

    task: int | None
    annotation: int | None
    region: str | None
    reason: str
    raw: object
    kind: str = "set-aside"
    values: Mapping[str, str] = field(default_factory=dict)


def quarantine_entry(
    error: RegionError,
    raw: object,
    *,
    task: int | None,
    annotation: int | None,
    region: str | None = None,
    words: str | None = None,
) -> Quarantined:
    """The entry for a fault in `raw`; its reason begins with the place. `words` are those the region quotes."""
    place = location(task=task, annotation=annotation, region=region, words=words)
    return Quarantined(task, annotation, region, f"{place}: {error}", raw, error.kind, error.values)


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
