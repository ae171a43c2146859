"""Spans without the white space at their edges, for formats that count in words, and what that changes."""

from __future__ import annotations

from annotation.core.document import Document
from annotation.formats.base import UNITS, Lost, Unit, unit_counts
from annotation.formats.tokenization import trim_spans


def trim(document: Document) -> tuple[Document, list[Lost]]:
    """The Document with trimmed spans, and each item that changed or went."""
    kept, said = trim_spans(document)
    triggers = {f"{span.label} [{span.start}:{span.end}]" for span in document.triggers}
    lost: list[Lost] = []
    for line in said:
        place, _, change = line.partition("] ")
        if change.startswith("loses"):
            unit: Unit = "event" if f"{place}]" in triggers else "entity"
            lost.append(Lost(unit, document.id, "loses the white space at its edges", f"{place}]", "noted"))
    before, after = unit_counts(document), unit_counts(kept)
    for part in UNITS:
        if (gone := before.get(part, 0) - after.get(part, 0)) > 0:
            lost.append(Lost(part, document.id, "stands on white space alone, or is one with another", count=gone))
    return kept, lost
