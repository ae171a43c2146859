"""What is missing is found before torch is imported, and nothing was written then."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from tests.run.small import environment, small
from training.config.schema import DataConfig
from training.loop.data_selection import check_languages
from training.loop.training_sources import TrainingSources

RUN = """
import json, os, sys
from training.cli import main

for words in json.loads(sys.argv[1]):
    sys.argv = ["naba", *words]
    try:
        main()
    except SystemExit as ended:
        print(json.dumps([ended.code, "torch" in sys.modules]))
"""
MISSING = {
    "train snapshot=snap data.languages=fr": "data.languages: no train document is in fr; there are ar, he",
    "train snapshot=snap encoder=hub encoder.name=none/there": "encoder none/there: not on this machine yet",
    "train snapshot=snap data.languages=[]": "data.languages: must not be empty; null takes every language",
    "train --multirun snapshot=snap data.languages=[he],[fr]": "data.languages: no train document is in fr",
    "train --multirun snapshot=snap init=null,nowhere": "init=nowhere: holds no model",
    "train --multirun snapshot=snap seed=1,2 hydra/launcher=slurm": "hydra/launcher=slurm: no Slurm is on this machine",
    "train snapshot=snap encoder=bundled encoder.scripts=[]": "encoder.scripts: must not be empty; null keeps",
    "pretrain input=nowhere output=T": "input=nowhere: does not exist; name a folder of raw articles",
    "pretrain input=. output=T snapshot=nowhere": "nowhere/manifest.json: No such file",
    "pretrain input=. output=T encoder=hub encoder.name=none/there": "encoder none/there: not on this machine yet",
}
LAUNCHERS = {"slurm": ("submitit_slurm", "slurm"), "joblib": ("joblib", "sweep")}
"""Launchers, with the name and the extra that their message says."""
PLUGINS = ("submitit", "joblib")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("preflight")
    small(folder / "snap", count=12)
    return folder


def test_what_is_missing_is_one_line_and_costs_no_torch(place: Path) -> None:
    words = json.dumps([command.split() for command in MISSING])
    command = [sys.executable, "-c", RUN, words]
    done = subprocess.run(command, cwd=place, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[2, false]"] * len(MISSING), done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == len(MISSING), done.stderr
    for line, expected in zip(lines, MISSING.values(), strict=True):
        assert line.startswith(f"naba: {expected}")
    assert [path.name for path in place.iterdir()] == ["snap"]


def test_a_launcher_without_its_package_is_told_with_the_command(place: Path) -> None:
    words = json.dumps([f"train --multirun snapshot=snap seed=1,2 hydra/launcher={name}".split() for name in LAUNCHERS])
    blocked = "".join(f"import sys; sys.modules['hydra_plugins.hydra_{name}_launcher'] = None\n" for name in PLUGINS)
    command = [sys.executable, "-c", blocked + RUN, words]
    done = subprocess.run(command, cwd=place, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[2, false]"] * len(LAUNCHERS), done.stderr
    assert done.stderr.splitlines() == [
        f"naba: hydra/launcher={name}: needs its package; pip install 'naba[{extra}]'"
        for name, extra in LAUNCHERS.values()
    ]


def test_a_language_that_dev_lacks_is_told(place: Path) -> None:
    sources = TrainingSources.open(str(place / "snap"), None)
    check_languages(sources, DataConfig(languages=("he", "fr")))
    sources.snapshot.manifest.counts["dev"].languages.pop("he")
    with pytest.raises(UsageError, match="no dev document is in he; there are ar"):
        check_languages(sources, DataConfig(languages=("he",)))
    check_languages(sources, DataConfig(languages=("he",), dev="train"))
