"""The settings of `naba watch`: presets in conf/watch, files, and single settings on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Literal

from omegaconf import OmegaConf

from annotation.core import yaml_text
from annotation.core.errors import UsageError, hint
from training.config.validation import ConfigError, Settings, at_least, device, filled, setting, typed, within


@dataclass(frozen=True, kw_only=True)
class WatchConfig(Settings):
    """How a project is watched; conf/watch/default.yaml says what each setting is for.

    interval: seconds. every: new gold articles. training: overrides of `naba train`. most, lists, mix: as of a queue.
    """

    interval: float = setting(60.0, at_least(0.1))
    every: int = setting(20, at_least(1))
    policy: Literal["majority", "senior"] = "majority"
    senior: tuple[str, ...] = ()
    annotators: int | None = setting(None, at_least(1))
    missing_after: int | None = setting(None, at_least(0))
    findings: bool = True
    training: tuple[str, ...] = ("experiment=compact",)
    warm: bool = True
    model: str | None = setting(None, filled)
    gates: str = setting("default", filled)
    most: int = setting(200, at_least(1))
    lists: int = setting(1, at_least(1))
    mix: float = setting(0.5, within(0, 1))
    device: str = setting("auto", device)
    threads: int | None = setting(None, at_least(1))

    def faults(self) -> Iterator[str]:
        """The faults of the fields, and a policy that lacks its people."""
        yield from super().faults()
        if self.policy == "senior" and not self.senior:
            yield "senior: the policy senior needs to know who; say senior=[noa@example.org]"


def load_watch_settings(name: str, changes: Sequence[str] = ()) -> WatchConfig:
    """The preset of conf/watch of that name, or the YAML file, with changes such as every=5.

    Raises UsageError when there is none or it is not understood, ConfigError with every fault in its values.
    """
    try:
        text = _text(name)
        row = yaml_text.loads(text) or {}
        if not isinstance(row, dict):
            raise ValueError(f"holds a {type(row).__name__}, not settings")
        row |= {key: _value(key, value) for key, value in map(_pair, changes)}
        return typed(OmegaConf.create(row), WatchConfig)
    except ConfigError as error:
        raise ConfigError([f"settings {name}: {fault}" for fault in error.faults]) from error
    except ValueError as error:
        raise UsageError(f"settings {name}: not understood: {' '.join(str(error).split())}") from error


def _text(name: str) -> str:
    if Path(name).suffix in (".yaml", ".yml"):
        if not Path(name).is_file():
            raise UsageError(f"{name}: no such file of settings; give a .yaml file, or --settings default")
        return Path(name).read_text(encoding="utf-8")
    presets = {path.name.removesuffix(".yaml"): path for path in (files("conf") / "watch").iterdir()}
    if name not in presets:
        raise UsageError(f"--settings {name}: no such preset; {hint(name, list(presets))}; or give a .yaml file")
    return presets[name].read_text(encoding="utf-8")


def _pair(change: str) -> tuple[str, str]:
    """The key and the value of a change. Raises UsageError when it is none, or there is no such setting."""
    key, sign, value = change.partition("=")
    names = [field.name for field in fields(WatchConfig)]
    if not sign or key not in names:
        raise UsageError(f"{change}: not a setting of naba watch, such as every=5; {hint(key, names)}")
    return key, value


def _value(key: str, value: str) -> object:
    """The value as YAML; a list, such as of overrides, is written [a=1,b=2]."""
    if key in ("training", "senior") and value.startswith("[") and value.endswith("]"):
        return _items(value[1:-1])
    return yaml_text.loads(value)


def _items(text: str) -> list[str]:
    """The items of a list, at the commas that are in no inner list."""
    items, depth = [""], 0
    for char in text:
        depth += (char in "[({") - (char in "])}")
        if char == "," and depth == 0:
            items.append("")
        else:
            items[-1] += char
    return [item.strip() for item in items if item.strip()]
