"""Writer of Label Studio's raw JSON: one task for each article, with an annotation or prediction for each Document.

The file can be imported into a project made by `naba push`: its regions are those of naba. Label Studio stores the
titles of roles and links that it shows; without titles, arrows hold codes, which other projects may show as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from annotation.core import json_text
from annotation.core.document import Document
from annotation.formats.base import Lost, WriteOptions
from annotation.labelstudio.convert.convert import check_text, to_result, to_task_data
from annotation.storage.documents_file import atomic


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write one list of tasks and return the articles that Label Studio cannot hold."""
    lost: list[Lost] = []
    tasks: dict[tuple[str, str], dict[str, list[object]]] = {}
    data: dict[tuple[str, str], dict[str, object]] = {}
    for document in documents:
        if faults := check_text(document.text):
            lost.append(Lost("document", document.id, "; ".join(faults)))
            continue
        key = document.id, document.text_sha256
        data.setdefault(key, to_task_data(document))
        provenance = document.provenance
        row: dict[str, object] = {"result": to_result(document, titles=how.titles)}
        if provenance and provenance.model_version:
            tasks.setdefault(key, {}).setdefault("predictions", []).append(
                {**row, "model_version": provenance.model_version}
            )
        else:
            properties = (
                {"created_username": provenance.annotator, "lead_time": provenance.lead_time} if provenance else {}
            )
            row |= {name: value for name, value in properties.items() if value is not None}
            tasks.setdefault(key, {}).setdefault("annotations", []).append(row)
    with atomic(out) as file:
        rows = [{"id": at, "data": data[key], **task} for at, (key, task) in enumerate(tasks.items(), start=1)]
        json_text.dump(rows, file, indent=1)
    return lost
