"""What changed from one training to the next: settings, and packages. Read off what both recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TypeAlias

from training.config.schema import read_config
from training.config.validation import ConfigError
from training.lineage.release_record import Trained

Changes: TypeAlias = Mapping[str, tuple[str, str]]
"""By the name of a setting or a package, its value before and now, "–" where it had none."""
NOTHING = "–"
_ELSEWHERE = ("snapshot", "output", "name", "tracking", "init", "data.also")
"""Settings that say where things are and what they are called: not how the model was made."""


def settings_changed(before: Trained, now: Trained) -> Changes:
    """The settings that differ, by their name as on the command line. Those added since have their defaults."""
    sides = _settings(before), _settings(now)
    changes = dict(_differing(*sides))
    origins = [trained.init.model if trained.init else NOTHING for trained in (before, now)]
    further = [", ".join(data.name for data in trained.also) or NOTHING for trained in (before, now)]
    for name, (old, new) in (("init", origins), ("data.also", further)):
        if old != new:
            changes[name] = old, new
    return changes


def packages_changed(before: Mapping[str, str], now: Mapping[str, str]) -> Changes:
    """The packages whose version differs."""
    return dict(_differing(before, now))


def _differing(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    for name in sorted(before.keys() | now.keys()):
        values = before.get(name, NOTHING), now.get(name, NOTHING)
        if values[0] != values[1]:
            yield name, values


def _settings(trained: Trained) -> dict[str, str]:
    """The settings by their dotted name, as text. A record that cannot be understood any more is taken as it stands."""
    try:
        config: Mapping[str, object] = asdict(read_config(trained.config))
    except ConfigError:
        config = trained.config
    flat = dict(_flat(config, ""))
    own = {name: text for name, text in flat.items() if not name.startswith(_ELSEWHERE)}
    return {**own, "seed": str(trained.seed)}


def _flat(row: Mapping[str, object], above: str) -> Iterator[tuple[str, str]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
