"""Weights & Biases: what a run was told, its curves, its scores by type, what it was made from. The one import of it.

Offline unless there is a key; offline runs lie under the output folder until `wandb sync` sends them. Nothing that
goes wrong here stops a training run.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import wandb

from training.config.schema import TrackingConfig

_log = logging.getLogger(__name__)


class Tracker:
    """A run being written, or none at all: then everything does nothing."""

    def __init__(self, run: wandb.Run | None = None) -> None:
        self._run = run

    @property
    def folder(self) -> Path | None:
        """Where the run is kept on disk, or None when nothing is tracked."""
        return Path(self._run.dir).parent if self._run else None

    def log(self, values: Mapping[str, float]) -> None:
        """One point of each curve. `epoch` among the values is the common axis."""
        self._attempt(lambda run: run.log(dict(values)))

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table, such as the scores of each type."""
        data = [list(row) for row in rows]
        self._attempt(lambda run: run.log({name: wandb.Table(columns=list(columns), data=data)}))

    def summary(self, values: Mapping[str, float]) -> None:
        """The figures the run is listed with."""
        self._attempt(lambda run: run.summary.update(dict(values)))

    def used(self, folder: Path, *, name: str, kind: str, about: Mapping[str, object]) -> None:
        """What the run was made from."""
        artifact = _reference(folder, name, kind, about)
        self._attempt(lambda run: _use_later(run, artifact) if run.offline else run.use_artifact(artifact))

    def made(
        self, folder: Path, *, name: str, kind: str, about: Mapping[str, object], aliases: Sequence[str] = ()
    ) -> None:
        """What came out of the run, and what else its newest version is to be called."""
        artifact = _reference(folder, name, kind, about)
        self._attempt(lambda run: run.log_artifact(artifact, aliases=["latest", *aliases]))

    def finish(self, *, failed: bool) -> None:
        """Close the run."""
        self._attempt(lambda run: run.finish(exit_code=int(failed)))

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
    """A run that is closed when the block ends. `settings` is what it was told, nested; `id` makes it resumable."""
    tracker = Tracker(_start(config, output=output, name=name, id=id, settings=settings))
    try:
        yield tracker
    except BaseException:
        tracker.finish(failed=True)
        raise
    tracker.finish(failed=False)


def mode(config: TrackingConfig) -> str:
    """online, offline or off: `auto` goes by the key, and by WANDB_MODE where that is set."""
    if config.mode != "auto":
        return config.mode
    told = os.environ.get("WANDB_MODE", "online" if os.environ.get("WANDB_API_KEY") else "offline")
    return told if told in ("online", "offline") else "off"


def _start(
    config: TrackingConfig, *, output: Path, name: str, id: str, settings: Mapping[str, object]
) -> wandb.Run | None:
    chosen = mode(config)
    if chosen == "off":
        return None
    try:
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


def _reference(folder: Path, name: str, kind: str, about: Mapping[str, object]) -> wandb.Artifact:
    """The folder by its address: the files stay where they are, and naba's own hash tells contents apart."""
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
    artifact = wandb.Artifact(safe, kind, metadata=dict(about))
    artifact.add_reference(folder.resolve().as_uri(), checksum=False)
    return artifact


def _use_later(run: wandb.Run, artifact: wandb.Artifact) -> None:
    """What use_artifact does with an artifact that is new, which it refuses to do offline: `wandb sync` then knows it
    for what went into the run, where log_artifact would have it come out."""
    run._log_artifact(artifact, is_user_created=True, use_after_commit=True)


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
