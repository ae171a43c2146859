"""A model made ready on the machine that is there, and what it finds in Documents, with progress shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import torch
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from annotation import terminal
from annotation.core.errors import UsageError
from training.config.schema import EvaluateConfig, PredictConfig, ReleaseConfig
from training.encoding.encoding import Encoding
from training.lineage.release_record import unchanged
from training.model.event_extractor import EventExtractor
from training.predict import Finder, load

_log = logging.getLogger(__name__)
_TOLD = 1000

READER = "reader.onnx"

T = TypeVar("T")


def ready(path: str, run: EvaluateConfig | PredictConfig | ReleaseConfig) -> tuple[EventExtractor, Encoding]:
    """The model in that folder, on the device and threads that are wanted.

    Raises UsageError when it is not whole, or was released and has changed since.
    """
    if run.threads:
        torch.set_num_threads(run.threads)
    unchanged(Path(path))
    model, encoding = load(path)
    if run.device == "auto" and torch.cuda.is_available():
        torch.nn.Module.to(model, "cuda")
    return model, encoding


def found_by(run: PredictConfig) -> Finder:
    """What marks documents: the model in that folder, or the graphs it was exported to. Raises UsageError."""
    if (Path(run.model) / READER).is_file():
        from training import onnx_model

        if run.precision == "bf16":
            raise UsageError(f"{run.model}: precision=bf16 is for models, not graphs exported from them; leave it out")
        return onnx_model.finder(
            Path(run.model), batch_size=run.batch_size, threads=run.threads, cpu=run.device == "cpu"
        )
    return Finder.of(*ready(run.model, run), batch_size=run.batch_size, precision=run.precision)


def watched(items: Iterable[T], count: Callable[[T], int] = lambda _: 1) -> Iterator[T]:
    """The same items, their documents counted on a terminal, and in a line now and then elsewhere.

    `count` says how many documents an item stands for.
    """
    columns = (SpinnerColumn(), TextColumn("documents"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal.err, transient=True, disable=not terminal.err.is_terminal) as bar:
        task = bar.add_task("", total=None)
        done = 0
        for item in items:
            told, done = done // _TOLD, done + count(item)
            bar.update(task, completed=done)
            if done // _TOLD > told:
                _log.info("%d documents done", done)
            yield item
