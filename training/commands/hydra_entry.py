"""How Hydra is called: its configuration in, errors of ours and of its own out, in naba's words.

Hydra would print its own errors, and ours, and exit with 1; here it raises them instead.
"""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeAlias, cast

import hydra
from hydra.errors import HydraException
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
from training.config.schema import TrainConfig
from training.config.validation import ConfigError, Settings, texts

Task: TypeAlias = Callable[[DictConfig], float]
_DOWNLOADING = ("train", "curve", "pretrain")
"""Commands that may download an encoder."""


class EscapedError(BaseException):
    """Carries an error of ours past Hydra, which would print a line of its own about it."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __reduce__(self) -> tuple[Callable[[str, int | None], EscapedError], tuple[str, int | None]]:
        """On the way from another process of a sweep an error keeps its words and its exit code."""
        return _arrived, (str(self.error) or type(self.error).__name__, getattr(self.error, "exit_code", None))


def _arrived(words: str, code: int | None) -> EscapedError:
    error = RuntimeError(words) if code is None else NabaError(words)
    if isinstance(error, NabaError) and code is not None:
        error.exit_code = code
    return EscapedError(error)


def entry(name: str, path: str = "pkg://conf.trained") -> Callable[[Task], Callable[[], None]]:
    """Have Hydra compose the configuration of that name for a task, and carry its errors past Hydra."""

    def decorate(task: Task) -> Callable[[], None]:
        @hydra.main(version_base="1.3", config_path=path, config_name=name)
        @functools.wraps(task)
        def main(cfg: DictConfig) -> float:
            try:
                return task(cfg)
            except Exception as error:
                raise EscapedError(error) from error

        return cast(Callable[[], None], main)

    return decorate


def _quiet_if_imported() -> AbstractContextManager[None]:
    """Environment variables come too late for a transformers that is there already, in the process of a test, say."""
    return quiet_transformers() if "transformers" in sys.modules else nullcontext()


@contextmanager
def hydra_command(command: str, given: Sequence[str], cls: type[Settings]) -> Iterator[None]:
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
    except EscapedError as escaped:
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
