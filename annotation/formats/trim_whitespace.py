"""Spans without the white space at their edges, for formats that count in words, and what that changes."""

from __future__ import annotations

from annotation.core.document import Document
from annotation.formats.base import UNITS, Lost, unit_counts
from annotation.formats.tokenization import trim_spans


def trim(document: Document) -> tuple[Document, list[Lost]]:
    """The Document with trimmed spans, and each item that changed or went."""
    trimmed, changes = trim_spans(document)
    triggers = frozenset(document.triggers)
    lost = [
        Lost(
            "event" if change.span in triggers else "entity",
            document.id,
            "loses the white space at its edges",
            f"{change.span.label} [{change.span.start}:{change.span.end}]",
            "noted",
        )
        for change in changes
        if change.trimmed is not None
    ]
    before, after = unit_counts(document), unit_counts(trimmed)
    for unit in UNITS:
        if (gone := before.get(unit, 0) - after.get(unit, 0)) > 0:
            lost.append(Lost(unit, document.id, "stands on white space alone, or is one with another", count=gone))
    return trimmed, lost
