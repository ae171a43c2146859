"""Hydra composes the commands, and whatever is wrong with an override comes out as one line of ours."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest

import conf
from annotation import terminal
from annotation.core.errors import NabaError, UsageError
from training.commands.hydra_main import evaluate_main, predict_main, train_main
from training.config.validation import ConfigError


def message(*overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        train_main(overrides)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


def presets(group: str) -> set[str]:
    return {file.stem for file in (Path(conf.__file__).parent / group).glob("*.yaml")}


WRONG = {
    "": "snapshot: missing; say snapshot=...",
    "snapshot=a fit.epochs=0 seed=x": "seed: must be a whole number, not 'x'; fit.epochs: must be at least 1, not 0",
    "fit.epcohs=3": "fit.epcohs: no such setting; did you mean fit.epochs?",
    "fit=quik": "fit=quik: no such preset; did you mean quick?",
    "encoder=elmo": f"encoder=elmo: no such preset; it has {', '.join(sorted(presets('encoder')))}",
    "fit=3": "fit: must name a preset, not 3",
    "seed=1,2": "seed: has several values; add --multirun to try each, or put a list in [ ]",
    "fit.clip=(": (
        "fit.clip=(: not understood; write key=value, and a value with brackets or commas in it in quotes within those "
        "of the shell, as in \"fit.clip='a, b (c)'\""
    ),
    "encoder=hub encoder.layers=2": "encoder.layers: is a setting of encoder=compact; choose that",
    "encoder.name=x": "encoder.name: is a setting of encoder=hub; choose that",
    "fit.lr=1": "fit.lr: no such setting; did you mean fit.learning_rate?",
    "epochs=3": "epochs: no such setting; did you mean fit.epochs?",
    "lr=3": "lr: no such setting; did you mean encoder.learning_rate or fit.learning_rate?",
    "tracking=none": "tracking=none: no such preset; did you mean off?",
    "tracking=null": "tracking: must name a preset, not null; tracking=off turns it off",
    "fit=false": "fit: must name a preset, not false",
    "--xyzzy": "--xyzzy: no such option; it has ",
    "--mutlirun seed=1,2": "--mutlirun: no such option; did you mean --multirun?",
    "--multirun snapshot=a fit.epochs=1,0 seed=1,x": (
        "fit.epochs: must be at least 1, not 0; seed: must be a whole number, not 'x'"
    ),
    "--multirun snapshot=a fit=quick,quik": "fit=quik: no such preset; did you mean quick?",
    "--multirun snapshot=a fit.clip=interval(1,2)": "an interval( ) is tried with hydra/sweeper=optuna only",
    "snapshot=a fit.epochs=0 --multirun seed=1,2": "fit.epochs: must be at least 1, not 0",
}


@pytest.mark.parametrize(("overrides", "expected"), WRONG.items())
def test_a_wrong_override_is_one_line_that_names_it_and_leaves_nothing(
    overrides: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = message(*overrides.split())
    assert told == expected or (expected.endswith(" ") and told.startswith(expected))
    assert list(tmp_path.iterdir()) == []


def test_every_unknown_setting_is_told_at_once() -> None:
    told = message("fit.epcohs=3", "colour=red", "fit.zzz=1")
    assert "fit.epcohs: no such setting; did you mean fit.epochs?" in told
    assert "colour: no such setting; it has " in told
    assert "fit.zzz: no such setting; it has fit.accumulate, " in told


def test_a_value_without_a_name_is_told() -> None:
    assert message("snapshot=a", "=3").startswith("=3: no such setting")


def test_an_error_of_the_work_itself_comes_through_unchanged(tmp_path: Path) -> None:
    with pytest.raises(NabaError, match=r"manifest\.json") as caught:
        train_main([f"snapshot={tmp_path}", f"output={tmp_path}/out"])
    assert not isinstance(caught.value, ConfigError)
    with pytest.raises(UsageError, match="holds no model"):
        evaluate_main([f"model={tmp_path}", "snapshot=a"])
    with pytest.raises(UsageError, match="holds no model"):
        predict_main([f"model={tmp_path}", f"input={tmp_path}/none.jsonl", "output=x.jsonl"])


def test_hydra_says_nothing_of_its_own_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = list(sys.argv), dict(os.environ)
    message("fit.epochs=0")
    message("fit=quik")
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []
    assert (sys.argv, dict(os.environ)) == before


def test_cfg_shows_the_configuration_and_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    train_main(["snapshot=a", "experiment=demo", "seed=7", "--cfg", "job"])
    shown = capsys.readouterr().out
    assert "seed: 7" in shown
    assert "hydra:" not in shown


def test_info_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.configure(quiet=False, verbose=False)
    train_main(["snapshot=a", "--info", "searchpath", "seed=7"])
    shown = capsys.readouterr()
    assert shown.out.count("pkg://conf") == 1
    assert shown.err == ""


def test_quiet_and_verbose_are_taken_behind_the_command_too(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = []
    for option in ("-q", "-v"):
        train_main(["snapshot=a", option, "--cfg", "job"])
        levels.append(logging.getLogger("training").level)
    terminal.configure(quiet=False, verbose=False)
    assert levels == [logging.WARNING, logging.DEBUG]


def test_help_names_every_preset_and_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        train_main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "naba train snapshot=" in shown
    for group in ("encoder", "experiment", "fit", "tracking", "debug"):
        line = shown.partition(f"{group}= ")[2].partition("= ")[0]
        assert presets(group) <= set(line.replace("|", " ").split())
    assert "epochs: 30" in shown
    learns = shown.partition("encoder.learns= ")[2].partition("experiment= ")[0]
    for regime in ("all", "top (", "lora (", "frozen ("):  # each with what it costs
        assert regime in learns
