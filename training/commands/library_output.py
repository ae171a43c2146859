"""What transformers and the hub's client print while a command runs: errors and downloads, with -v everything."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_ERRORS = {"TRANSFORMERS_VERBOSITY": "error"}
_EVERYTHING = {"TRANSFORMERS_VERBOSITY": "info"}
_NO_BARS = {"HF_HUB_DISABLE_PROGRESS_BARS": "1"}


def library_output(*, downloads: bool) -> Mapping[str, str]:
    """Environment variables that hold when transformers is imported, in this process or one that it starts.

    downloads: whether the command may fetch an encoder, and so leaves progress bars on; see `quiet_transformers`.
    """
    if _verbose():
        return _EVERYTHING
    return _ERRORS if downloads else _ERRORS | _NO_BARS


@contextmanager
def quiet_transformers(*, downloads: bool = False) -> Iterator[None]:
    """Show errors of transformers alone and none of its progress bars, also where it was imported before.

    It draws a bar whenever it reads or writes weights. downloads: show those of downloads.
    """
    from huggingface_hub.utils.tqdm import enable_progress_bars
    from transformers.utils import logging as transformers_logging

    if _verbose():
        yield
        return
    verbosity, bars = transformers_logging.get_verbosity(), transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    if bars:
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        if downloads:
            enable_progress_bars()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        if bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _verbose() -> bool:
    return logging.getLogger().isEnabledFor(logging.DEBUG)
