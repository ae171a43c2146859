"""A sweep with Optuna: the same trials for the same seed, broken off or not, each in a folder of its own."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import hydra
import optuna
import pytest
import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

import conf
from annotation.core.errors import NabaError, UsageError
from tests.run.small import small
from training.commands.hydra_entry import EscapedError
from training.commands.hydra_main import train_main
from training.config.optuna_sweeper import distribution, register_sweeper

CONF = """
defaults:
  - _self_
  - override hydra/sweeper: optuna
  - override hydra/job_logging: none
  - override hydra/hydra_logging: none
x: 0.0
y: a
hydra: {output_subdir: null, sweep: {dir: %s, subdir: "${hydra.job.num}"}}
"""


@pytest.fixture
def sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A Hydra application of its own, whose job is a parabola with its top at x = 2."""
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    sweeper = Path(conf.__file__).parent / "hydra" / "sweeper" / "optuna.yaml"
    (tmp_path / "conf" / "hydra" / "sweeper").mkdir(parents=True)
    (tmp_path / "conf" / "hydra" / "sweeper" / "optuna.yaml").write_text(sweeper.read_text(encoding="utf-8"))

    def run(name: str, *overrides: str, stop_at: int | None = None) -> Path:
        folder = tmp_path / name
        (tmp_path / "conf" / "app.yaml").write_text(CONF % folder)
        left = [stop_at] if stop_at is not None else []

        @hydra.main(version_base="1.3", config_path=str(tmp_path / "conf"), config_name="app")
        def main(cfg: DictConfig) -> float:
            if left and left[0] == 0:
                raise KeyboardInterrupt
            left[:] = [number - 1 for number in left]
            return -float((cfg.x - 2) ** 2) - (cfg.y == "b")

        monkeypatch.setattr(sys, "argv", ["app", "--multirun", *overrides])
        register_sweeper()
        main()
        return folder

    return run


def trials(folder: Path) -> list[tuple[dict[str, object], float | None]]:
    storage = JournalStorage(JournalFileBackend(str(folder / "study.log")))
    study = optuna.load_study(study_name="naba", storage=storage)
    return [(trial.params, trial.value) for trial in study.trials]


SPACE = ("x=interval(-5,5)", "y=a,b", "hydra.sweeper.trials=6")


def test_trials_are_counted_numbered_and_the_best_is_kept(sweep: Callable[..., Path]) -> None:
    folder = sweep("one", *SPACE)
    found = trials(folder)
    assert len(found) == 6
    assert all(value == -float((x["x"] - 2) ** 2) - (x["y"] == "b") for x, value in found)  # type: ignore[operator]
    best = yaml.safe_load((folder / "best.yaml").read_text(encoding="utf-8"))
    assert best["value"] == max(value for _, value in found if value is not None)
    assert found[best["trial"]][0] == best["settings"]


@pytest.mark.parametrize("parallel", [1, 3])
def test_a_sweep_that_was_broken_off_goes_on_to_the_same_trials(sweep: Callable[..., Path], parallel: int) -> None:
    several = (*SPACE, f"hydra.sweeper.parallel={parallel}")
    with pytest.raises(KeyboardInterrupt):
        sweep("broken", *several, stop_at=4)
    whole = trials(sweep("whole", *several))
    assert trials(sweep("broken", *several)) == whole
    more = trials(sweep("broken", *several, "hydra.sweeper.trials=7"))
    assert (len(more), more[:6]) == (7, whole)


def test_another_space_is_refused_in_the_same_folder(sweep: Callable[..., Path]) -> None:
    sweep("one", "x=1,2", "hydra.sweeper.trials=1")
    with pytest.raises(UsageError, match=r"holds another sweep, over x; choose another name="):
        sweep("one", "y=a,b", "hydra.sweeper.trials=1")


def test_presets_say_what_to_try_and_the_command_line_wins(sweep: Callable[..., Path]) -> None:
    preset = "++hydra.sweeper.params={x: 'interval(0,1)', y: 'a,b'}"
    found = trials(sweep("one", preset, "hydra.sweeper.trials=3", "x=3"))
    assert [params.keys() for params, _ in found] == [{"y"}] * 3
    assert {value for _, value in found} <= {-1.0, -2.0}


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("a=1,2,x", CategoricalDistribution(["1", "2", "x"])),
        ("a=choice(c,b)", CategoricalDistribution(["c", "b"])),
        ("a=range(1,4)", CategoricalDistribution(["1", "2", "3"])),
        ("a=interval(1,4)", FloatDistribution(1, 4)),
        ("a=tag(log,interval(1e-4,1e-2))", FloatDistribution(1e-4, 1e-2, log=True)),
        ("a=int(interval(1,4))", IntDistribution(1, 4)),
        ("a=tag(log,int(interval(1,64)))", IntDistribution(1, 64, log=True)),
    ],
)
def test_hydras_grammar_says_what_is_drawn(override: str, expected: BaseDistribution) -> None:
    assert distribution(OverridesParser.create().parse_override(override)) == expected


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["hydra/sweeper=optuna"], "nothing varies; give a setting several values"),
        (["fit.clip=interval(1,2)"], r"an interval\( \) is tried with hydra/sweeper=optuna only"),
        (["hydra/sweeper=optuna", "fit.clip=interval(-2,-1)"], "fit.clip: must be above 0"),
        (["sweep=compct"], "sweep=compct: no such preset; did you mean compact?"),
    ],
)
def test_a_sweep_that_cannot_be_is_one_line(
    overrides: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    small(tmp_path / "a", count=10)
    with pytest.raises(UsageError, match=expected):
        train_main(["--multirun", "snapshot=a", *overrides])


def test_an_error_in_another_process_arrives_in_its_own_words() -> None:
    arrived = pickle.loads(pickle.dumps(EscapedError(UsageError("fit.clip: must be above 0, not -1.0")))).error
    assert isinstance(arrived, NabaError)
    assert (str(arrived), arrived.exit_code) == ("fit.clip: must be above 0, not -1.0", 2)
    assert type(pickle.loads(pickle.dumps(EscapedError(KeyError("x")))).error) is RuntimeError
