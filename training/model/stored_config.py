"""The config.json of a model's folder, checked before a model is built as it says: it may come from a stranger."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open

from annotation.core.errors import UsageError
from annotation.storage.json_file import read_object
from training.config.schema import ModelConfig

_SIZES = ("labels", "entities", "roles", "links")


def check_model_config(folder: Path) -> None:
    """Raise UsageError where config.json is no configuration of a model, or its sizes are not those of the weights."""
    file = folder / "config.json"
    try:
        row = read_object(file)
        for name in _SIZES:
            _whole(row.get(name, 0), name)
        for count in _listed(row.get("values", []), "values"):
            _whole(count, "values")
        heads = row.get("heads") or {}
        if not isinstance(heads, dict):
            raise ValueError("heads is no object")
        members = ModelConfig(**{key: value for key, value in heads.items() if key == "members"}).members
        _check_members(folder / "model.safetensors", members)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{file}: cannot be read: {error}; train the model again") from error


def _whole(value: object, name: str) -> None:
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} is {value!r}, not a whole number")


def _listed(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{name} is {value!r}, not a list")
    return value


def _check_members(file: Path, members: int) -> None:
    """Each member has weights of its own, so more members than weights are none of this model."""
    if not file.is_file():
        return
    try:
        with safe_open(file, framework="pt") as weights:
            stored = len(weights.keys())
    except SafetensorError:
        return  # reported when the weights are read
    if members > stored:
        raise ValueError(f"heads.members is {members}, and the file of weights holds {stored} in all")
