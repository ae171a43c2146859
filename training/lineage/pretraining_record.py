"""pretraining.json: what a folder of `naba pretrain` was made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from annotation.storage.documents_file import atomic

RECORD = "pretraining.json"


def write_record(folder: Path, record: Mapping[str, object]) -> None:
    """Write the record of what the folder holds."""
    with atomic(folder / RECORD) as file:
        json.dump(record, file, ensure_ascii=False, indent=2)


def read_record(folder: Path) -> Mapping[str, object] | None:
    """The record in the folder; None where there is none that can be read."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def may_have_read(folder: str, content: str) -> bool:
    """Whether what was pretrained may have read articles of the dev and test splits of the snapshot `content`."""
    record = read_record(Path(folder))
    held_out = record.get("held_out") if record else None
    return record is not None and not (isinstance(held_out, list) and content in held_out)
