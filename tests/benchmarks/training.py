"""A training as `naba train` does it, without a snapshot and a folder, for the tables."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from hydra import compose, initialize_config_module
from transformers import set_seed

from annotation.core.ontology import Ontology
from training.config.schema import TrainConfig
from training.config.validation import typed
from training.encoding.encoding import Encoding
from training.lineage.wandb_tracking import Tracker
from training.loop.data_selection import DataSelection
from training.loop.phases import phases
from training.loop.trainer import fit
from training.model.event_extractor import EventExtractor


def configured(overrides: Sequence[str], *, seed: int) -> TrainConfig:
    """The configuration that `naba train` makes of these overrides."""
    with initialize_config_module("conf", version_base="1.3"):
        return typed(compose("train", ["snapshot=none", "output=none", f"seed={seed}", *overrides]), TrainConfig)


def learned(
    data: DataSelection,
    ontology: Ontology,
    overrides: Sequence[str],
    *,
    seed: int,
    threads: int = 1,
    model: type[EventExtractor] = EventExtractor,
    encoding: type[Encoding] = Encoding,
) -> tuple[EventExtractor, Encoding]:
    """The model after its last epoch, so that nothing is chosen by what is scored."""
    run = configured(overrides, seed=seed)
    torch.set_num_threads(threads)
    set_seed(seed)
    encoded = encoding.build(ontology, run.model, run.encoder)
    built = model.build(run.model, run.encoder, encoded)
    with tempfile.TemporaryDirectory() as folder:
        for phase in phases(run.fit, run.encoder):
            once = replace(phase.fit, evaluate_every=phase.fit.epochs, patience=None, device="cpu")
            place = Path(folder) / (phase.name or "last")
            fit(built, encoded, data, once, seed=seed, tracker=Tracker(), checkpoints=place, regime=phase.regime)
    return built, encoded
