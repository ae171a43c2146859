"""The configuration of each command that takes a trained model. The presets are in conf/trained, key by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from training.config.schema import folders
from training.config.validation import Settings, at_least, device, filled, folder, needed, setting, web, within
from training.config.version_names import version_fault


@dataclass(frozen=True, kw_only=True)
class EvaluateConfig(Settings):
    """Evaluation of a model on one split of a snapshot. `output` is the report's folder, by default beside the model.

    against: another model, to compare it with; against_snapshot: what that one was scored on, where it is not where it
    was. gates: those whose `drops` say when a change counts. studio: the address
    of the Label Studio project the documents were marked in, such as http://localhost:8080/projects/1, for links to
    their tasks. language: that of the report. ceilings: whether the model also predicts with gold spans given, three
    times, to measure what wrong triggers and entities cost. seeds: whether the models of its other seeds predict too,
    where they are beside it, to tell what the seed does.
    """

    model: str = needed(str, filled)
    snapshot: str = needed(str, filled)
    split: Literal["test", "dev", "train"] = "test"
    output: str | None = setting(None, folder)
    against: str | None = setting(None, filled)
    against_snapshot: str | None = setting(None, filled)
    gates: str = setting("default", filled)
    studio: str | None = setting(None, web)
    language: Literal["en", "he", "ar"] = "en"
    ceilings: bool = True
    seeds: bool = True
    batch_size: int = setting(16, at_least(1))
    device: str = setting("auto", device)
    threads: int | None = setting(None, at_least(1))


@dataclass(frozen=True, kw_only=True)
class PredictConfig(Settings):
    """Documents in, the same Documents with predicted annotations out, in the same order.

    engine: `local` is this process, `ray` a Ray Data job of so many `workers`, on this machine or the cluster that
    RAY_ADDRESS names, each with `threads` cores (1 by default) or a GPU where it has them. precision: as of a training.
    """

    model: str = needed(str, filled)
    input: str = needed(str, filled)
    output: str = needed(str, filled)
    engine: Literal["local", "ray"] = "local"
    workers: int | None = setting(None, at_least(1))
    batch_size: int = setting(16, at_least(1))
    device: str = setting("auto", device)
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    threads: int | None = setting(None, at_least(1))


@dataclass(frozen=True, kw_only=True)
class DriftConfig(Settings):
    """Comparison of the new articles in `input` with those that a model was trained on; `output` is a folder.

    snapshot: what it was trained on, where that is not where it was. most: articles of the queue. least: the smallest
    difference that matters, as Cohen's h.
    """

    model: str = needed(str, filled)
    input: str = needed(str, filled)
    snapshot: str | None = setting(None, filled)
    output: str = setting("drift", folder)
    most: int = setting(50, at_least(1))
    least: float = setting(0.1, at_least(0))
    batch_size: int = setting(16, at_least(1))
    device: str = setting("auto", device)
    threads: int | None = setting(None, at_least(1))


@dataclass(frozen=True, kw_only=True)
class BackendConfig(Settings):
    """A model that answers Label Studio while people label.

    model: the folder of a model or of exported graphs; when another model is put there, it takes over without a stop.
    project: the Label Studio project that asks it, None for none. host, port: where it listens. url: the address at
    which Label Studio reaches it, by default that one.
    """

    model: str = needed(str, filled)
    project: str | None = setting(None, filled)
    workspace: str = setting("workspace", filled)
    host: str = setting("127.0.0.1", filled)
    port: int = setting(9090, within(1, 65535))
    url: str | None = setting(None, web)
    device: str = setting("auto", device)
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    threads: int | None = setting(None, at_least(1))


@dataclass(frozen=True, kw_only=True)
class OnnxConfig(Settings):
    """Export of a trained model as ONNX graphs into the folder `output`, by default `onnx` beside the model."""

    model: str = needed(str, filled)
    output: str | None = setting(None, folder)


@dataclass(frozen=True, kw_only=True)
class ReleaseConfig(Settings):
    """Release of a trained model as `releases`/`version`, if it passes the gates.

    against: last (the newest release, where there is one), none, a version, or a model's folder; against_snapshot: what
    that one was scored on, where it is not where it was. gates: a preset of conf/gates, or a file. trained_on: the
    snapshot the model was trained on, where that is not the one it is scored on and not where it was; also: those of
    its `data.also` that are not where they were. studio, language and seeds: as for an evaluation. tracking: where the
    model goes to, as in `TrackingConfig.mode`.
    """

    version: str = needed(str, filled, version_fault)
    model: str = needed(str, filled)
    snapshot: str = needed(str, filled)
    split: Literal["test", "dev", "train"] = "test"
    releases: str = setting("releases", folder)
    against: str = setting("last", filled)
    against_snapshot: str | None = setting(None, filled)
    gates: str = setting("default", filled)
    trained_on: str | None = setting(None, filled)
    also: tuple[str, ...] | None = setting(None, folders)
    studio: str | None = setting(None, web)
    language: Literal["en", "he", "ar"] = "en"
    seeds: bool = True
    tracking: Literal["auto", "offline", "online", "off"] = "auto"
    batch_size: int = setting(16, at_least(1))
    device: str = setting("auto", device)
    threads: int | None = setting(None, at_least(1))


@dataclass(frozen=True, kw_only=True)
class VerifyConfig(Settings):
    """Verification of a release by training its model again.

    snapshot: what it was trained on, also: the snapshots it learnt from besides, init: the model it went on from,
    tables: its word vectors, and encoder: the folder of the hub encoder, where they are not where they were.
    """

    version: str = needed(str, filled, version_fault)
    releases: str = setting("releases", filled)
    snapshot: str | None = setting(None, filled)
    also: tuple[str, ...] | None = setting(None, folders)
    init: str | None = setting(None, filled)
    tables: str | None = setting(None, filled)
    encoder: str | None = setting(None, filled)
