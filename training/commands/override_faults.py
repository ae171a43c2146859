"""What is wrong with overrides, in naba's words: every one that cannot be right, and what was meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException, MissingConfigException, OverrideParseException

from training.config.encoders import ENCODERS
from training.config.schema import TrainConfig
from training.config.validation import Settings, hint, paths

_GROUPS = ("experiment", "sweep", "debug", "hydra")
_NAMES: Mapping[str, str] = {
    "lr": "learning_rate",
    "encoder_lr": "encoder_learning_rate",
    "bs": "batch_size",
    "num_epochs": "epochs",
    "num_train_epochs": "epochs",
    "max_epochs": "epochs",
    "gradient_accumulation_steps": "accumulate",
    "max_grad_norm": "clip",
    "early_stopping_patience": "patience",
    "lr_scheduler_type": "schedule",
    "model_name_or_path": "name",
    "output_dir": "output",
}
"""Settings by their names elsewhere."""
_PRESETS: Mapping[str, str] = {"none": "off", "no": "off", "disabled": "off", "false": "off", "null": "off"}
"""Presets by what people call them, where a group has those."""
_EXTRAS: Mapping[str, str] = {"submitit": "slurm", "joblib": "sweep"}
"""The extra that a launcher comes with, by the first word of its name."""


def override_faults(overrides: Sequence[str], cls: type[Settings], *, sweeping: bool) -> list[str]:
    """Every override that cannot be right whatever the presets say. Hydra stops at the first."""
    try:
        parsed = OverridesParser.create().parse_overrides(list(overrides))
    except HydraException:
        return []
    every_path = [*paths(cls), *(_GROUPS if issubclass(cls, TrainConfig) else _GROUPS[-1:])]
    return [fault for override in parsed if (fault := _fault(override, every_path, sweeping))]


def hydra_fault(error: Exception) -> str:
    """The message of an error of Hydra in one line."""
    if isinstance(error, OverrideParseException):
        key = str(error.override).partition("=")[0]
        return (
            f"{error.override}: not understood; write key=value, and a value with brackets or commas in it in quotes "
            f"within those of the shell, as in \"{key}='a, b (c)'\""
        )
    if isinstance(error, MissingConfigException) and error.missing_cfg_file and error.options is not None:
        group, _, option = error.missing_cfg_file.rpartition("/")
        if group == "hydra/launcher" and (fault := _missing_launcher(option)):
            return fault
        return f"{group}={option}: no such preset; {_preset_hint(option, list(error.options))}"
    if base := re.search(r"Could not load 'hydra/launcher/(\w+)'", str(error)):
        return _missing_launcher(base[1]) or str(error).splitlines()[0]
    if "does not support sweep type" in str(error):
        return "an interval( ) is tried with hydra/sweeper=optuna only"
    if absent := re.match(r"Could not override '([^']*)'", str(error)):
        return _of_another_preset(absent[1])
    return "; ".join(line.strip() for line in str(error).splitlines() if line.strip())


def _missing_launcher(option: str) -> str | None:
    """The message on a launcher whose package is missing, None where no extra brings it."""
    extra = _EXTRAS.get(option.partition("_")[0])
    return f"hydra/launcher={option}: needs its package; pip install 'naba[{extra}]'" if extra else None


def _fault(override: Override, every_path: Sequence[str], sweeping: bool) -> str | None:
    key = override.key_or_group.replace("/", ".")
    group = key in _GROUPS or any(path.startswith(f"{key}.") for path in every_path)
    if not override.is_add() and key not in every_path and not key.startswith("hydra."):
        return f"{key or override.input_line}: no such setting; {_setting_hint(key, every_path)}"
    if override.is_sweep_override():
        return None if sweeping else f"{key}: has several values; add --multirun to try each, or put a list in [ ]"
    if group and (isinstance(override.value(), int | float) or (override.value() is None and key not in _GROUPS)):
        shown = str(override.get_value_element_as_str()).lower()
        return f"{key}: must name a preset, not {shown}" + (f"; {key}=off turns it off" if key == "tracking" else "")
    return None


def _setting_hint(key: str, every_path: Sequence[str]) -> str:
    """The setting that was meant: one of that name in another group, one like it, or what there is in the group."""
    group, _, name = key.rpartition(".")
    meant = _NAMES.get(name, name)
    if f"{group}.{meant}".lstrip(".") in every_path:
        return f"did you mean {f'{group}.{meant}'.lstrip('.')}?"
    if elsewhere := [path for path in every_path if path.rpartition(".")[2] == meant]:
        return f"did you mean {' or '.join(elsewhere)}?"
    inside = [path for path in every_path if group and path.rpartition(".")[0] == group]
    return hint(key, inside or [path for path in every_path if "." not in path])


def _preset_hint(option: str, options: Sequence[str]) -> str:
    meant = _PRESETS.get(option.lower())
    return f"did you mean {meant}?" if meant in options else hint(option, options)


def _of_another_preset(path: str) -> str:
    """The message on a setting that the chosen presets do not have."""
    group, _, name = path.rpartition(".")
    kinds = [str(kind) for kind, cls in ENCODERS.items() if group == "encoder" and name in cls.__dataclass_fields__]
    if kinds:
        return f"{path}: is a setting of encoder={' and encoder='.join(kinds)}; choose {'one' if kinds[1:] else 'that'}"
    return f"{path}: not a setting of the chosen presets; --cfg job shows them"
