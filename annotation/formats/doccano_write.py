"""Writer of doccano's JSON lines: for a project of sequence labelling with relations, as doccano imports them.

Offsets count code points, as the programs do that are trained with such files. Spans are objects under `entities`, and
roles and links are `relations`. What doccano does not know, such as the article's id and which labels are those of
events, is in columns of its own, which doccano keeps and exports again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from annotation.core.document import Document, Json
from annotation.formats.arrows import OWN, drawing_losses, drawn, own_labels
from annotation.formats.base import Lost, WriteOptions
from annotation.formats.json_values import json_line
from annotation.storage.documents_file import atomic


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write one text a line and return what the lines do not hold."""
    lost: list[Lost] = []
    with atomic(out) as file:
        for document in documents:
            file.write(json_line(_row(document)))
            lost += [*drawing_losses(document), *_shown_late(document)]
    return lost


def _row(document: Document) -> Json:
    spans = [*document.entities, *document.triggers]
    ids = {span: number for number, span in enumerate(spans)}
    return {
        "id": document.id,
        "text": document.text,
        "lang": document.language,
        "entities": [
            {"id": number, "label": span.label, "start_offset": span.start, "end_offset": span.end}
            for number, span in enumerate(spans)
        ],
        "relations": [
            {"id": number, "from_id": ids[a], "to_id": ids[b], "type": label}
            for number, (label, a, b) in enumerate(drawn(document))
        ],
        OWN: {**own_labels(document), "spans": [[span.start, span.end] for span in spans]},
    }


def _shown_late(document: Document) -> Iterator[Lost]:
    """A note on a text with marks that doccano's page shows elsewhere, since it counts UTF-16 units."""
    first = next((at for at, char in enumerate(document.text) if char > "\uffff"), len(document.text))
    if marks := sum(span.end > first for span in document.spans()):
        reason = "has marks after an emoji; doccano's page shows them too early unless it is set to count graphemes"
        yield Lost("document", document.id, reason, f"{marks} marks", "noted")
