"""The commands that Hydra composes: overrides in, the plain function of training/ called, clear errors out.

Hydra would print its own errors, and ours, and exit with 1; here it raises them instead, in naba's words.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import cast

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from annotation.core.errors import NabaError
from training.commands.library_output import library_output, quiet_transformers
from training.config.environment import environment
from training.config.optuna_sweeper import register_sweeper
from training.config.override_quoting import quoted
from training.config.schema import (
    AuditConfig,
    CurveConfig,
    EvaluateConfig,
    OnnxConfig,
    PredictConfig,
    ReleaseConfig,
    TrainConfig,
    VerifyConfig,
    typed,
)
from training.config.validation import ConfigError, Settings, hint, paths, texts

_Task = Callable[[DictConfig], float]
_SWEEP = {"-m", "--multirun"}
_GROUPS = ("experiment", "sweep", "debug", "hydra")
_DOWNLOADING = ("train", "curve")
"""Commands that may download an encoder."""


def train_main(overrides: Sequence[str]) -> None:
    """`naba train`: train as the overrides say. Raises NabaError."""
    with _hydra("train", overrides, TrainConfig):
        _train()


def audit_main(overrides: Sequence[str]) -> None:
    """`naba audit`: which annotations of a snapshot an encoding can represent. Raises NabaError."""
    with _hydra("audit", overrides, AuditConfig):
        _audit()


def curve_main(overrides: Sequence[str]) -> None:
    """`naba curve`: train on shares of a snapshot, and estimate what more of them would bring. Raises NabaError."""
    with _hydra("curve", overrides, CurveConfig):
        _curve()


def evaluate_main(overrides: Sequence[str]) -> None:
    """`naba evaluate`: score a model and write its report. Raises NabaError."""
    with _hydra("evaluate", overrides, EvaluateConfig):
        _evaluate()


def predict_main(overrides: Sequence[str]) -> None:
    """`naba predict`: mark events in a file of Documents. Raises NabaError."""
    with _hydra("predict", overrides, PredictConfig):
        _predict()


def onnx_main(overrides: Sequence[str]) -> None:
    """`naba onnx`: write a model as graphs that ONNX Runtime reads. Raises NabaError."""
    with _hydra("onnx", overrides, OnnxConfig):
        _onnx()


def release_main(overrides: Sequence[str]) -> None:
    """`naba release`: release a model if it passes the gates. Raises NabaError, Refused among them."""
    with _hydra("release", overrides, ReleaseConfig):
        _release()


def verify_main(overrides: Sequence[str]) -> None:
    """`naba release --verify`: train a release's model again and compare. Raises NabaError, Refused among them."""
    with _hydra("release --verify", overrides, VerifyConfig):
        _verify()


class _EscapedError(BaseException):
    """Carries an error of ours past Hydra, which would print a line of its own about it."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __reduce__(self) -> tuple[Callable[[str, int | None], _EscapedError], tuple[str, int | None]]:
        """On the way from another process of a sweep an error keeps its words and its exit code."""
        return _arrived, (str(self.error) or type(self.error).__name__, getattr(self.error, "exit_code", None))


def _arrived(words: str, code: int | None) -> _EscapedError:
    error = RuntimeError(words) if code is None else NabaError(words)
    if isinstance(error, NabaError) and code is not None:
        error.exit_code = code
    return _EscapedError(error)


def _entry(name: str, path: str = "pkg://conf.trained") -> Callable[[_Task], Callable[[], None]]:
    def decorate(task: _Task) -> Callable[[], None]:
        @hydra.main(version_base="1.3", config_path=path, config_name=name)
        @functools.wraps(task)
        def main(cfg: DictConfig) -> float:
            try:
                return task(cfg)
            except Exception as error:
                raise _EscapedError(error) from error

        return cast(Callable[[], None], main)

    return decorate


@_entry("train", "pkg://conf")
def _train(cfg: DictConfig) -> float:
    """Return the development Arg-C+, which a sweep maximises."""
    job = HydraConfig.get()
    if job.mode == RunMode.MULTIRUN:  # each job of a sweep has a folder of its own
        cfg.output = job.runtime.output_dir
    run = typed(cfg, TrainConfig)
    from training.commands import train  # takes seconds, which neither --help nor a fault should cost

    with quiet_transformers(downloads=True):
        return train.train(run)


@_entry("audit", "pkg://conf")
def _audit(cfg: DictConfig) -> float:
    run = typed(cfg, AuditConfig)
    from training.commands.audit import audit

    return audit(run)


@_entry("curve", "pkg://conf")
def _curve(cfg: DictConfig) -> float:
    """Return the score of the largest share."""
    run = typed(cfg, CurveConfig)
    from training.commands.curve import curve

    with quiet_transformers(downloads=True):
        return curve(run)


@_entry("evaluate")
def _evaluate(cfg: DictConfig) -> float:
    run = typed(cfg, EvaluateConfig)
    from training.commands.evaluate import evaluate

    return evaluate(run)


@_entry("predict")
def _predict(cfg: DictConfig) -> float:
    run = typed(cfg, PredictConfig)
    from training.commands import predict

    return predict.predict(run)


@_entry("onnx")
def _onnx(cfg: DictConfig) -> float:
    run = typed(cfg, OnnxConfig)
    from training.commands.export_onnx import onnx

    return onnx(run)


@_entry("release")
def _release(cfg: DictConfig) -> float:
    run = typed(cfg, ReleaseConfig)
    from training.commands import release

    release.release(run)
    return 0.0


@_entry("verify")
def _verify(cfg: DictConfig) -> float:
    run = typed(cfg, VerifyConfig)
    from training.commands import verify

    verify.verify(run)
    return 0.0


def _quiet_if_imported() -> AbstractContextManager[None]:
    """Environment variables come too late for a transformers that is there already, in the process of a test, say."""
    return quiet_transformers() if "transformers" in sys.modules else nullcontext()


@contextmanager
def _hydra(command: str, overrides: Sequence[str], cls: type[Settings]) -> Iterator[None]:
    """Hydra reads `sys.argv`, and raises instead of printing when HYDRA_FULL_ERROR is set; all is put back."""
    overrides = [quoted(override, texts(cls)) for override in overrides]
    argv, sys.argv = sys.argv, [f"naba {command}", *overrides]
    if _SWEEP & set(overrides):
        register_sweeper()
    try:
        libraries = library_output(downloads=command in _DOWNLOADING)
        with environment({"HYDRA_FULL_ERROR": "1"}), environment(libraries, override=False), _quiet_if_imported():
            yield
    except _EscapedError as escaped:
        raise escaped.error from escaped.error.__cause__
    except (HydraException, OmegaConfBaseException, YAMLError, ValueError) as error:  # none of them from our own work
        raise ConfigError(_faults(overrides, cls) or [_line(error)]) from error
    finally:
        sys.argv = argv


def _faults(overrides: Sequence[str], cls: type[Settings]) -> list[str]:
    """Every override that cannot be right whatever the presets say. Hydra stops at the first."""
    try:
        parsed = OverridesParser.create().parse_overrides([o for o in overrides if not o.startswith("-")])
    except HydraException:
        return []
    every_path = [*paths(cls), *(_GROUPS if issubclass(cls, TrainConfig) else _GROUPS[-1:])]
    sweeping = bool(_SWEEP & set(overrides))
    return [fault for override in parsed if (fault := _fault(override, every_path, sweeping))]


def _fault(override: Override, every_path: Sequence[str], sweeping: bool) -> str | None:
    key = override.key_or_group.replace("/", ".")
    group = key in _GROUPS or any(path.startswith(f"{key}.") for path in every_path)
    if not override.is_add() and key not in every_path and not key.startswith("hydra."):
        return f"{key or override.input_line}: no such setting; {hint(key, _near(key, every_path))}"
    if override.is_sweep_override():
        return None if sweeping else f"{key}: has several values; add --multirun to try each, or put a list in [ ]"
    if group and isinstance(override.value(), int | float):
        return f"{key}: must name a preset, not {override.value()}"
    return None


def _near(key: str, every_path: Sequence[str]) -> list[str]:
    """The settings of the group the key names, if there is one, else of the outermost level."""
    group = key.rpartition(".")[0]
    inside = [path for path in every_path if group and path.rpartition(".")[0] == group]
    return inside or [path for path in every_path if "." not in path]


def _line(error: Exception) -> str:
    """The message of an error of Hydra in one line."""
    if isinstance(error, OverrideParseException):
        return f"{error.override}: not understood; write key=value, and quote a value with brackets, commas or = in it"
    if isinstance(error, MissingConfigException) and error.missing_cfg_file and error.options is not None:
        group, _, option = error.missing_cfg_file.rpartition("/")
        return f"{group}={option}: no such preset; {hint(option, list(error.options))}"
    if "does not support sweep type" in str(error):
        return "an interval( ) is tried with hydra/sweeper=optuna only"
    if absent := re.match(r"Could not override '([^']*)'", str(error)):
        return f"{absent[1]}: not a setting of the chosen presets; --cfg job shows them"
    return "; ".join(line.strip() for line in str(error).splitlines() if line.strip())
