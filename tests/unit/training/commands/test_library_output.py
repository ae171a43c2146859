"""Libraries are quiet while a command runs, unless -v or the user's own environment asks for more."""

from __future__ import annotations

import logging

from huggingface_hub.utils import are_progress_bars_disabled
from transformers.utils import logging as transformers_logging

from annotation import terminal
from training.commands.library_output import library_output, quiet_transformers


def test_errors_alone_are_shown_and_downloads_where_there_may_be_some() -> None:
    assert library_output(downloads=True) == {"TRANSFORMERS_VERBOSITY": "error"}
    assert library_output(downloads=False) == {"TRANSFORMERS_VERBOSITY": "error", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}


def test_verbose_shows_everything() -> None:
    with terminal.logger_level("root", logging.DEBUG):
        assert library_output(downloads=False) == {"TRANSFORMERS_VERBOSITY": "info"}
        with quiet_transformers(downloads=True):
            assert transformers_logging.is_progress_bar_enabled()


def test_bars_of_downloads_are_the_only_ones_and_the_others_come_back() -> None:
    with quiet_transformers(downloads=True):
        assert not transformers_logging.is_progress_bar_enabled()
        assert not are_progress_bars_disabled()
    assert transformers_logging.is_progress_bar_enabled()


def test_what_was_imported_before_is_quiet_too_and_as_it_was_afterwards() -> None:
    before = transformers_logging.get_verbosity()
    with quiet_transformers():
        assert not transformers_logging.is_progress_bar_enabled()
        assert are_progress_bars_disabled()
        assert transformers_logging.get_verbosity() == logging.ERROR
    assert transformers_logging.is_progress_bar_enabled()
    assert not are_progress_bars_disabled()
    assert transformers_logging.get_verbosity() == before
