"""Overrides and options in any order."""

from __future__ import annotations

import pytest

from training.commands.hydra_options import HydraWords
from training.config.validation import ConfigError


def test_options_and_overrides_may_be_mixed() -> None:
    words = HydraWords.of(["a=1", "--cfg", "job", "b=2", "--info", "c=3", "--resolve", "-q", "d=x -y"])
    assert words.overrides == ("a=1", "b=2", "c=3", "d=x -y")
    assert words.options == ("--cfg", "job", "--info", "--resolve")
    assert (words.quiet, words.verbose, words.sweeping, words.runs) == (True, False, False, False)


def test_a_sweep_runs_and_info_may_have_a_value() -> None:
    words = HydraWords.of(["-m", "a=1,2"])
    assert (words.sweeping, words.runs) == (True, True)
    assert HydraWords.of(["--info", "config", "a=1"]).options == ("--info", "config")


def test_an_unknown_option_is_told() -> None:
    with pytest.raises(ConfigError, match="--verbos: no such option; did you mean --verbose"):
        HydraWords.of(["--verbos"])
