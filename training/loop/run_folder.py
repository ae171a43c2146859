"""The folder of one training run: its record, its checkpoints, and its model, which is written atomically.

output/run.json      the id and the record: configuration, seed and snapshot, which must be equal to resume the run;
                     and the stages, where a finished run was taken further
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
from dataclasses import asdict, dataclass
from pathlib import Path

from annotation.core import json_text
from annotation.core.document import Json
from annotation.core.errors import UsageError
from annotation.storage.documents_file import atomic, new_file_mode
from annotation.storage.json_file import read_object
from training.config.schema import up_to_date

_log = logging.getLogger(__name__)
STATE = "trainer_state.json"
RUN_FILE, RUN_ID, METRICS = "run.json", "run_id", "metrics.json"
"""The run's record; in the model's folder, the id of the run that made it, and its scores on dev."""


@dataclass(frozen=True)
class Stage:
    """A finished run of that id, which was taken further after `epochs` epochs."""

    id: str
    epochs: int


@dataclass(frozen=True)
class RunFolder:
    """The folder of a run, for one configuration. `id` stays the same when the run is resumed.

    stages: the finished models that this one goes on from, the last of them in the folder until it is replaced.
    """

    path: Path
    id: str
    stages: tuple[Stage, ...] = ()

    @classmethod
    def claim(cls, path: Path, record: Json, *, resume: bool) -> RunFolder:
        """Claim the folder for the run that `record` describes, in plain JSON values: `plan` and `begin`."""
        return cls.plan(path, record, resume=resume).begin(record)

    @classmethod
    def plan(cls, path: Path, record: Json, *, resume: bool) -> RunFolder:
        """The folder as the run that `record` describes would use it; nothing is written.

        With `resume`, the files of the same run are kept, and a finished run with fewer epochs is taken further; raises
        UsageError with the differences when there is work of another run.
        """
        file = path / RUN_FILE
        new = uuid.uuid4().hex[:12]
        if not resume or not file.exists():
            return cls(path, new)
        id, old, stages = _read(file)
        before, record = up_to_date(old), up_to_date(json.loads(json.dumps(record)))
        folder = cls(path, id, stages)
        differences = list(_differences(before, record))
        if not differences:
            return folder
        if folder.finished() and (epochs := _epochs_before(before, record)):
            return cls(path, new, (*stages, Stage(id, epochs)))
        if folder.holds_work():
            raise UsageError(
                f"{path} holds another run ({'; '.join(differences[:5])}); "
                "choose another name=, or resume=false to start again there"
            )
        return cls(path, new)

    def begin(self, record: Json, begun: Json | None = None) -> RunFolder:
        """Write what `plan` found. The checkpoints of another run are removed; an old model stays until a new one is
        finished. begun: what else is recorded of a run at its start, which need not be equal to resume it."""
        file = self.path / RUN_FILE
        if not file.exists() or _read(file)[0] != self.id:
            shutil.rmtree(self.checkpoints, ignore_errors=True)
            stages = {"stages": [asdict(stage) for stage in self.stages]} if self.stages else {}
            with atomic(file) as out:
                row = {"id": self.id, **stages, "record": record, **({"begun": begun} if begun else {})}
                json_text.dump(row, out, indent=2)
        return self.tidied()

    @property
    def epochs_before(self) -> int:
        """Epochs of the finished run that this one goes on from, 0 where there is none."""
        return self.stages[-1].epochs if self.stages else 0

    def tidied(self) -> RunFolder:
        """The same folder, after removing partial and outdated files of a killed run."""
        for leftover in self.path.glob(f".{RUN_FILE}.*"):
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
        return self.model.exists() or any(self.checkpoints.glob(f"**/{STATE}"))

    def finished(self) -> bool:
        """Whether the model in the folder is of this run."""
        marker = self.model / RUN_ID
        return marker.is_file() and marker.read_text(encoding="utf-8") == self.id

    def checkpoint(self, phase: str = "") -> Path | None:
        """The newest complete checkpoint (Trainer writes its state last), or None; removes incomplete newer ones.

        phase: the name of a phase before the last one.
        """
        folders = (self.checkpoints / phase).glob("checkpoint-*")
        checkpoints = sorted(folders, key=lambda path: int(path.name.rpartition("-")[2]))
        while checkpoints and not _whole(checkpoints[-1] / STATE):
            shutil.rmtree(checkpoints.pop())
        return checkpoints[-1] if checkpoints else None

    def publish(self, write: Callable[[Path], None]) -> Path:
        """Have `write` fill a new folder, move it into place as the model, and remove the checkpoints."""
        self.tidied()
        self._partial.mkdir(parents=True)
        write(self._partial)
        (self._partial / RUN_ID).write_text(self.id, encoding="utf-8")
        for file in filter(Path.is_file, self._partial.rglob("*")):
            file.chmod(new_file_mode())  # safetensors are written for their owner alone
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


def _read(file: Path) -> tuple[str, Json, tuple[Stage, ...]]:
    """The id, the record and the earlier stages of the run that the file describes."""
    try:
        row = read_object(file)
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: cannot be read: {error}; resume=false starts again there") from error
    if not isinstance(row.get("record"), dict) or "id" not in row:
        raise UsageError(f"{file}: does not describe a run; resume=false starts again there")
    return str(row["id"]), row["record"], tuple(Stage(**stage) for stage in row.get("stages", ()))


def _whole(file: Path) -> bool:
    try:
        return isinstance(json_text.syntax(file.read_text(encoding="utf-8")), dict)
    except (OSError, ValueError):
        return False


def _epochs_before(old: Json, new: Json) -> int | None:
    """The epochs of an old record that a new one differs from in having more of them alone, else None."""
    before, after = old.get("fit"), new.get("fit")
    if not isinstance(before, dict) or not isinstance(after, dict) or {**old, "fit": after} != new:
        return None
    epochs = before.get("epochs")
    same = {**before, "epochs": after.get("epochs")} == after
    return epochs if same and isinstance(epochs, int) and epochs < after["epochs"] else None


def _differences(old: object, new: object, path: str = "") -> Iterator[str]:
    """The differences of two JSON values, each as `path old, not new`."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}".lstrip("."))
    elif old != new:
        yield f"{path} {old}, not {new}"
