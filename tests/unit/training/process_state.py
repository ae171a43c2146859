"""What one process shares between all its code, and what naba changes of it when it is imported and used.

Run as a script, in a process of its own, it prints the changes as JSON: {"imported": {...}, "used": {...}}.
"""

from __future__ import annotations

import ast
import importlib
import json
import locale
import logging
import os
import pkgutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("annotation", "training", "conf")
OF_THE_SERVER = "annotation.labelstudio.server.studio_settings"
"""Only a Label Studio that starts imports it."""
State = Mapping[str, Mapping[str, object]]


def main() -> None:
    """Import the libraries, then naba, then use it."""
    modules = sorted(_modules())
    for name in modules:
        _import_libraries(name)
    start = _state()
    for name in modules:
        importlib.import_module(name)
    imported = _state()
    logging_before = _logging_state()
    with tempfile.TemporaryDirectory() as folder:
        _train_and_load(Path(folder))
    used = _changes(logging_before, _logging_state())
    json.dump({"imported": _changes(start, imported), "used": used}, sys.stdout)


def _modules() -> Iterator[str]:
    for package in PACKAGES:
        path = find_spec(package).submodule_search_locations  # type: ignore[union-attr]
        names = (module.name for module in pkgutil.walk_packages(path, f"{package}."))
        yield from (name for name in names if not name.endswith("__main__") and name != OF_THE_SERVER)


def _import_libraries(name: str) -> None:
    """Run the import statements of a module that are not of naba's own modules."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    for node in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.module != "__future__":
            names = [node.module]
        else:
            continue
        if not any(name.partition(".")[0] in PACKAGES for name in names):
            exec(compile(ast.Module([node], []), name, "exec"), {})


def _state() -> State:
    """Each thing that is shared, as names with values that can be compared."""
    import torch
    from transformers import AttentionInterface, AttentionMaskInterface, masking_utils
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING
    from transformers.models.auto.modeling_auto import MODEL_MAPPING
    from transformers.pipelines import PIPELINE_REGISTRY

    return {
        "environment": dict(os.environ),
        **_logging_state(),
        "warnings": {"filters": str(warnings.filters)},
        "signals": {str(number): str(signal.getsignal(number)) for number in signal.valid_signals()},
        "hooks": {name: str(getattr(sys, name)) for name in ("excepthook", "displayhook", "path", "meta_path")},
        "locale": {"all": locale.setlocale(locale.LC_ALL)},
        "torch": {
            "threads": torch.get_num_threads(),
            "dtype": str(torch.get_default_dtype()),
            "gradients": torch.is_grad_enabled(),
            "deterministic": torch.are_deterministic_algorithms_enabled(),
        },
        "attention": dict.fromkeys(AttentionInterface().valid_keys()),
        "masks": dict.fromkeys(AttentionMaskInterface()),
        "masking functions": {name: str(value) for name, value in vars(masking_utils).items() if callable(value)},
        "configurations": dict.fromkeys(CONFIG_MAPPING),
        "models": {kind.__name__: None for kind in MODEL_MAPPING},
        "pipelines": dict.fromkeys(PIPELINE_REGISTRY.get_supported_tasks()),
    }


def _logging_state() -> State:
    """The level, handlers and propagation of each logger that has any of its own, and whether bars are shown."""
    from huggingface_hub.utils import are_progress_bars_disabled
    from transformers.utils import logging as transformers_logging

    loggers = {name: each for name, each in logging.root.manager.loggerDict.items() if isinstance(each, logging.Logger)}
    rows = {
        name: [each.level, [str(handler) for handler in each.handlers], each.propagate, each.disabled]
        for name, each in {"root": logging.root, **loggers}.items()
    }
    return {
        "loggers": {name: row for name, row in rows.items() if row != [logging.NOTSET, [], True, False]},
        "progress bars": {
            "transformers": transformers_logging.is_progress_bar_enabled(),
            "hub": not are_progress_bars_disabled(),
        },
    }


def _train_and_load(folder: Path) -> None:
    """A model of one epoch, saved and loaded."""
    from tests.builders import conflict
    from tests.run.small import documents
    from training.config.schema import CompactEncoderConfig, FitConfig, ModelConfig
    from training.encoding.encoding import Encoding
    from training.inference.loading import load_model
    from training.lineage.wandb_tracking import Tracker
    from training.loop.data_selection import DataSelection
    from training.loop.trainer import fit
    from training.model.event_extractor import EventExtractor

    heads, encoder = ModelConfig(max_width=3, head_size=8, hidden_size=16), CompactEncoderConfig(hidden_size=16)
    encoding = Encoding.build(conflict(), heads, encoder)
    model, splits = EventExtractor.build(heads, encoder, encoding), DataSelection(documents(4), documents(4))
    settings = FitConfig(epochs=1, device="cpu", patience=None)
    fit(model, encoding, splits, settings, seed=1, tracker=Tracker(), checkpoints=folder / "checkpoints")
    model.save_pretrained(str(folder / "model"))
    encoding.save_pretrained(folder / "model")
    load_model(folder / "model")


def _changes(before: State, after: State) -> dict[str, list[str]]:
    """The names under each heading whose values differ."""
    return {
        heading: differing for heading, values in after.items() if (differing := _differing(before[heading], values))
    }


def _differing(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    missing = object()
    names = sorted({*before, *after})
    return [name for name in names if before.get(name, missing) != after.get(name, missing)]


if __name__ == "__main__":
    main()
