"""The folder of one training run: its record, its checkpoints, and its model, which is written atomically.

output/run.json      the id and the record: configuration, seed and snapshot, which must be equal to resume the run
output/checkpoints/  the best and the last one; removed when the model is finished
output/model/        moved into place in one step
output/wandb/        offline runs
"""

from __future__ import annotations

import json
import logging
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from annotation.core.document import Json
from annotation.core.errors import UsageError
from annotation.storage.documents_file import atomic
from training.config.schema import up_to_date

_log = logging.getLogger(__name__)
_STATE = "trainer_state.json"


@dataclass(frozen=True)
class RunFolder:
    """The folder of a run, claimed for one configuration. `id` stays the same when the run is resumed."""

    path: Path
    id: str

    @classmethod
    def claim(cls, path: Path, record: Json, *, resume: bool) -> RunFolder:
        """Claim the folder for the run that `record` describes, in plain JSON values.

        With `resume`, the files of the same run are kept; raises UsageError with the differences when there is work of
        another run. Without, checkpoints are removed, and an old model stays until the new one is finished.
        """
        record = json.loads(json.dumps(record))
        file = path / "run.json"
        if resume and file.exists():
            id, old = _read(file)
            differences = list(_differences(up_to_date(old), up_to_date(record)))
            if differences and cls(path, id).holds_work():
                raise UsageError(
                    f"{path} holds another run ({'; '.join(differences[:5])}); "
                    "choose another name=, or resume=false to start again there"
                )
            if not differences:
                return cls(path, id).tidied()
        folder = cls(path, uuid.uuid4().hex[:12])
        shutil.rmtree(folder.checkpoints, ignore_errors=True)
        with atomic(file) as out:
            json.dump({"id": folder.id, "record": record}, out, ensure_ascii=False, indent=2)
        return folder.tidied()

    def tidied(self) -> RunFolder:
        """The same folder, after removing partial and outdated files of a killed run."""
        for leftover in self.path.glob(".run.json.*"):
            leftover.unlink(missing_ok=True)
        for leftover in (self._partial, self._old, *([self.checkpoints] if self.finished() else [])):
            shutil.rmtree(leftover, ignore_errors=True)
        return self

    @property
    def model(self) -> Path:
        """The folder of the finished model."""
        return self.path / "model"

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return self.path / "checkpoints"

    def holds_work(self) -> bool:
        """Whether there is a model or a checkpoint: a run that ended at once, for a wrong setting, leaves neither."""
        return self.model.exists() or any(self.checkpoints.glob(f"**/{_STATE}"))

    def finished(self) -> bool:
        """Whether the model in the folder is of this run."""
        marker = self.model / "run_id"
        return marker.is_file() and marker.read_text(encoding="utf-8") == self.id

    def checkpoint(self, phase: str = "") -> Path | None:
        """The newest complete checkpoint (Trainer writes its state last), or None; removes incomplete newer ones.

        phase: the name of a phase before the last one.
        """
        folders = (self.checkpoints / phase).glob("checkpoint-*")
        checkpoints = sorted(folders, key=lambda path: int(path.name.rpartition("-")[2]))
        while checkpoints and not _whole(checkpoints[-1] / _STATE):
            shutil.rmtree(checkpoints.pop())
        return checkpoints[-1] if checkpoints else None

    def publish(self, write: Callable[[Path], None]) -> Path:
        """Have `write` fill a new folder, move it into place as the model, and remove the checkpoints."""
        self.tidied()
        self._partial.mkdir(parents=True)
        write(self._partial)
        (self._partial / "run_id").write_text(self.id, encoding="utf-8")
        if self.model.exists():
            self.model.rename(self._old)
        self._partial.rename(self.model)
        self.tidied()
        return self.model

    @property
    def _partial(self) -> Path:
        return self.path / ".model-partial"

    @property
    def _old(self) -> Path:
        return self.path / ".model-old"


def _read(file: Path) -> tuple[str, Json]:
    """The id and the record of the run that the file describes."""
    try:
        row = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: cannot be read: {error}; resume=false starts again there") from error
    if not isinstance(row, dict) or not isinstance(row.get("record"), dict) or "id" not in row:
        raise UsageError(f"{file}: does not describe a run; resume=false starts again there")
    return str(row["id"]), row["record"]


def _whole(file: Path) -> bool:
    try:
        return isinstance(json.loads(file.read_text(encoding="utf-8")), dict)
    except (OSError, ValueError):
        return False


def _differences(old: object, new: object, path: str = "") -> Iterator[str]:
    """The differences of two JSON values, each as `path old, not new`."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}".lstrip("."))
    elif old != new:
        yield f"{path} {old}, not {new}"
