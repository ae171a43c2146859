"""The work behind `naba release --verify`: train a release's model again and compare the weights."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from annotation import terminal
from annotation.core import yaml_text
from annotation.core.document import Json
from annotation.core.errors import Refused, UsageError
from training.commands import train
from training.commands.initial_check import model_folder
from training.config.schema import (
    AnyEncoderConfig,
    HubEncoderConfig,
    PretrainedEncoderConfig,
    TrackingConfig,
    TrainConfig,
    read_config,
)
from training.config.trained import VerifyConfig
from training.encoding.bundled import checkpoint_of
from training.encoding.hub import checkpoint_hash
from training.encoding.word_vectors import tables_digest
from training.inference.loading import load_model
from training.lineage.release_record import RECORD, Record, code_hash, packages
from training.loop.one_device import computed_on
from training.loop.training_sources import TrainingSources
from training.model.encoder import read_checkpoint
from training.model.fingerprint import weights
from training.release.training_lineage import open_training_sources


def verify(run: VerifyConfig) -> None:
    """Check that a release's files are unchanged, and that training its model again gives the same weights.

    Raises UsageError when a file of the release, a snapshot or the encoder it began with has changed or is missing, or
    the record speaks of other weights; Refused when the weights differ, with what else differs.
    """
    folder = Path(run.releases) / run.version
    record = Record.open_whole(folder)
    terminal.say(f"release {run.version}: its {len(record.files)} files are as they were")
    _check_weights(folder / "model", record)
    config = read_config(record.trained.config)
    sources = open_training_sources(record.trained, run.snapshot, run.also or (), setting="snapshot")
    recorded = _training_record(folder / "model")
    if stages := cast(Sequence[int], recorded.get("stages", ())):
        said = ", then ".join(map(str, stages))
        terminal.say(f"the model was taken further after {said} epochs, so it is not trained again")
        return
    with tempfile.TemporaryDirectory(prefix="naba-verify-") as place:
        init, tables = _initial(record, run.init), _tables(config, run.tables, recorded.get("tables"))
        wanted = replace(_at(config, sources, tables), init=init, output=place, resume=False)
        wanted = replace(wanted, encoder=_same_encoder(wanted.encoder, run.encoder, recorded.get("encoder_weights")))
        train.train(replace(wanted, tracking=TrackingConfig(mode="off")))
        model, _ = load_model(Path(place) / "model")
        digest = weights(model)
    if digest != record.weights:
        why = "; ".join(_differences(record, config, recorded)) or "the machine is another one"
        raise Refused(
            f"release {run.version}: trained again its weights are {digest[:12]}, not {record.weights[:12]} ({why})"
        )
    terminal.say(f"release {run.version}: trained again its weights are the same, to the bit ({digest[:12]})")


def _check_weights(model: Path, record: Record) -> None:
    """Raise UsageError where the record speaks of other weights than those of the model beside it."""
    digest = weights(load_model(model)[0])
    if digest != record.weights:
        raise UsageError(
            f"{model}: its weights are {digest[:12]}, but {RECORD} speaks of {record.weights[:12]}; restore the release"
        )


def _at(config: TrainConfig, sources: TrainingSources, tables: str | None) -> TrainConfig:
    """The configuration with the places where its snapshots and word vectors are now."""
    data = replace(config.data, also=tuple(str(each.path) for each in sources.also) or None)
    encoder = replace(config.encoder, tables=tables)
    return replace(config, snapshot=str(sources.snapshot.path), data=data, encoder=encoder)


def _training_record(model: Path) -> Json:
    """What the model says of its training."""
    file = model / "config.yaml"
    recorded = yaml_text.loads(file.read_text(encoding="utf-8"))
    if not isinstance(recorded, dict):
        raise UsageError(f"{file}: holds no record of a training; restore it")
    return recorded


def _tables(config: TrainConfig, path: str | None, digest: object) -> str | None:
    """Where the word vectors are that the encoder read, if any. Raises UsageError when they are missing or others."""
    if config.encoder.tables is None:
        return None
    place = path or config.encoder.tables
    remedy = f"the release read those of {str(digest)[:12]}, so say tables=FOLDER of them"
    try:
        found = tables_digest(place)
    except UsageError as error:
        raise UsageError(f"{error}; {remedy}") from error
    if found != digest:
        raise UsageError(f"{place}: holds word vectors {found[:12]}; {remedy}")
    return place


def _same_encoder(encoder: AnyEncoderConfig, path: str | None, digest: object) -> AnyEncoderConfig:
    """The encoder that the training began with, at this place if one is given.

    Raises UsageError when it cannot be had, or its weights are others.
    """
    if not isinstance(encoder, PretrainedEncoderConfig):
        return encoder
    if path is not None and isinstance(encoder, HubEncoderConfig):
        encoder = replace(encoder, name=path, revision=None)
    elif path is not None:
        raise UsageError(f"encoder={path}: the release began with {encoder.id}, which naba brings; leave it out")
    remedy = f"the release began with {str(digest)[:12]}, so say encoder=FOLDER of that" if digest else ""
    name, revision = checkpoint_of(encoder)
    try:
        read_checkpoint(name, revision, None)
    except UsageError as error:
        raise UsageError(f"{error}; {remedy}" if remedy else str(error)) from error
    if digest and (found := checkpoint_hash(name, revision)) != digest:
        raise UsageError(f"encoder {name}: its weights are {found[:12]}; {remedy}")
    return encoder


def _initial(record: Record, path: str | None) -> str | None:
    """Where the model is that the training went on from, if it did. Raises UsageError when it is missing or another."""
    origin = record.trained.init
    if origin is None:
        return None
    try:
        model, _ = load_model(model_folder(path or origin.path))
    except UsageError as error:
        raise UsageError(f"{error}; the release went on from {origin.model}, so say init=FOLDER of that") from error
    if (digest := weights(model)) != origin.weights:
        raise UsageError(
            f"{path or origin.path}: its weights are {digest[:12]}, but the release went on from {origin.model} "
            f"({origin.weights[:12]}); say init=FOLDER of that"
        )
    return path or origin.path


def _differences(record: Record, config: TrainConfig, recorded: Json) -> Iterator[str]:
    """What may have changed the weights."""
    for name, value in computed_on(config.fit).items():
        if name in recorded and recorded[name] != value:
            yield f"{name} {recorded[name]} then, {value} now"
    then, now = record.trained.packages, packages()
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            yield f"{name} {then.get(name)} then, {now.get(name)} now"
    if record.code != code_hash():
        yield "naba's code is another"
    if config.fit.threads is None:
        yield "fit.threads was not set, and sums depend on how many there are"
