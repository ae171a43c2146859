"""Scores made to mean what they say, once a model is trained: a scale for each layer, stored in its configuration."""

from __future__ import annotations

from collections.abc import Sequence

from annotation.core.document import Document
from training.analysis.calibration import calibration
from training.encoding.encoding import Encoding
from training.encoding.platt_scaling import RAW, fit_scale
from training.inference.predictor import predict
from training.model.event_extractor import EventExtractor


def calibrate(
    model: EventExtractor, encoding: Encoding, documents: Sequence[Document], *, batch_size: int = 16
) -> list[Document]:
    """Fit the model's scales to what it finds in documents it was not taught, and return what it finds, unscored.

    A layer with too few findings (30) to fit anything is left as it is.
    """
    bare = (document.bare() for document in documents)
    found = list(predict(model, encoding, bare, batch_size=batch_size, read=RAW))
    layers = calibration(documents, found).layers
    fits = {name: fit_scale(layer.scores, layer.right) for name, layer in layers.items()}
    model.config.scales = {name: [fit.temperature, fit.shift] for name, fit in fits.items() if fit is not None}
    return found
