"""Prediction whose cost is measured: the same documents several times, while that takes little."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from annotation.core.document import Document
from annotation.terminal import with_progress
from training.encoding.encoding import Encoding
from training.inference.predictor import predict
from training.inference.running_cost import CostMeter, RunningCost
from training.model.event_extractor import EventExtractor


def predict_measured(
    model: EventExtractor,
    encoding: Encoding,
    documents: Sequence[Document],
    folder: Path,
    batch_size: int,
    version: str,
) -> tuple[list[Document], RunningCost]:
    """The documents as the model in the folder marks them, and what that cost. Each pass predicts the same."""
    meter, predicted = CostMeter(model, folder, documents), list[Document]()
    for number in meter.passes():
        stream = predict(model, encoding, documents, batch_size=batch_size, version=version)
        if number == 0:
            predicted = list(with_progress(stream))
        else:
            list(stream)
    return predicted, meter.cost
