"""The phases of a training: one, or the heads alone first, then what reads with them too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from training.config.schema import AnyEncoderConfig, FitConfig, PretrainedEncoderConfig
from training.model.encoder_training import Regime


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a training, which goes on from the weights of the one before.

    name: of the folder of its checkpoints, empty for the last phase. regime: what of a pretrained encoder is trained.
    """

    name: str
    fit: FitConfig
    regime: Regime | None


def phases(fit: FitConfig, encoder: AnyEncoderConfig) -> Iterator[Phase]:
    """The phases that the settings ask for, in order."""
    if isinstance(encoder, PretrainedEncoderConfig) and (epochs := encoder.heads_first):
        every = min(fit.evaluate_every, epochs)
        yield Phase("heads", replace(fit, epochs=epochs, evaluate_every=every), Regime("frozen"))
    yield Phase("", fit, Regime.of(encoder))
