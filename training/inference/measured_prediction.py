"""Prediction whose cost is measured: the same documents several times, while that takes little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation.core.document import Document
from annotation.terminal import with_progress
from training.encoding.encoding import Encoding
from training.inference.predictor import predict
from training.inference.running_cost import CostMeter, RunningCost
from training.model.event_extractor import EventExtractor


@dataclass
class MeasuredPrediction:
    """Prediction by the model in the folder, and its cost once it was measured."""

    model: EventExtractor
    encoding: Encoding
    folder: Path
    batch_size: int
    version: str
    cost: RunningCost | None = None

    def predict(self, documents: Sequence[Document], *, measured: int) -> list[Document]:
        """The documents as the model marks them. The first `measured` of them tell the cost, and are predicted again
        for it; each pass predicts the same.
        """
        meter, predicted = CostMeter(self.model, self.folder, documents[:measured]), list[Document]()
        for number in meter.passes():
            marked = self._marked(documents[:measured])
            predicted = marked if number == 0 else predicted
        self.cost = meter.cost
        return [*predicted, *self._marked(documents[measured:])]

    def _marked(self, documents: Sequence[Document]) -> list[Document]:
        stream = predict(self.model, self.encoding, documents, batch_size=self.batch_size, version=self.version)
        return list(with_progress(stream))
