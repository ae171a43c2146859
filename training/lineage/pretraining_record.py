"""pretraining.json: what a folder of `naba pretrain` was made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from annotation.core import json_text
from annotation.storage.documents_file import atomic
from annotation.storage.json_file import read_object

RECORD = "pretraining.json"


def write_record(folder: Path, record: Mapping[str, object]) -> None:
    """Write the record of what the folder holds."""
    with atomic(folder / RECORD) as file:
        json_text.dump(record, file, indent=2)


def read_record(folder: Path) -> Mapping[str, object] | None:
    """The record in the folder; None where there is none that can be read."""
    try:
        return read_object(folder / RECORD)
    except (OSError, ValueError):
        return None


def may_have_read(folder: str, content: str) -> bool:
    """Whether what was pretrained may have read articles of the dev and test splits of the snapshot `content`."""
    record = read_record(Path(folder))
    held_out = record.get("held_out") if record else None
    return record is not None and not (isinstance(held_out, list) and content in held_out)
