"""The work behind `naba onnx`: a trained model written as ONNX graphs."""

from __future__ import annotations

from pathlib import Path

from annotation import terminal
from training.config.trained import OnnxConfig
from training.inference.loading import load_model
from training.inference.onnx_backend import export_graphs
from training.lineage.model_folder import beside_model
from training.lineage.release_record import unchanged


def onnx(run: OnnxConfig) -> float:
    """Export a model, into `onnx` beside it unless another folder is named."""
    unchanged(Path(run.model))
    folder = Path(run.output) if run.output else beside_model(run.model, "onnx")
    export_graphs(*load_model(run.model), folder)
    terminal.say(f"naba predict model={folder}")
    return 0.0
