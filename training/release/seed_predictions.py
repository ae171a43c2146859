"""Predictions of the models that were trained with other seeds, beside a model and the one it is compared with."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.terminal import with_progress
from training.analysis.other_trainings import OtherTrainings
from training.config.trained import EvaluateConfig, ReleaseConfig
from training.inference.loading import load_on_device
from training.inference.predictor import predict
from training.lineage.recipe import same_recipe
from training.lineage.seed_scores import SeedScores, models_beside
from training.model.fingerprint import model_version
from training.release.training_lineage import read_training_record

_log = logging.getLogger(__name__)


def other_trainings(
    model: Path, against: Path | None, gold: Sequence[Document], run: EvaluateConfig | ReleaseConfig
) -> OtherTrainings:
    """What the models of other seeds predict, where they are beside the model or the one compared with."""
    return OtherTrainings(
        now=_predictions(model, gold, run),
        before=_predictions(against, gold, run) if against else {},
        seeds=SeedScores.read(model),
        before_seeds=SeedScores.read(against) if against else None,
        same_recipe=against is not None and _same_recipe(model, against),
    )


def _predictions(
    model: Path, gold: Sequence[Document], run: EvaluateConfig | ReleaseConfig
) -> dict[int, list[Document]]:
    found: dict[int, list[Document]] = {}
    for seed, path in models_beside(model).items() if run.seeds else ():
        _log.info("predicting with seed %d too, to tell what the seed does", seed)
        extractor, encoding = load_on_device(str(path), run)
        version = model_version(extractor)
        found[seed] = list(
            with_progress(predict(extractor, encoding, gold, batch_size=run.batch_size, version=version))
        )
    return found


def _same_recipe(model: Path, against: Path) -> bool:
    """Whether the two differ in their seed alone; False where a record is missing."""
    try:
        return same_recipe(read_training_record(model), read_training_record(against))
    except UsageError:
        return False
