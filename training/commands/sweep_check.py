"""Every value of a sweep is checked before its first run starts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence

from hydra import compose, initialize_config_module
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override

from training.commands.preflight import check_needs
from training.config.schema import TrainConfig
from training.config.validation import ConfigError, typed


def check_sweep(overrides: Sequence[str]) -> None:
    """Compose a training with each value of each setting that varies, beside the first values of the others.

    Of an interval its ends. Raises ConfigError with every fault of the values, UsageError for the first snapshot or
    encoder that cannot be had, and what Hydra raises for presets that there are not.
    """
    faults: dict[str, None] = {}
    runs = []
    parsed = OverridesParser.create().parse_overrides(list(overrides))
    with initialize_config_module("conf", version_base="1.3"):
        _check_sweeper(parsed)
        _check_launcher(parsed)
        for each in _combinations(parsed):
            try:
                runs.append(typed(compose("train", overrides=each), TrainConfig))
            except ConfigError as error:
                faults.update(dict.fromkeys(error.faults))
    if faults:
        raise ConfigError(list(faults))
    checked: set[object] = set()
    for run in runs:
        if (needed := (run.snapshot, run.data, run.encoder, run.init)) not in checked:
            checked.add(needed)
            check_needs(run)


def _check_sweeper(parsed: Sequence[Override]) -> None:
    """Raise ConfigError for an interval that Hydra's own sweeper would be given."""
    if not any(isinstance(override.value(), IntervalSweep) for override in parsed):
        return
    composed = compose("train", overrides=next(_combinations(parsed)), return_hydra_config=True)
    if composed.hydra.sweeper._target_.endswith(".BasicSweeper"):
        raise ConfigError(["an interval( ) is tried with hydra/sweeper=optuna only"])


def _check_launcher(parsed: Sequence[Override]) -> None:
    """Raise ConfigError for a launcher that hands jobs to Slurm where there is none."""
    chosen = next((override for override in parsed if override.key_or_group == "hydra/launcher"), None)
    if chosen is None:
        return
    composed = compose("train", overrides=next(_combinations(parsed)), return_hydra_config=True)
    if composed.hydra.launcher._target_.endswith(".SlurmLauncher") and shutil.which("srun") is None:
        raise ConfigError(
            [
                f"{chosen.input_line}: no Slurm is on this machine (srun is not found); submit from one of the "
                "cluster, or try it with hydra/launcher=submitit_local"
            ]
        )


def _combinations(parsed: Sequence[Override]) -> Iterator[list[str]]:
    """The first values of all settings, then each other value of one of them."""
    values = [_values(override) for override in parsed]
    first = [each[0] for each in values]
    yield first
    for at, each in enumerate(values):
        yield from ([*first[:at], other, *first[at + 1 :]] for other in each[1:])


def _values(override: Override) -> list[str]:
    """The override with each of its values."""
    key, value = override.get_key_element(), override.value()
    if isinstance(value, IntervalSweep):
        return [f"{key}={value.start}", f"{key}={value.end}"]
    if override.is_sweep_override() and override.is_discrete_sweep():
        return [f"{key}={one}" for one in override.sweep_string_iterator()]
    return [override.input_line or ""]
