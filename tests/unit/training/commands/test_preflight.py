"""What is missing is found before torch is imported, and nothing was written then."""

from __future__ import annotations

import json
import socket
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
    "audit snapshot=nowhere": "nowhere/manifest.json: No such file",
    "audit snapshot=snap encoder=hub encoder.name=none/there": "encoder none/there: not on this machine yet",
    "curve snapshot=nowhere": "nowhere/manifest.json: No such file",
    "evaluate model=nowhere snapshot=snap": "nowhere: holds no model; name the folder that naba train wrote",
    "evaluate model=made against=nowhere snapshot=snap": "nowhere: holds no model",
    "evaluate model=made snapshot=nowhere": "nowhere/manifest.json: No such file",
    "evaluate model=made snapshot=snap gates=none": "gates=none: no such preset",
    "predict model=nowhere input=snap output=o.jsonl": "nowhere: holds no model",
    "predict model=made input=nowhere output=o.jsonl": "nowhere: no such file; name a file of Documents",
    "drift model=nowhere input=snap": "nowhere: holds no model",
    "drift model=made input=nowhere": "nowhere: no such file; name a file of Documents",
    "backend model=nowhere": "nowhere: holds no model",
    "onnx model=nowhere": "nowhere: holds no model",
    "release version=1.0 model=nowhere snapshot=snap": "nowhere: holds no model",
    "release version=1.0 model=made snapshot=nowhere": "nowhere/manifest.json: No such file",
    "release version=made releases=. model=made snapshot=snap": "made: exists, and a release is never overwritten",
    "release --verify 1.0": "releases/1.0/release.json: No such file or directory; name a version",
}
LAUNCHERS = {"slurm": ("submitit_slurm", "slurm"), "joblib": ("joblib", "sweep")}
"""Launchers, with the name and the extra that their message says."""
PLUGINS = ("submitit", "joblib")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("preflight")
    small(folder / "snap", count=12)
    (folder / "made").mkdir()
    (folder / "made" / "config.json").touch()
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
    assert sorted(path.name for path in place.iterdir()) == ["made", "snap"]


def test_a_missing_server_and_a_taken_port_cost_no_torch(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        wrong = [["backend", "model=made", "project=p"], ["backend", "model=made", f"port={port}"]]
        command = [sys.executable, "-c", RUN, json.dumps(wrong)]
        done = subprocess.run(command, cwd=place, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[3, false]"] * 2, done.stderr
    served, listening = done.stderr.splitlines()
    assert served.startswith("naba: no Label Studio runs in workspace; start one with `naba serve`")
    assert listening.startswith(f"naba: port {port} of 127.0.0.1: Address already in use; choose another with port=")


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
