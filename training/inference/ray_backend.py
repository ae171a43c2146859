"""An archive predicted as a Ray Data job: on this machine, or on the cluster that RAY_ADDRESS names.

Files are read by tasks, chunk by chunk, and marked by copies of the model, by the very function that one process uses
and on the same chunks; they come back in their order. So what is written is the same, and so is going on where it
stopped. On a cluster every machine needs naba, and the model and the archive under the same paths.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from annotation.core.document_json import from_json
from annotation.core.errors import NabaError, UsageError
from annotation.storage.documents_file import line
from training.config.schema import PredictConfig
from training.inference.document_source import CHARACTERS, DocumentSource, Piece, Position

Rows: TypeAlias = dict[str, NDArray[Any]]
"""Columns of equal length, as Ray Data hands them on."""

_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
"""Ray tells nobody how it is used, and leaves it to naba to say how far it is."""


def ray_pieces(run: PredictConfig, archive: DocumentSource, start: Position) -> Iterator[Piece]:
    """The archive's pieces from `start` on, as `training.commands.predict.pieces` has them.

    Raises UsageError where Ray is not installed, or a file is at fault.
    """
    with _started():
        import ray
        from ray.data import ActorPoolStrategy

        run = replace(run, model=str(Path(run.model).resolve()))  # workers are in folders of their own
        archive = DocumentSource(tuple(path.resolve() for path in archive.files))
        parts = [{"file": n, "row": start.row if n == start.file else 0} for n in range(len(archive.files))]
        source = ray.data.from_items(parts[start.file :], override_num_blocks=len(parts) - start.file)
        workers = _Workers.of(ray.cluster_resources(), run)  # type: ignore[no-untyped-call]
        read = cast(Any, partial(_read, archive, run.batch_size))
        found = source.map_batches(read, batch_size=1, num_cpus=0).map_batches(
            _Worker,
            batch_size=1,
            fn_constructor_args=(run,),
            compute=ActorPoolStrategy(size=workers.copies),
            num_cpus=workers.cpus,
            num_gpus=workers.gpus,
        )
        found.context.execution_options.preserve_order = True
        found.context.target_max_block_size = CHARACTERS  # about a chunk, so that they spread over the workers
        found.context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)  # it sets up its logging with the first data set
        try:
            for row in found.iter_rows():
                if row["fault"]:
                    raise UsageError(row["fault"])
                yield Piece(row["lines"], row["documents"], Position(row["file"], row["row"]))
        except ray.exceptions.RayError as error:
            raise UsageError(f"engine=ray: the job failed: {str(error).strip().splitlines()[-1]}") from error


class _Workers(NamedTuple):
    """How many copies of the model there are, and what each takes."""

    copies: int
    cpus: int
    gpus: int

    @classmethod
    def of(cls, resources: Mapping[str, float], run: PredictConfig) -> _Workers:
        """On GPUs where there are some and they may be used."""
        gpus, threads = int(resources.get("GPU", 0)), run.threads or 1
        if gpus and run.device == "auto":
            return cls(min(run.workers or gpus, gpus), 0, 1)
        most = max(1, int(resources.get("CPU", 1)) // threads)
        return cls(min(run.workers or most, most), threads, 0)


def _read(archive: DocumentSource, batch_size: int, part: Rows) -> Iterator[Rows]:
    """The chunks of one file; where it is at fault, a row that says so and no more."""
    number, row = (int(part[name].item()) for name in ("file", "row"))
    try:
        for chunk in archive.file(number, batch_size, row):
            lines = "".join(map(line, chunk.documents))
            yield _row(Piece(lines, len(chunk.documents), chunk.after))
    except NabaError as error:
        yield _row(Piece("", 0, Position(number, row)), fault=str(error))


class _Worker:
    """A copy of the model. Without threads of its own to count on, it takes one."""

    def __init__(self, run: PredictConfig) -> None:
        from training.inference.loading import load_predictor

        self.finder = load_predictor(replace(run, threads=run.threads or 1))

    def __call__(self, rows: Rows) -> Rows:
        if rows["fault"][0]:
            return rows
        documents = [from_json(json.loads(said)) for said in str(rows["lines"][0]).splitlines()]
        found = self.finder.find(documents)
        return {**rows, "lines": np.array(["".join(map(line, found))], dtype=object)}


def _row(piece: Piece, fault: str = "") -> Rows:
    values = {"lines": piece.lines, "documents": piece.documents, **piece.after._asdict(), "fault": fault}
    return {
        name: np.array([value], dtype=object if isinstance(value, str) else np.int64) for name, value in values.items()
    }


@contextmanager
def _started() -> Iterator[None]:
    """Ray, started if nobody has; what was started here is stopped again."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise UsageError("engine=ray: Ray Data is not installed; pip install 'naba[ray]'") from error
    mine = not ray.is_initialized()
    if mine:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    try:
        yield
    finally:
        if mine:
            ray.shutdown()
