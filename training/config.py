"""What a run is told, as dataclasses that check themselves and report every fault at once.

They stay unfrozen because Hydra merges overrides into them; `__post_init__` is where a finished one is checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from annotation.errors import UsageError


class ConfigError(UsageError):
    """The configuration is wrong. `faults` lists every fault, each beginning with the field it is about."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


@dataclass
class ModelConfig:
    """The heads on top of the encoder, and how their losses weigh.

    max_width: the longest span, in words; longer ones cannot be said. head_size: width of the per-label query and key.
    hidden_size: width of a span's representation in the role and attribute heads. negatives: how many of the model's
    own wrong spans a document adds to the gold ones when roles are trained.
    """

    max_width: int = 24
    head_size: int = 32
    hidden_size: int = 128
    dropout: float = 0.3
    negatives: int = 16
    role_weight: float = 1.0
    boundary_weight: float = 0.5
    attribute_weight: float = 0.5

    def __post_init__(self) -> None:
        _raise(
            [
                *_at_least(self, 1, "max_width", "head_size", "hidden_size"),
                *_at_least(self, 0, "negatives", "role_weight", "boundary_weight", "attribute_weight"),
                *_fractions(self, "dropout"),
                *(["head_size: must be even, for rotary positions"] if self.head_size % 2 else []),
            ]
        )


@dataclass
class EncoderConfig:
    """What turns words into vectors: `compact`, ours and trained from scratch, or any pretrained one from the hub.

    kind: `compact` or `hub`. name: hub only, an id or a folder; revision: its commit or tag. window: tokens the encoder
    sees at once, special ones included, 0 for all it can take; longer documents get half-overlapping windows. The
    rest, but for gradient_checkpointing, is for compact: its width, recurrent layers, rates of dropout and of hiding
    a word's identity so that its letters must speak for it.
    """

    kind: str = "compact"
    name: str | None = None
    revision: str | None = None
    window: int = 0
    gradient_checkpointing: bool = False
    hidden_size: int = 192
    layers: int = 1
    dropout: float = 0.3
    word_dropout: float = 0.2

    def __post_init__(self) -> None:
        known = self.kind in ("compact", "hub")
        nameless = self.kind == "hub" and not self.name
        tight = 0 < self.window < 8 or self.window < 0
        _raise(
            [
                *([] if known else [f"kind: {self.kind!r} is neither compact nor hub"]),
                *(["name: say which hub encoder, as an id or a folder"] if nameless else []),
                *(["window: must be 8 tokens or more, or 0 for all the encoder can take"] if tight else []),
                *_at_least(self, 2, "hidden_size"),
                *(["hidden_size: must be even, one half for each direction"] if self.hidden_size % 2 else []),
                *_at_least(self, 1, "layers"),
                *_fractions(self, "dropout", "word_dropout"),
            ]
        )


def _at_least(config: object, least: int, *names: str) -> list[str]:
    return [f"{name}: must be {least} or more" for name in names if not getattr(config, name) >= least]


def _fractions(config: object, *names: str) -> list[str]:
    return [f"{name}: must be in [0, 1)" for name in names if not 0 <= getattr(config, name) < 1]


def _raise(faults: list[str]) -> None:
    if faults:
        raise ConfigError(faults)
