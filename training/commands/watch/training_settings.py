"""The settings of the trainings to come, checked before the first look: their gold may take days to come together."""

from __future__ import annotations

from collections.abc import Sequence

from hydra import compose, initialize_config_module
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from training.commands.override_faults import hydra_fault, override_faults
from training.config.override_quoting import quoted
from training.config.schema import TrainConfig
from training.config.validation import ConfigError, texts, typed

_GIVEN_LATER = ("snapshot=later", "output=later", "name=later")


def check_training(overrides: Sequence[str]) -> None:
    """Compose a training with these overrides. Raises ConfigError with every fault."""
    words = [quoted(word, texts(TrainConfig)) for word in (*overrides, *_GIVEN_LATER)]
    try:
        with initialize_config_module("conf", version_base="1.3"):
            typed(compose("train", overrides=words), TrainConfig)
    except ConfigError as error:
        faults = list(error.faults)
    except (HydraException, OmegaConfBaseException, YAMLError, ValueError) as error:
        faults = override_faults(words, TrainConfig, sweeping=False) or [hydra_fault(error)]
    else:
        return
    raise ConfigError([f"training: {fault}" for fault in faults])
