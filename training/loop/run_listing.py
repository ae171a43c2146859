"""The runs below a folder as their files describe them, read without torch and changed by nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from annotation.core.document import Json
from annotation.core.errors import UsageError
from annotation.storage.json_file import read_object
from training.config.schema import up_to_date
from training.loop.run_folder import METRICS, RUN_FILE, RUN_ID, STATE

_OF_A_RUN = ("model", "checkpoints", "wandb", "report")
"""Folders of a run that hold no other runs."""


@dataclass(frozen=True)
class ListedRun:
    """A run: its folder, the dotted settings it was made with, and how far it is.

    step: of the last checkpoint, None where there is none. when: the time of the model, the checkpoint or the start.
    scores: F1 (0..1) of each unit on dev, empty while it is not finished.
    """

    folder: Path
    settings: Mapping[str, object] = field(repr=False)
    finished: bool
    step: int | None
    when: datetime
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Listing:
    """The runs below a folder.

    several: the folders that hold the runs of several seeds. damaged: why a folder cannot be read.
    """

    runs: Sequence[ListedRun]
    several: frozenset[Path]
    damaged: Mapping[Path, str]

    @classmethod
    def of(cls, folder: Path) -> Listing:
        """Those in the folder and below it, by path. Raises UsageError when there is no such folder."""
        runs, several, damaged = [], set(), {}
        for path in sorted(_run_folders(folder)):
            try:
                run = _read(path)
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                damaged[path] = f"{type(error).__name__}: {' '.join(str(error).split())}"
                continue
            if run.settings.get("seeds"):
                several.add(path)
            else:
                runs.append(run)
        return cls(runs, frozenset(several), damaged)


def _run_folders(folder: Path) -> Iterator[Path]:
    """Every folder with the record of a run. Raises UsageError when there is no such folder to look into."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; name one with runs, such as outputs or multirun")
    for place, folders, files in os.walk(folder):
        if RUN_FILE in files:
            yield Path(place)
            folders[:] = [name for name in folders if name not in _OF_A_RUN]
        folders[:] = [name for name in folders if not name.startswith(".")]


def _read(path: Path) -> ListedRun:
    row = read_object(path / RUN_FILE)
    settings = dict(_dotted(_with_snapshot(up_to_date(row["record"]))))
    marker = path / "model" / RUN_ID
    if marker.is_file() and marker.read_text(encoding="utf-8") == row["id"]:
        metrics = path / "model" / METRICS
        units = read_object(metrics)["micro"]
        scores = {unit: float(prf["f1"]) for unit, prf in units.items()}
        return ListedRun(path, settings, True, None, _time(metrics), scores)
    last = _last_state(path / "checkpoints")
    step = int(last.parent.name.rpartition("-")[2]) if last else None
    return ListedRun(path, settings, False, step, _time(last or path / RUN_FILE), {})


def _last_state(checkpoints: Path) -> Path | None:
    """The state of the newest checkpoint, which Trainer writes last; phases before the last have their own folder."""
    return max(checkpoints.glob(f"**/checkpoint-*/{STATE}"), key=_time, default=None)


def _with_snapshot(record: Json) -> Json:
    """The record with its snapshot in one value: the name, and the content's first digits."""
    snapshot = record.get("snapshot")
    if not isinstance(snapshot, Mapping):
        return record
    return {**record, "snapshot": f"{snapshot['name']} ({str(snapshot['content'])[:8]})"}


def _dotted(record: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _time(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime)
