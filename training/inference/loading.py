"""Loading of trained models and exported graphs, on the device and threads of the configuration."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from annotation.core.errors import UsageError
from training.config.trained import EvaluateConfig, PredictConfig, ReleaseConfig
from training.encoding.encoding import Encoding
from training.inference import onnx_backend
from training.inference.predictor import Predictor, model_scales
from training.lineage.model_folder import READER, require_model
from training.lineage.release_record import unchanged
from training.model.devices import device_of
from training.model.event_extractor import EventExtractor


def load_on_device(path: str, run: EvaluateConfig | PredictConfig | ReleaseConfig) -> tuple[EventExtractor, Encoding]:
    """The model in the folder `path` with its encoding, on the configured device and threads.

    Raises UsageError when it is incomplete, or was released and has changed since, or there is no such device.
    """
    if run.threads:
        torch.set_num_threads(run.threads)
    unchanged(Path(path))
    model, encoding = load_model(path)
    torch.nn.Module.to(model, device_of(run.device))
    return model, encoding


def load_predictor(run: PredictConfig) -> Predictor:
    """The predictor of the model or exported graphs in `run.model`. Raises UsageError when they are unusable."""
    if (Path(run.model) / READER).is_file():
        if run.precision == "bf16":
            raise UsageError(f"{run.model}: precision=bf16 is for models, not graphs exported from them; leave it out")
        return onnx_backend.load_graphs(
            Path(run.model), batch_size=run.batch_size, threads=run.threads, cpu=run.device == "cpu"
        )
    return Predictor.of(*load_on_device(run.model, run), batch_size=run.batch_size, precision=run.precision)


def load_model(path: str | Path) -> tuple[EventExtractor, Encoding]:
    """A model of `naba train` or `naba release` with its encoding. Raises UsageError when it is incomplete."""
    path = Path(path)
    require_model(path)
    try:
        model, encoding = EventExtractor.load(path)
        model_scales(model)
    except SafetensorError as error:
        raise UsageError(f"{path}: the weights cannot be read: {error}; train it again") from error
    _check_complete(path, model)
    return model, encoding


def _check_complete(path: Path, model: EventExtractor) -> None:
    """Raise UsageError when the file lacks weights: transformers would draw them at random, and only warn."""
    file = path / "model.safetensors"
    if file.is_file():
        with safe_open(file, framework="pt") as weights:
            absent = sorted(model.state_dict().keys() - set(weights.keys()))
        if absent:
            raise UsageError(f"{path}: the model lacks {len(absent)} weights, {absent[0]} among them; train it again")
