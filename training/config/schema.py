"""The configuration of a training, of what looks at one before, and of many of them. The presets are in conf/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Literal, cast

from omegaconf import OmegaConf

from training.config.encoders import (
    ENCODERS,
    AnyEncoderConfig,
    BundledEncoderConfig,
    CompactEncoderConfig,
    EncoderConfig,
    HubEncoderConfig,
    PretrainedEncoderConfig,
)
from training.config.validation import (
    ConfigError,
    Settings,
    above,
    at_least,
    below,
    device,
    even,
    filled,
    folder,
    needed,
    setting,
    typed,
    within,
)

__all__ = [
    "AnyEncoderConfig",
    "AuditConfig",
    "BundledEncoderConfig",
    "CompactEncoderConfig",
    "ConfigError",
    "CurveConfig",
    "DataConfig",
    "EncoderConfig",
    "FitConfig",
    "HubEncoderConfig",
    "ModelConfig",
    "PretrainedEncoderConfig",
    "TrackingConfig",
    "TrainConfig",
    "typed",
]


@dataclass(frozen=True, kw_only=True)
class ModelConfig(Settings):
    """The heads on top of the encoder, and the weights of their losses.

    max_width: words of the longest span; longer ones are lost. nested: whether an entity mention may contain another;
    where none does, the best of those that overlap is predicted. head_size: width of the per-label query and
    key. hidden_size: width of a span's representation in the heads of roles, attributes and links. negatives: how many
    of the model's own wrong spans a document adds to the gold ones when roles and links are trained. role_rivals:
    whether roles see how many other mentions are nearer, or stand between. role_margin: how far the logits of roles are
    raised above those that were trained: F1, while low, is best where a role is likelier wrong than not. link_margin:
    the same of links. members: encoders, or readers of one encoder, that read side by side, each with heads for spans
    and, where roles have a weight, for cuts and roles, that learn by themselves; their logits are averaged.
    span_margin: as role_margin, of spans: averages are low.
    """

    max_width: int = setting(24, at_least(1))
    nested: bool = True
    head_size: int = setting(32, at_least(2), even)  # halves turn together in rotary positions
    hidden_size: int = setting(128, at_least(1))
    dropout: float = setting(0.3, at_least(0), below(1))
    members: int = setting(1, at_least(1))
    span_margin: float = setting(0.0, at_least(0))
    negatives: int = setting(16, at_least(0))
    role_rivals: bool = True
    role_margin: float = setting(1.0, at_least(0))
    link_margin: float = setting(2.0, at_least(0))
    role_weight: float = setting(1.0, at_least(0))
    boundary_weight: float = setting(0.5, at_least(0))
    attribute_weight: float = setting(0.5, at_least(0))
    link_weight: float = setting(0.5, at_least(0))


def folders(value: object) -> str | None:
    """The rule that each of several texts names a folder."""
    return next((fault for path in cast(tuple[str, ...], value) if (fault := filled(path))), None)


def _some_languages(value: object) -> str | None:
    return None if value else "must not be empty; null takes every language"


@dataclass(frozen=True, kw_only=True)
class DataConfig(Settings):
    """Which documents are used. `dev: train` scores on what was trained on, to look for bugs.

    also: further snapshots of the same ontology, whose training documents are learnt from beside those of the run's
    own. limit, share: of all the documents to train on, the first so many, and a part of each language; which ones,
    the run's seed draws.
    """

    also: tuple[str, ...] | None = setting(None, folders)
    languages: tuple[str, ...] | None = setting(None, _some_languages)
    limit: int | None = setting(None, at_least(1))
    share: float | None = setting(None, above(0), within(0, 1))
    dev: Literal["dev", "train"] = "dev"


@dataclass(frozen=True, kw_only=True)
class FitConfig(Settings):
    """The training loop. Rates are AdamW's peak rates; `warmup` is a share of all steps, after which `schedule` holds.

    `layer_decay` multiplies the encoder's rate once more for each layer below the top. `metric` is the development F1
    that chooses the best weights and that a sweep maximises; `patience` counts evaluations in which it is no better,
    None trains to the end.
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
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    patience: int | None = setting(8, at_least(1))
    metric: Literal["Trig-I", "Trig-C", "Arg-I", "Arg-C", "Arg-I+", "Arg-C+", "Entity"] = "Arg-C+"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    device: str = setting("auto", device)
    threads: int | None = setting(None, at_least(1))


@dataclass(frozen=True, kw_only=True)
class TrackingConfig(Settings):
    """Weights & Biases. `auto` is online when there is a key for it, else offline; `off` writes nothing.

    artifacts: whether the `files` of the snapshot and of the model are uploaded, for others to download, or only
    `references` to where they are on this machine. tensorboard: whether curves are written for it too, in any mode.
    """

    mode: Literal["auto", "offline", "online", "off"] = "auto"
    project: str = setting("naba", filled)
    entity: str | None = setting(None, filled)
    group: str | None = setting(None, filled)
    tags: tuple[str, ...] = ()
    artifacts: Literal["files", "references"] = "files"
    tensorboard: bool = False


_SEED = within(0, 2**32 - 1)


def _seeds(value: object) -> str | None:
    seeds = cast(tuple[int, ...], value)
    if not seeds:
        return "must not be empty; null takes seed alone"
    if twice := [seed for seed in seeds if seeds.count(seed) > 1]:
        return f"must differ, and {twice[0]} is there twice"
    return next((fault for seed in seeds if (fault := _SEED(seed))), None)


@dataclass(frozen=True, kw_only=True)
class TrainConfig(Settings):
    """One training run. Everything it makes goes under `output`; the model ends up in `output`/model.

    seeds: instead of `seed`, several to train with one after the other; the model that is best on dev is kept. init: a
    model whose weights the run begins with, as the folder of a model, a run or a release.
    """

    snapshot: str = needed(str, filled)
    output: str = needed(str, folder)
    name: str = setting("run", filled)
    seed: int = setting(13, _SEED)
    seeds: tuple[int, ...] | None = setting(None, _seeds)
    init: str | None = setting(None, filled)
    resume: bool = True
    model: ModelConfig = ModelConfig()
    encoder: AnyEncoderConfig = CompactEncoderConfig()
    data: DataConfig = DataConfig()
    fit: FitConfig = FitConfig()
    tracking: TrackingConfig = TrackingConfig()


@dataclass(frozen=True, kw_only=True)
class AuditConfig(Settings):
    """How much of a snapshot the encoding of this encoder can represent. `output` is a JSON file for the result.

    examples: the most examples of each reason for a loss.
    """

    snapshot: str = needed(str, filled)
    split: Literal["all", "train", "dev", "test"] = "all"
    output: str | None = setting(None, filled)
    examples: int = setting(3, at_least(1))
    model: ModelConfig = ModelConfig()
    encoder: AnyEncoderConfig = CompactEncoderConfig()


def _shares(value: object) -> str | None:
    shares = cast(tuple[float, ...], value)
    if wrong := [share for share in shares if not 0 < share <= 1]:
        return f"must be above 0 and at most 1, not {wrong[0]}"
    few = len(set(shares)) < 2
    return "must be two at least; it takes four to see further than the documents there are" if few else None


@dataclass(frozen=True, kw_only=True)
class CurveConfig(TrainConfig):
    """Trainings on `shares` of the documents, each into a folder of its own under `output`, with each of the `seeds`.

    split: what is scored. same_steps: train on fewer documents for more epochs, so that the weights change as often and
    only the documents make the difference. language: that of the page.
    """

    shares: tuple[float, ...] = setting((0.1, 0.25, 0.5, 0.75, 1.0), _shares)
    split: Literal["dev", "test"] = "dev"
    same_steps: bool = True
    language: Literal["en", "he", "ar"] = "en"

    def faults(self) -> Iterator[str]:
        """The broken rules, and a `data.share`, which `shares` replaces."""
        yield from super().faults()
        if self.data.share is not None:
            yield "data.share: is what a curve goes through; say shares=[...]"


_BEFORE: Mapping[str, object] = {"attention_dropout": None, "role_rivals": False}
"""What settings that were added later replaced, where that is not their default."""
_PARTS: Mapping[str, type[Settings]] = {"model": ModelConfig, "data": DataConfig, "fit": FitConfig}


def read_config(config: Mapping[str, object]) -> TrainConfig:
    """A training configuration as a model or a release recorded it, by any version of naba. Raises ConfigError."""
    return typed(OmegaConf.create(up_to_date(config)), TrainConfig)


def up_to_date(config: Mapping[str, object]) -> dict[str, object]:
    """A recorded configuration, or a part of one, with the settings that its classes have today.

    A setting that was added later has its default, or the value that it replaced. Records made when all encoders shared
    one class hold settings of other kinds too, which are left out.
    """
    filled = {part: _with_defaults(cls, config[part]) for part, cls in _PARTS.items() if part in config}
    encoder = config.get("encoder")
    if isinstance(encoder, Mapping):
        cls = ENCODERS.get(encoder.get("kind"), CompactEncoderConfig)
        own = {f.name for f in fields(cls)}
        filled["encoder"] = {name: row for name, row in _with_defaults(cls, encoder).items() if name in own}
    return {"seeds": None, "init": None, **config, **filled}


def _with_defaults(cls: type[Settings], row: object) -> dict[str, object]:
    """The recorded settings, and the defaults of those that the record lacks."""
    defaults = {f.name: _BEFORE.get(f.name, f.default) for f in fields(cls) if f.default is not MISSING}
    return {**defaults, **row} if isinstance(row, Mapping) else defaults
