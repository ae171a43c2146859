"""The model that a training goes on from (`init`): loaded, recorded, and taken over."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from annotation.snapshot.snapshot import Snapshot
from training.analysis.leakage import leakage
from training.commands.initial_check import check_initial
from training.config.schema import TrainConfig
from training.encoding.compact_tokenizer import CompactTokenizer
from training.encoding.encoding import Encoding
from training.encoding.label_match import LabelMatch
from training.encoding.tokenizer import HubTokenizer, Tokenizer
from training.inference.loading import load_model
from training.lineage.release_record import Origin, unchanged
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version, weights
from training.model.warm_start import take_over
from training.model.word_table import WordTable
from training.release.training_lineage import TrainingDocuments

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class InitialModel:
    """A trained model that fits a run. `folder` holds it; `origin` says what it is and how it was made."""

    folder: Path
    origin: Origin

    @classmethod
    def open(cls, run: TrainConfig, ontology: Ontology) -> InitialModel | None:
        """The run's `init`, None where it has none.

        Raises UsageError when it does not fit, is incomplete, or was released and has changed.
        """
        if run.init is None:
            return None
        folder, trained = check_initial(run, run.init, ontology)
        unchanged(folder)
        model, _ = load_model(folder)
        digest = weights(model)
        return cls(folder, Origin(path=run.init, model=model_version(model, digest), weights=digest, trained=trained))

    @property
    def name(self) -> str:
        """The name of the run that made it."""
        return str(self.origin.trained.config.get("name", "naba"))

    @property
    def about(self) -> dict[str, str]:
        """What a tracked run records of it."""
        return {"version": self.origin.model, "weights": self.origin.weights}

    @property
    def identity(self) -> str:
        """The name of its run, and a hash of its weights: what must be the same where a run is resumed."""
        return f"{self.name}-{self.origin.weights[:16]}"

    def take_over(self, model: EventExtractor, encoding: Encoding, snapshot: Snapshot) -> None:
        """Give an untrained model the weights of this one, and warn if this one has seen what the other is scored on.

        Raises UsageError where the two do not fit.
        """
        source, theirs = load_model(self.folder)
        match = LabelMatch.of(encoding.labels, theirs.labels)
        if _vocabulary(encoding) != _vocabulary(theirs):
            raise UsageError(
                f"init={self.origin.path}: its encoder knows other words or pieces; give the run the same "
                "encoder.tables and encoder.revision, or leave init out"
            )
        if _word_vectors(model) != _word_vectors(source):
            raise UsageError(
                f"init={self.origin.path}: it reads other vectors of the same words; give the run the encoder.tables "
                "that it was trained with, or leave init out"
            )
        try:
            take_over(model, source, match)
        except UsageError as error:
            raise UsageError(f"init={self.origin.path}: {error}; give the run that model's settings") from error
        _log.info("going on from %s: %s", self.origin.path, match)
        _warn_seen(self.origin, snapshot)


def _vocabulary(encoding: Encoding) -> list[object]:
    """What the ids of the encoder and of the spelling stand for."""
    return [_meanings(tokenizer) for tokenizer in (encoding.tokenizer, encoding.spelling) if tokenizer]


def _meanings(tokenizer: Tokenizer) -> tuple[Mapping[str, int], bytes]:
    if isinstance(tokenizer, HubTokenizer):
        return tokenizer.tokenizer.get_vocab(), b""
    words = tokenizer.words if isinstance(tokenizer, CompactTokenizer) else None
    return tokenizer.embedding_rows, words.hashes.tobytes() if words else b""


def _word_vectors(model: EventExtractor) -> list[bytes]:
    tables = (module for module in model.modules() if isinstance(module, WordTable))
    return [table.vectors.cpu().numpy().tobytes() for table in tables]


def _warn_seen(origin: Origin, snapshot: Snapshot) -> None:
    """Warn of documents to be scored that the model learned from, or that chose its weights."""
    try:
        documents = TrainingDocuments.of(origin.trained, snapshot)
    except UsageError as error:
        _log.warning("what init=%s has seen in training cannot be told: %s", origin.path, error)
        return
    for split, seen in {"dev": documents.learned, "test": documents.seen}.items():
        if leaks := leakage(snapshot.split(split), seen):
            _log.warning(
                "init=%s has seen %d of the %s documents in training (%s); scores on them are too high",
                *(origin.path, len(leaks), split, leaks),
            )
