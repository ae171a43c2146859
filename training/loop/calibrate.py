"""Calibration of a trained model: a scale for each layer, stored in the model's configuration."""

from __future__ import annotations

from collections.abc import Sequence

from annotation.core.document import Document
from training.analysis.calibration import calibration
from training.encoding.encoding import Encoding
from training.encoding.platt_scaling import RAW, fit_scale
from training.inference.encoder_states import EncoderStates
from training.inference.predictor import predict
from training.model.event_extractor import EventExtractor
from training.scoring.document_pairs import pair_documents


def calibrate(
    model: EventExtractor,
    encoding: Encoding,
    documents: Sequence[Document],
    *,
    batch_size: int = 16,
    states: EncoderStates | None = None,
) -> list[Document]:
    """Fit the model's scales to its predictions for documents it was not trained on, and return these predictions.

    Their scores are logits, before any scale. A layer with fewer than 30 predictions gets no scale. states: those of a
    frozen encoder.
    """
    bare = (document.bare() for document in documents)
    predicted = list(predict(model, encoding, bare, batch_size=batch_size, scales=RAW, states=states))
    layers = calibration(pair_documents(documents, predicted)).layers
    fits = {name: fit_scale(layer.scores, layer.right) for name, layer in layers.items()}
    model.config.scales = {name: [fit.temperature, fit.shift] for name, fit in fits.items() if fit is not None}
    return predicted
