"""What a command needs is looked for before torch is imported: a fault costs a second, and leaves nothing."""

from __future__ import annotations

from pathlib import Path

from annotation.core.errors import UsageError
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.special_files import is_stdin
from training.commands.initial_check import check_initial
from training.config.pretraining import PretrainConfig
from training.config.schema import (
    AnyEncoderConfig,
    AuditConfig,
    BundledEncoderConfig,
    HubEncoderConfig,
    PretrainedEncoderConfig,
    TrainConfig,
)
from training.config.trained import DriftConfig, EvaluateConfig, PredictConfig, ReleaseConfig, VerifyConfig
from training.encoding.word_vectors import tables_digest
from training.inference.document_source import DocumentSource
from training.inference.states_cache import states_limit
from training.lineage.release_record import Record, check_free
from training.lineage.tensorboard_curves import check_tensorboard
from training.loop.data_selection import check_languages
from training.loop.training_sources import TrainingSources
from training.release.gates import load_gates


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


def check_audit(run: AuditConfig) -> None:
    """Look whether the snapshot and the encoder are there. Raises UsageError."""
    Snapshot.open(run.snapshot)
    _check_encoder(run.encoder)


def check_evaluation(run: EvaluateConfig) -> None:
    """Look whether the gates and the snapshot are there. Raises UsageError."""
    load_gates(run.gates)
    Snapshot.open(run.snapshot)


def check_prediction(run: PredictConfig | DriftConfig) -> None:
    """Look whether the Documents are there. Raises UsageError."""
    if not is_stdin(Path(run.input)):
        DocumentSource.open(Path(run.input))


def check_release(run: ReleaseConfig) -> None:
    """Look whether the version is free, and the gates and the snapshot are there. Raises UsageError."""
    check_free(Path(run.releases) / run.version)
    load_gates(run.gates)
    Snapshot.open(run.snapshot)


def check_verification(run: VerifyConfig) -> None:
    """Look whether the release is there. Raises UsageError."""
    Record.read(Path(run.releases) / run.version)


def _check_encoder(encoder: AnyEncoderConfig) -> None:
    if isinstance(encoder, PretrainedEncoderConfig):
        states_limit()
    if isinstance(encoder, HubEncoderConfig):
        from training.encoding.hub import check_available

        check_available(encoder.name, encoder.revision)
    elif isinstance(encoder, BundledEncoderConfig):
        from training.encoding.bundled import check_installed

        check_installed()
