"""A finished run that is taken further: from its model's weights, with a fresh schedule for the epochs left."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from annotation.storage.json_file import read_object
from training.config.schema import TrainConfig
from training.loop.run_folder import METRICS, RunFolder
from training.model.event_extractor import EventExtractor

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finished:
    """The weights of the finished model, and the metric of the run it reached on the development documents, in 0..1."""

    weights: Mapping[str, Tensor]
    reached: float

    @classmethod
    def read(cls, folder: RunFolder, model: EventExtractor, run: TrainConfig) -> Finished:
        """Load the folder's finished model, and put its weights into `model`."""
        loaded, _ = EventExtractor.load(folder.model)
        metrics = read_object(folder.model / METRICS)
        finished = cls(loaded.state_dict(), float(metrics["micro"][run.fit.metric]["f1"]))
        finished.restore(model)
        _log.info(
            "going on from the finished model, after %d of %d epochs: its optimizer was not kept, so the rates rise "
            "and fall once more in those that are left",
            folder.epochs_before,
            run.fit.epochs,
        )
        return finished

    def restore(self, model: EventExtractor) -> None:
        """Put the weights into a model of the same configuration."""
        model.load_state_dict(dict(self.weights))
