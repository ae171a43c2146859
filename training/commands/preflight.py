"""What a training needs is looked for before torch is imported: a fault costs a second, and leaves nothing."""

from __future__ import annotations

from pathlib import Path

from annotation.core.errors import UsageError
from annotation.snapshot.snapshot import Snapshot
from training.commands.initial_check import check_initial
from training.config.pretraining import PretrainConfig
from training.config.schema import (
    AnyEncoderConfig,
    BundledEncoderConfig,
    HubEncoderConfig,
    PretrainedEncoderConfig,
    TrainConfig,
)
from training.encoding.word_vectors import tables_digest
from training.inference.states_cache import states_limit
from training.lineage.tensorboard_curves import check_tensorboard
from training.loop.data_selection import check_languages
from training.loop.training_sources import TrainingSources


def check_needs(run: TrainConfig) -> None:
    """Look whether snapshots, encoder and its tables, packages and `init` are there. Raises UsageError."""
    sources = TrainingSources.open(run.snapshot, run.data.also)
    check_languages(sources, run.data)
    if run.init is not None:
        check_initial(run, run.init, sources.snapshot.ontology)
    if run.encoder.tables is not None:
        tables_digest(run.encoder.tables)
    _check_encoder(run.encoder)
    if run.tracking.tensorboard:
        check_tensorboard()


def check_pretraining(run: PretrainConfig) -> None:
    """Look whether the raw articles, snapshots, and encoder or gensim are there. Raises UsageError.

    So that what is missing is known before a million words were read.
    """
    if not Path(run.input).exists():
        raise UsageError(f"input={run.input}: does not exist; name a folder of raw articles, or a file of them")
    for path in run.snapshot:
        Snapshot.open(path)
    if isinstance(run.encoder, PretrainedEncoderConfig):
        _check_encoder(run.encoder)
    else:
        from training.pretraining.fasttext import require_gensim

        require_gensim()


def _check_encoder(encoder: AnyEncoderConfig) -> None:
    if isinstance(encoder, PretrainedEncoderConfig):
        states_limit()
    if isinstance(encoder, HubEncoderConfig):
        from training.encoding.hub import check_available

        check_available(encoder.name, encoder.revision)
    elif isinstance(encoder, BundledEncoderConfig):
        from training.encoding.bundled import check_installed

        check_installed()
