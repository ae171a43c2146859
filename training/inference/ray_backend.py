"""Ray backend: prediction as a Ray Data job, on this machine or on the cluster that RAY_ADDRESS names.

Tasks read the files in chunks, and copies of the model predict on them, with the same function and chunks as in one
process. The chunks come back in order, so the output is the same, and an interrupted job can be resumed. On a cluster
every machine needs naba, and the model and the source under the same paths.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from annotation import terminal
from annotation.core.document_json import from_json
from annotation.core.errors import NabaError, UsageError
from annotation.storage.documents_file import line
from training.config.environment import environment
from training.config.trained import PredictConfig
from training.inference.document_source import CHARACTERS, DocumentSource, Piece, Position

Rows: TypeAlias = dict[str, NDArray[Any]]
"""Columns of equal length, as Ray Data passes them."""

_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
"""Environment variables that disable Ray's usage statistics and its log lines."""


def ray_pieces(run: PredictConfig, archive: DocumentSource, start: Position) -> Iterator[Piece]:
    """The predicted pieces from `start` on, equal to those of `training.commands.predict.predicted_pieces`.

    Raises UsageError when Ray is not installed, a file is faulty, or the job fails.
    """
    with environment(_QUIET, override=False), _started():
        import ray
        from ray.data import ActorPoolStrategy

        run = replace(run, model=str(Path(run.model).resolve()))  # workers run in other folders
        archive = DocumentSource(tuple(path.resolve() for path in archive.files))
        parts = [{"file": n, "row": start.row if n == start.file else 0} for n in range(len(archive.files))]
        source = ray.data.from_items(parts[start.file :], override_num_blocks=len(parts) - start.file)
        workers = _Workers.of(ray.cluster_resources(), run)  # type: ignore[no-untyped-call]
        read = cast(Any, partial(_read, archive, run.batch_size))
        dataset = source.map_batches(read, batch_size=1, num_cpus=0).map_batches(
            _Worker,
            batch_size=1,
            fn_constructor_args=(run,),
            compute=ActorPoolStrategy(size=workers.copies),
            num_cpus=workers.cpus,
            num_gpus=workers.gpus,
        )
        dataset.context.execution_options.preserve_order = True
        dataset.context.target_max_block_size = CHARACTERS  # about a chunk, so that chunks spread over the workers
        dataset.context.enable_progress_bars = False
        try:
            with terminal.logger_level("ray.data", logging.ERROR):  # the first data set above has set another level
                for row in dataset.iter_rows():
                    if row["fault"]:
                        raise UsageError(row["fault"])
                    yield Piece(row["lines"], row["documents"], Position(row["file"], row["row"]))
        except ray.exceptions.RayError as error:
            raise UsageError(f"engine=ray: the job failed: {str(error).strip().splitlines()[-1]}") from error


class _Workers(NamedTuple):
    """The number of copies of the model, and the CPUs and GPUs of each."""

    copies: int
    cpus: int
    gpus: int

    @classmethod
    def of(cls, resources: Mapping[str, float], run: PredictConfig) -> _Workers:
        """Workers on GPUs when the cluster has some and `run.device` allows them, else on CPUs."""
        gpus, threads = int(resources.get("GPU", 0)), run.threads or 1
        if gpus and run.device == "auto":
            return cls(min(run.workers or gpus, gpus), 0, 1)
        most = max(1, int(resources.get("CPU", 1)) // threads)
        return cls(min(run.workers or most, most), threads, 0)


def _read(archive: DocumentSource, batch_size: int, part: Rows) -> Iterator[Rows]:
    """The chunks of one file as rows; for a faulty file, a last row with the error."""
    number, row = (int(part[name].item()) for name in ("file", "row"))
    try:
        for chunk in archive.file(number, batch_size, row):
            lines = "".join(map(line, chunk.documents))
            yield _row(Piece(lines, len(chunk.documents), chunk.after))
    except NabaError as error:
        yield _row(Piece("", 0, Position(number, row)), fault=str(error))


class _Worker:
    """A copy of the model, on one thread unless the configuration sets more."""

    def __init__(self, run: PredictConfig) -> None:
        from training.inference.loading import load_predictor

        self.predictor = load_predictor(replace(run, threads=run.threads or 1))

    def __call__(self, rows: Rows) -> Rows:
        if rows["fault"][0]:
            return rows
        documents = [from_json(json.loads(text)) for text in str(rows["lines"][0]).splitlines()]
        predicted = self.predictor.predict(documents)
        return {**rows, "lines": np.array(["".join(map(line, predicted))], dtype=object)}


def _row(piece: Piece, fault: str = "") -> Rows:
    values = {"lines": piece.lines, "documents": piece.documents, **piece.after._asdict(), "fault": fault}
    return {
        name: np.array([value], dtype=object if isinstance(value, str) else np.int64) for name, value in values.items()
    }


@contextmanager
def _started() -> Iterator[None]:
    """Start Ray unless it runs already, and stop it afterwards if it was started here."""
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise UsageError("engine=ray: Ray Data is not installed; pip install 'naba[ray]'") from error
    started_here = not ray.is_initialized()
    if started_here:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    try:
        yield
    finally:
        if started_here:
            ray.shutdown()
