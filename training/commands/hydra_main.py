"""The commands that Hydra composes: overrides in, the plain function of training/ called, clear errors out.

Hydra would print its own errors, and ours, and exit with 1; here it raises them instead, in naba's words.
"""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import cast

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from annotation import terminal
from annotation.core.errors import NabaError
from training.commands.hydra_options import INFO, HydraWords
from training.commands.library_output import library_output, quiet_transformers
from training.commands.override_faults import hydra_fault, override_faults
from training.config.environment import environment
from training.config.optuna_sweeper import register_sweeper
from training.config.override_quoting import quoted
from training.config.pretraining import PretrainConfig
from training.config.schema import (
    AuditConfig,
    BackendConfig,
    CurveConfig,
    DriftConfig,
    EvaluateConfig,
    OnnxConfig,
    PredictConfig,
    ReleaseConfig,
    TrainConfig,
    VerifyConfig,
    typed,
)
from training.config.validation import ConfigError, Settings, texts
from training.lineage.model_folder import with_model_folders

_Task = Callable[[DictConfig], float]
_DOWNLOADING = ("train", "curve", "pretrain")
"""Commands that may download an encoder."""


def train_main(overrides: Sequence[str]) -> None:
    """`naba train`: train as the overrides say. Raises NabaError."""
    with _hydra("train", overrides, TrainConfig):
        _train()


def audit_main(overrides: Sequence[str]) -> None:
    """`naba audit`: which annotations of a snapshot an encoding can represent. Raises NabaError."""
    with _hydra("audit", overrides, AuditConfig):
        _audit()


def pretrain_main(overrides: Sequence[str]) -> None:
    """`naba pretrain`: learn from raw articles what a training can begin with. Raises NabaError."""
    with _hydra("pretrain", overrides, PretrainConfig):
        _pretrain()


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


def drift_main(overrides: Sequence[str]) -> None:
    """`naba drift`: compare new articles with those a model was trained on. Raises NabaError."""
    with _hydra("drift", overrides, DriftConfig):
        _drift()


def backend_main(overrides: Sequence[str]) -> None:
    """`naba backend`: let a model answer Label Studio while people label. Raises NabaError."""
    with _hydra("backend", overrides, BackendConfig):
        _backend()


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
    """Return the development F1 of `fit.metric`, which a sweep maximises."""
    job = HydraConfig.get()
    if job.mode == RunMode.MULTIRUN:  # each job of a sweep has a folder of its own
        cfg.output = job.runtime.output_dir
    run = typed(cfg, TrainConfig)
    from training.commands.preflight import check_needs

    check_needs(run)
    from training.commands import train  # takes seconds, which neither --help nor a fault should cost

    with quiet_transformers(downloads=True):
        return train.train(run)


@_entry("audit", "pkg://conf")
def _audit(cfg: DictConfig) -> float:
    run = typed(cfg, AuditConfig)
    from training.commands.audit import audit

    return audit(run)


@_entry("pretrain", "pkg://conf")
def _pretrain(cfg: DictConfig) -> float:
    if isinstance(cfg.snapshot, str):
        cfg.snapshot = [cfg.snapshot]
    run = typed(cfg, PretrainConfig)
    from training.commands.preflight import check_pretraining

    check_pretraining(run)
    from training.commands.pretrain import pretrain

    with quiet_transformers(downloads=True):
        pretrain(run)
    return 0.0


@_entry("curve", "pkg://conf")
def _curve(cfg: DictConfig) -> float:
    """Return the score of the largest share."""
    run = typed(cfg, CurveConfig)
    from training.commands.preflight import check_needs

    check_needs(run)
    from training.commands.curve import curve

    with quiet_transformers(downloads=True):
        return curve(run)


@_entry("evaluate")
def _evaluate(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, EvaluateConfig), "model", "against")
    from training.commands.evaluate import evaluate

    return evaluate(run)


@_entry("predict")
def _predict(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, PredictConfig), "model")
    from training.commands import predict

    return predict.predict(run)


@_entry("drift")
def _drift(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, DriftConfig), "model")
    from training.commands import drift

    drift.drift(run)
    return 0.0


@_entry("backend")
def _backend(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, BackendConfig), "model")
    from training.commands.backend import backend

    backend(run)
    return 0.0


@_entry("onnx")
def _onnx(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, OnnxConfig), "model")
    from training.commands.export_onnx import onnx

    return onnx(run)


@_entry("release")
def _release(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, ReleaseConfig), "model")
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
def _hydra(command: str, given: Sequence[str], cls: type[Settings]) -> Iterator[None]:
    """Hydra reads `sys.argv`, and raises instead of printing when HYDRA_FULL_ERROR is set; all is put back."""
    words = HydraWords.of(given)
    overrides = [quoted(override, texts(cls)) for override in words.overrides]
    argv, sys.argv = sys.argv, [f"naba {command}", *overrides, *words.options]
    if words.quiet or words.verbose:
        terminal.configure(quiet=words.quiet, verbose=words.verbose)
    if words.sweeping:
        register_sweeper()
    try:
        libraries = library_output(downloads=command in _DOWNLOADING)
        with (
            environment({"HYDRA_FULL_ERROR": "1"}),
            environment(libraries, override=False),
            _quiet_if_imported(),
            _alone_on_the_root_logger() if INFO & set(words.options) else nullcontext(),
        ):
            if words.sweeping and words.runs and cls is TrainConfig:
                from training.commands.sweep_check import check_sweep

                check_sweep(overrides)
            yield
    except _EscapedError as escaped:
        raise escaped.error from escaped.error.__cause__
    except (HydraException, OmegaConfBaseException, YAMLError, ValueError) as error:  # none of them from our own work
        faults = override_faults(overrides, cls, sweeping=words.sweeping)
        raise ConfigError(faults or [hydra_fault(error)]) from error
    finally:
        sys.argv = argv


@contextmanager
def _alone_on_the_root_logger() -> Iterator[None]:
    """Hydra's --info logs to a handler that it adds to the root logger, where ours would show the same again."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
