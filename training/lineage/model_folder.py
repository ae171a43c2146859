"""The folder of a model, where a path names that of its run or of its release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from annotation.core.errors import UsageError
from training.config.validation import Settings
from training.lineage.release_record import RECORD

READER = "reader.onnx"
"""A file of every folder of exported graphs."""

_Run = TypeVar("_Run", bound=Settings)


def find_model(path: str | Path) -> Path | None:
    """The folder itself where it holds a model, else `model` in it; None where neither does."""
    for folder in (Path(path), Path(path) / "model"):
        if (folder / "config.json").is_file():
            return folder
    return None


def require_model(path: str | Path) -> None:
    """Raise UsageError where the folder holds no model of `naba train` or `naba release`."""
    if not (Path(path).resolve() / "config.json").is_file():  # resolve: links in a circle raise, and are told as such
        raise UsageError(f"{path}: holds no model; name the folder that naba train wrote, such as outputs/NAME/model")


def with_model_folders(run: _Run, *settings: str, graphs: bool = False) -> _Run:
    """The run, with the folder of the model where one of the settings names that of a run or a release.

    Raises UsageError where one holds no model, nor, with `graphs`, graphs exported from one.
    """
    named = {name: getattr(run, name) for name in settings}
    return replace(run, **{name: _model_folder(path, graphs) for name, path in named.items() if path})


def _model_folder(path: str, graphs: bool) -> str:
    if graphs and (Path(path) / READER).is_file():
        return path
    folder = find_model(path) or path
    require_model(folder)
    return str(folder)


def beside_model(model: str, name: str) -> Path:
    """Where what is made of a model goes unless a folder is named. Raises UsageError in a release, which is final."""
    folder = Path(model).parent
    if (folder / RECORD).is_file():
        raise UsageError(f"model={model}: belongs to a release, which stays as it is; say output=FOLDER")
    return folder / name
