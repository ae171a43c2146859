"""Offline runs read back: the records wandb's own messages parse, from the log its service wrote."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from wandb.proto.wandb_internal_pb2 import ArtifactRecord, Record


def records(folder: Path) -> list[Record]:
    """What is in the run's .wandb file once its service, which may end after us, has written the last of it."""
    (file,) = folder.glob("*.wandb")
    for _ in range(200):
        found = list(parsed(file.read_bytes()))
        if found and found[-1].HasField("exit"):
            return found
        time.sleep(0.05)
    raise AssertionError(f"{file} was never finished")


def parsed(data: bytes) -> Iterator[Record]:
    """LevelDB's log format behind a header of seven bytes."""
    at, parts = 7, b""
    while at + 7 <= len(data):
        if 32768 - at % 32768 < 7:
            at += 32768 - at % 32768
            continue
        length, kind = struct.unpack_from("<HB", data, at + 4)
        parts += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield Record.FromString(parts)
            parts = b""


def points(folder: Path) -> list[dict[str, float]]:
    """The logged points, without what the service adds."""
    rows = [
        {(item.key or ".".join(item.nested_key)): json.loads(item.value_json) for item in record.history.item}
        for record in records(folder)
        if record.HasField("history")
    ]
    return [{key: value for key, value in row.items() if not key.startswith("_")} for row in rows]


def settings(folder: Path) -> dict[str, object]:
    """What the run was told."""
    (run,) = (record.run for record in records(folder) if record.HasField("run"))
    return {item.key: json.loads(item.value_json) for item in run.config.update}


def summary(folder: Path) -> dict[str, object]:
    """The figures the run is listed with."""
    found = (item for record in records(folder) if record.HasField("summary") for item in record.summary.update)
    return {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in found}


def artifact(folder: Path, kind: str) -> ArtifactRecord:
    """The one artifact of that type."""
    (found,) = artifacts(folder, kind)
    return found


def artifacts(folder: Path, kind: str) -> list[ArtifactRecord]:
    """All artifacts of that type."""
    every = [either for r in records(folder) for either in (r.request.log_artifact.artifact, r.artifact)]
    return [artifact for artifact in every if artifact.type == kind]


def table(folder: Path, name: str) -> dict[str, list[list[object]]]:
    """A table: its columns and rows."""
    (file,) = (folder / "files" / "media" / "table").glob(f"{name}*.json")
    found: dict[str, list[list[object]]] = json.loads(file.read_text(encoding="utf-8"))
    return found
