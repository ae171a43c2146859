"""What `naba train`, `evaluate` and `predict` are configured by. The presets are in conf/, key by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from training.settings import ConfigError, Settings, above, at_least, filled, needed, setting, typed, within

__all__ = [
    "ConfigError",
    "DataConfig",
    "EncoderConfig",
    "EvaluateConfig",
    "FitConfig",
    "ModelConfig",
    "PredictConfig",
    "TrackingConfig",
    "TrainConfig",
    "typed",
]


@dataclass(frozen=True, kw_only=True)
class EncoderConfig(Settings):
    """The pretrained encoder, or the compact one trained from nothing."""

    family: Literal["compact", "hub"] = "compact"
    id: str | None = setting(None, filled)
    learning_rate: float = setting(1e-3, above(0))


@dataclass(frozen=True, kw_only=True)
class ModelConfig(Settings):
    """The heads on top of the encoder."""

    dropout: float = setting(0.1, within(0, 1))


@dataclass(frozen=True, kw_only=True)
class DataConfig(Settings):
    """Which of the snapshot's documents are used. `dev: train` scores on what was trained on, to look for bugs."""

    languages: tuple[str, ...] | None = None
    limit: int | None = setting(None, at_least(1))
    dev: Literal["dev", "train"] = "dev"


@dataclass(frozen=True, kw_only=True)
class FitConfig(Settings):
    """The training loop. Rates are AdamW's peak rates; `warmup` is a share of all steps.

    `layer_decay` multiplies the encoder's rate once more for each layer below the top. `patience` counts evaluations
    without a better development Arg-C+; None trains to the end.
    """

    epochs: int = setting(30, at_least(1))
    batch_size: int = setting(16, at_least(1))
    accumulate: int = setting(1, at_least(1))
    learning_rate: float = setting(1e-3, above(0))
    encoder_learning_rate: float = setting(1e-3, above(0))
    layer_decay: float = setting(1.0, within(0, 1), above(0))
    weight_decay: float = setting(0.01, at_least(0))
    warmup: float = setting(0.1, within(0, 1))
    clip: float = setting(1.0, above(0))
    evaluate_every: int = setting(1, at_least(1))
    patience: int | None = setting(8, at_least(1))
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    device: Literal["auto", "cpu"] = "auto"
    threads: int | None = setting(None, at_least(1))


@dataclass(frozen=True, kw_only=True)
class TrackingConfig(Settings):
    """Weights & Biases. `auto` is online when there is a key for it, else offline; `off` writes nothing."""

    mode: Literal["auto", "offline", "online", "off"] = "auto"
    project: str = setting("naba", filled)
    entity: str | None = setting(None, filled)
    group: str | None = setting(None, filled)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TrainConfig(Settings):
    """One training run. Everything it makes goes under `output`; the model ends up in `output`/model."""

    snapshot: str = needed(str, filled)
    output: str = needed(str, filled)
    name: str = setting("run", filled)
    seed: int = setting(13, within(0, 2**32 - 1))
    resume: bool = True
    model: ModelConfig = ModelConfig()
    encoder: EncoderConfig = EncoderConfig()
    data: DataConfig = DataConfig()
    fit: FitConfig = FitConfig()
    tracking: TrackingConfig = TrackingConfig()


@dataclass(frozen=True, kw_only=True)
class EvaluateConfig(Settings):
    """A trained model against one split of a snapshot. `output` is where the report goes: beside the model if None."""

    model: str = needed(str, filled)
    snapshot: str = needed(str, filled)
    split: Literal["test", "dev", "train"] = "test"
    output: str | None = setting(None, filled)
    against: str | None = setting(None, filled)
    batch_size: int = setting(16, at_least(1))
    device: Literal["auto", "cpu"] = "auto"
    threads: int | None = setting(None, at_least(1))


@dataclass(frozen=True, kw_only=True)
class PredictConfig(Settings):
    """Documents in, the same Documents with what the model finds in them out, in the same order."""

    model: str = needed(str, filled)
    input: str = needed(str, filled)
    output: str = needed(str, filled)
    batch_size: int = setting(16, at_least(1))
    device: Literal["auto", "cpu"] = "auto"
    threads: int | None = setting(None, at_least(1))
