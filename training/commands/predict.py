"""The work behind `naba predict`: Documents in, a file of the same Documents with predicted annotations out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotation import terminal
from annotation.core.errors import UsageError
from annotation.storage.documents_file import atomic, line
from annotation.storage.special_files import is_stdout
from annotation.terminal import with_progress
from training.config.trained import PredictConfig
from training.inference import ray_backend
from training.inference.document_source import DocumentSource, Piece, Position
from training.inference.loading import load_predictor
from training.inference.predictor import Predictor
from training.inference.resumable_output import Resumable
from training.model.mixed_precision import uses_bf16


def predict(run: PredictConfig) -> int:
    """Write every document of `input` with predicted annotations, and return their number.

    An interrupted run is resumed where it stopped, and writes the same bytes. An output of "-" is standard output.
    Raises UsageError for unreadable files.
    """
    return write_predictions(run, load_predictor(run))


def write_predictions(run: PredictConfig, predictor: Predictor) -> int:
    """As `predict`, with a predictor that is loaded already."""
    archive = DocumentSource.open(Path(run.input))
    if Path(run.output).resolve().is_relative_to(Path(run.input).resolve()):
        raise UsageError(f"{run.output}: is in what is read; choose another output=")
    if is_stdout(run.output):
        return _printed(run, predictor, archive)
    with Resumable.open(run.output, _task(run, predictor, archive)) as file:
        for piece in _pieces(run, predictor, archive, file.place):
            file.add(*piece)
        count = file.finish()
    terminal.say(f"{count} documents: {run.output}")
    return count


def _printed(run: PredictConfig, predictor: Predictor, archive: DocumentSource) -> int:
    count = 0
    with atomic("-") as file:
        for piece in _pieces(run, predictor, archive, Position()):
            file.write(piece.lines)
            count += piece.documents
    return count


def _pieces(run: PredictConfig, predictor: Predictor, archive: DocumentSource, start: Position) -> Iterator[Piece]:
    """The predicted pieces by the engine of the configuration, while progress is shown."""
    ray = run.engine == "ray"
    pieces = ray_backend.ray_pieces(run, archive, start) if ray else predicted_pieces(predictor, archive, start)
    yield from with_progress(pieces, lambda piece: piece.documents)


def predicted_pieces(predictor: Predictor, archive: DocumentSource, start: Position) -> Iterator[Piece]:
    """The predicted chunks of the archive, from `start` on."""
    for documents, after in archive.chunks(predictor.batch_size, start):
        yield Piece("".join(map(line, predictor.predict(documents))), len(documents), after)


def _task(run: PredictConfig, predictor: Predictor, archive: DocumentSource) -> dict[str, object]:
    """What must be equal for a partial file to be resumed."""
    kind = f"{type(predictor.model).__name__} on {predictor.model.device.type}"
    if uses_bf16(predictor.precision, predictor.model.device):
        kind += " in bf16"
    model = {"version": predictor.version, "scales": str(predictor.scales), "kind": kind}
    return {"model": model, "batch_size": run.batch_size, "input": archive.identity()}
