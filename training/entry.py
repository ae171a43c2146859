"""The commands that Hydra composes: overrides in, the plain function of training/runs.py called, clear errors out.

Hydra would print its own errors, and ours, and exit with 1; here it raises them instead, in naba's words.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from training import runs
from training.config import EvaluateConfig, PredictConfig, TrainConfig, typed
from training.settings import ConfigError, Settings, hint, paths

_GROUPS = ("experiment", "debug", "hydra")


def train_main(overrides: Sequence[str]) -> None:
    """`naba train`: train as the overrides say. Raises NabaError."""
    with _hydra("train", overrides, TrainConfig):
        _train()


def evaluate_main(overrides: Sequence[str]) -> None:
    """`naba evaluate`: score a model and write its report. Raises NabaError."""
    with _hydra("evaluate", overrides, EvaluateConfig):
        _evaluate()


def predict_main(overrides: Sequence[str]) -> None:
    """`naba predict`: mark events in a file of Documents. Raises NabaError."""
    with _hydra("predict", overrides, PredictConfig):
        _predict()


def _entry(
    name: str, path: str = "pkg://conf.trained"
) -> Callable[[Callable[[DictConfig], object]], Callable[[], None]]:
    return hydra.main(version_base="1.3", config_path=path, config_name=name)


@_entry("train", "pkg://conf")
def _train(cfg: DictConfig) -> float:
    """Return the development Arg-C+, which a sweep maximises."""
    job = HydraConfig.get()
    if job.mode == RunMode.MULTIRUN:  # each job of a sweep has a folder of its own
        cfg.output = job.runtime.output_dir
    return runs.train(typed(cfg, TrainConfig))


@_entry("evaluate")
def _evaluate(cfg: DictConfig) -> float:
    return runs.evaluate(typed(cfg, EvaluateConfig))


@_entry("predict")
def _predict(cfg: DictConfig) -> None:
    runs.predict(typed(cfg, PredictConfig))


@contextmanager
def _hydra(command: str, overrides: Sequence[str], cls: type[Settings]) -> Iterator[None]:
    """Hydra reads `sys.argv`, and raises instead of printing when HYDRA_FULL_ERROR is set; both are put back."""
    argv, full = sys.argv, os.environ.get("HYDRA_FULL_ERROR")
    sys.argv = [f"naba {command}", *overrides]
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        yield
    except (HydraException, OmegaConfBaseException, YAMLError) as error:
        raise ConfigError(_unknown(overrides, cls) or [_line(error)]) from error
    finally:
        sys.argv = argv
        if full is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = full


def _unknown(overrides: Sequence[str], cls: type[Settings]) -> list[str]:
    """Every override that names no setting of the command. Hydra stops at the first."""
    try:
        parsed = OverridesParser.create().parse_overrides([o for o in overrides if not o.startswith("-")])
    except HydraException:
        return []
    known = [*paths(cls), *(_GROUPS if cls is TrainConfig else _GROUPS[-1:])]
    keys = [override.key_or_group.replace("/", ".") for override in parsed if not override.is_add()]
    unknown = [key for key in keys if key not in known and not key.startswith("hydra.")]
    return [f"{key}: no such setting; {hint(key, _near(key, known))}" for key in unknown]


def _near(key: str, known: Sequence[str]) -> list[str]:
    """The settings of the group the key names, if there is one, else of the outermost level."""
    group = key.rpartition(".")[0]
    inside = [path for path in known if group and path.rpartition(".")[0] == group]
    return inside or [path for path in known if "." not in path]


def _line(error: Exception) -> str:
    """One line that says what Hydra says over several."""
    if isinstance(error, MissingConfigException) and error.missing_cfg_file and error.options is not None:
        group, _, option = error.missing_cfg_file.rpartition("/")
        return f"{group}={option}: no such preset; {hint(option, list(error.options))}"
    lines = [line.strip() for line in str(error).splitlines()]
    text = "; ".join(line for line in lines if line and not line.startswith(("See https", "object_type", "full_key")))
    remedy = "; write key=value, with quotes around a value that holds ( ) { } [ ] , or ="
    return text + (remedy if isinstance(error, OverrideParseException) else "")
