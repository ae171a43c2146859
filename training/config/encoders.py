"""The settings of each kind of encoder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from training.config.script_codes import scripts
from training.config.validation import Settings, above, at_least, below, even, filled, needed, setting, within, zero_or


@dataclass(frozen=True, kw_only=True)
class EncoderConfig(Settings):
    """What turns words into vectors. `kind` names one of the classes below; settings of another one are refused.

    window: tokens the encoder sees at once, special ones included, 0 for all it can take; longer documents get several,
    each sharing `overlap` of its tokens with the next. learning_rate: the rate that suits it, which `fit` takes over.
    tables: a folder of `naba pretrain`, whose word vectors are read beside each word's spelling.
    """

    kind: str
    window: int = setting(0, zero_or(8))
    overlap: float = setting(0.25, within(0, 0.5))
    learning_rate: float = setting(2e-3, above(0))
    tables: str | None = setting(None, filled)

    @property
    def id(self) -> str:
        """What the encoder is called in tables and records."""
        return self.kind


@dataclass(frozen=True, kw_only=True)
class CompactEncoderConfig(EncoderConfig):
    """The compact encoder, trained from scratch.

    hidden_size: its width. layers: recurrent ones. word_dropout: the rate at which a word's identity is hidden, so that
    its letters must do. neighbours: whether each word reads the adjacent ones before the recurrence.
    """

    kind: Literal["compact"] = "compact"
    hidden_size: int = setting(192, at_least(2), even)  # one half for each direction
    layers: int = setting(1, at_least(1))
    dropout: float = setting(0.3, at_least(0), below(1))
    word_dropout: float = setting(0.2, at_least(0), below(1))
    neighbours: bool = False


@dataclass(frozen=True, kw_only=True)
class PretrainedEncoderConfig(EncoderConfig):
    """An encoder that was pretrained.

    scripts: the scripts whose pieces its vocabulary keeps, by ISO 15924 (Hebr, Arab, Latn; Latn:3 keeps pieces of at
    most three letters); None keeps all. attention_dropout: the rate at which attention probabilities are dropped, None
    for that of its checkpoint; on a CPU any doubles the time and the memory of a step. learns: `all` of it, its `top`
    layers (`top_layers` of them), `lora`: small matrices of `lora_rank` beside the weights of its linear layers, or of
    those that `lora_modules` names, which are added to them in the end, or nothing (`frozen`): then its states are
    computed once for each document, and an epoch costs what one of compact costs. heads_first: epochs that train all
    but the encoder before, which needs a reader. reader: the width of a recurrent layer that reads its states beside
    the spelling of each word, 0 for none.
    """

    learning_rate: float = setting(3e-5, above(0))
    learns: Literal["all", "top", "lora", "frozen"] = "all"
    top_layers: int = setting(4, at_least(1))
    lora_rank: int = setting(8, at_least(1))
    lora_modules: tuple[str, ...] | None = None
    heads_first: int = setting(0, at_least(0))
    reader: int = setting(0, zero_or(2), even)
    scripts: tuple[str, ...] | None = setting(None, scripts)
    attention_dropout: float | None = setting(0.0, at_least(0), below(1))
    gradient_checkpointing: bool = False

    def faults(self) -> Iterator[str]:
        """The rules' faults, and states or tables that nobody reads."""
        yield from super().faults()
        if self.learns == "frozen" and not self.reader:
            yield "encoder.reader: must be above 0, such as 192, with encoder.learns=frozen"
        if self.heads_first and not self.reader:
            yield "encoder.heads_first: trains what reads the frozen encoder; set encoder.reader too, such as 192"
        if self.heads_first and self.learns == "frozen":
            yield "encoder.heads_first: with encoder.learns=frozen there is nothing after it; see fit.epochs"
        if self.tables and not self.reader:
            yield "encoder.tables: are read by encoder.reader, beside the spelling; set it too, such as 192"


@dataclass(frozen=True, kw_only=True)
class HubEncoderConfig(PretrainedEncoderConfig):
    """Any pretrained encoder. name: its id on the hub, or a folder; revision: a commit or tag of it."""

    kind: Literal["hub"] = "hub"
    name: str = needed(str, filled)
    revision: str | None = setting(None, filled)

    @property
    def id(self) -> str:
        """The id on the hub, or the folder."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class BundledEncoderConfig(PretrainedEncoderConfig):
    """multilingual-e5-small out of a package: no hub is asked."""

    kind: Literal["bundled"] = "bundled"


AnyEncoderConfig: TypeAlias = CompactEncoderConfig | HubEncoderConfig | BundledEncoderConfig
ENCODERS: Mapping[object, type[AnyEncoderConfig]] = {
    cls.kind: cls for cls in (CompactEncoderConfig, HubEncoderConfig, BundledEncoderConfig)
}
"""The class of each kind."""
