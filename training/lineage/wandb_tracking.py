"""Experiment tracking with Weights & Biases: settings, curves, scores by type and lineage. The only import of `wandb`.

Offline without an API key: runs are stored under the output folder until `wandb sync` uploads them. No failure here
stops a training run.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import wandb

from training.config.environment import environment
from training.config.schema import TrackingConfig
from training.lineage.tensorboard_curves import TensorBoardCurves

_log = logging.getLogger(__name__)
_LONGEST_NAME = 128
"""Of an artifact, in characters."""
_SILENT = {"WANDB_SILENT": "true"}
"""Its settings come too late for what it prints while it looks for a key."""
_LARGEST_UPLOAD = 5_000_000_000
"""In bytes."""


class Tracker:
    """A tracked run. Without a run, or after its first failure, every method does nothing."""

    def __init__(
        self, run: wandb.Run | None = None, *, files: bool = True, board: TensorBoardCurves | None = None
    ) -> None:
        self._run, self._files, self._board = run, files, board

    @property
    def folder(self) -> Path | None:
        """The run's folder on disk, or None when nothing is tracked."""
        return Path(self._run.dir).parent if self._run else None

    def log(self, values: Mapping[str, float]) -> None:
        """Log one point of each curve; `epoch` among the values is the x axis."""
        if self._board:
            self._board.log(values)
        self._attempt(lambda run: run.log(dict(values)))

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Log a table, such as the scores by type."""
        data = [list(row) for row in rows]
        self._attempt(lambda run: run.log({name: wandb.Table(columns=list(columns), data=data)}))

    def summary(self, values: Mapping[str, float]) -> None:
        """Set summary figures, which lists of runs show."""
        self._attempt(lambda run: run.summary.update(dict(values)))

    def used(self, folder: Path, *, name: str, kind: str, about: Mapping[str, object]) -> None:
        """Record an input of the run, such as its snapshot, as an artifact."""

        def use(run: wandb.Run) -> None:
            artifact = self._artifact(folder, name, kind, about)
            if run.offline:
                _use_later(run, artifact)
            else:
                run.use_artifact(artifact)

        self._attempt(use)

    def made(
        self, folder: Path, *, name: str, kind: str, about: Mapping[str, object], aliases: Sequence[str] = ()
    ) -> None:
        """Record an output of the run, such as its model, as an artifact with the alias "latest" and `aliases`."""
        every = ["latest", *aliases]
        self._attempt(lambda run: run.log_artifact(self._artifact(folder, name, kind, about), aliases=every))

    def finish(self, *, failed: bool) -> None:
        """Close the run, as failed or successful."""
        if self._board:
            self._board.close()
        self._attempt(lambda run: run.finish(exit_code=int(failed)))

    def _artifact(self, folder: Path, name: str, kind: str, about: Mapping[str, object]) -> wandb.Artifact:
        """An artifact of the folder's files, or, by wish or where they are too large, of its address."""
        artifact = wandb.Artifact(artifact_name(name), kind, metadata=dict(about))
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        size = sum(path.stat().st_size for path in files)
        if not self._files or size > _LARGEST_UPLOAD:
            if self._files:
                _log.warning("%s has %.1f GB, too much to upload; its address is tracked", folder, size / 1e9)
            artifact.add_reference(folder.resolve().as_uri(), checksum=False)
            return artifact
        for path in files:  # not add_dir, which prints; neither a run's model nor a snapshot changes any more
            local = path.relative_to(folder).as_posix()
            artifact.add_file(str(path.resolve()), name=local, skip_cache=True, policy="immutable")
        return artifact

    def _attempt(self, action: Callable[[wandb.Run], object]) -> None:
        if self._run is None:
            return
        try:
            action(self._run)
        except Exception as error:  # noqa: BLE001  # its service fails in bare Exceptions, and training must go on
            self._run = None
            _log.warning("Weights & Biases stopped: %s; training goes on without it", _line(error))


@contextmanager
def tracking(
    config: TrackingConfig, *, output: Path, name: str, id: str, settings: Mapping[str, object]
) -> Iterator[Tracker]:
    """A tracker whose run closes at the end of the block. `settings` is the nested config; `id` makes it resumable."""
    run = _start(config, output=output, name=name, id=id, settings=settings)
    board = TensorBoardCurves(output / "tensorboard") if config.tensorboard else None
    tracker = Tracker(run, files=config.artifacts == "files", board=board)
    try:
        yield tracker
    except BaseException:
        tracker.finish(failed=True)
        raise
    tracker.finish(failed=False)


def mode(config: TrackingConfig) -> str:
    """The mode: online, offline or off. `auto` follows WANDB_MODE, else it is online if there is an API key."""
    if config.mode != "auto":
        return config.mode
    variable = os.environ.get("WANDB_MODE", "online" if os.environ.get("WANDB_API_KEY") else "offline")
    return variable if variable in ("online", "offline") else "off"


def _start(
    config: TrackingConfig, *, output: Path, name: str, id: str, settings: Mapping[str, object]
) -> wandb.Run | None:
    chosen = mode(config)
    if chosen == "off":
        return None
    try:
        with environment(_SILENT):
            run = wandb.init(
                project=config.project,
                entity=config.entity,
                group=config.group,
                tags=list(config.tags),
                name=name,
                id=id,
                resume="allow" if chosen == "online" else None,
                dir=output,
                config=dict(settings),
                mode="online" if chosen == "online" else "offline",
                settings=wandb.Settings(silent=True, console="off", disable_git=True, save_code=False),
            )
        run.define_metric("epoch")
        run.define_metric("*", step_metric="epoch")
    except Exception as error:  # noqa: BLE001  # its service fails in bare Exceptions, and training must go on
        _log.warning("Weights & Biases cannot start: %s; this run is not tracked (tracking=off says so)", _line(error))
        return None
    return run


def artifact_name(name: str) -> str:
    """The name as Weights & Biases takes it: ASCII letters, digits and `-_.`, at most 128.

    A name with other letters, such as Hebrew ones, gets a hash of it, so that two of them stay two.
    """
    safe = re.sub(r"[^0-9A-Za-z_.-]", "-", name)
    if name.isascii() and len(name) <= _LONGEST_NAME:
        return safe
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{re.sub('-+', '-', safe)[: _LONGEST_NAME - 9].rstrip('-')}-{digest}"


def _use_later(run: wandb.Run, artifact: wandb.Artifact) -> None:
    """Record a new artifact as an input of an offline run, which `use_artifact` refuses; `wandb sync` uploads it so.

    `log_artifact` would record it as an output.
    """
    run._log_artifact(artifact, is_user_created=True, use_after_commit=True)


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
