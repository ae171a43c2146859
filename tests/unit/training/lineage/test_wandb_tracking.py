"""A run is really written offline and read back; and nothing that goes wrong with tracking stops anything."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tracked import artifact, points, records, settings, summary, table
from training.config.schema import TrackingConfig
from training.lineage.wandb_tracking import artifact_name, mode, tracking

OFFLINE = TrackingConfig(mode="offline", project="test")


@pytest.fixture(autouse=True)
def nobodys_account(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in ("WANDB_API_KEY", "WANDB_MODE", "WANDB_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))


def test_an_offline_run_holds_its_settings_curves_table_and_lineage(tmp_path: Path) -> None:
    (tmp_path / "snap" / "inner").mkdir(parents=True)
    (tmp_path / "snap" / "inner" / "text").write_text("abc")
    given = {"config": {"fit": {"epochs": 3}}, "seed": 13}
    with tracking(OFFLINE, output=tmp_path, name="demo", id="abc123", settings=given) as tracker:
        tracker.used(tmp_path / "snap", name="snap/1", kind="dataset", about={"content": "f00"})
        for epoch, value in enumerate((0.25, 0.5), start=1):
            tracker.log({"epoch": epoch, "dev/Arg-C+": value})
        tracker.table("types", ["type", "f1"], [("Arrest", 0.5)])
        tracker.summary({"final/Arg-C+": 0.5})
        tracker.made(tmp_path / "snap", name="model-demo", kind="model", about={}, aliases=("1.10", "release"))
        folder = tracker.folder
    assert folder is not None
    assert folder.is_relative_to(tmp_path)
    assert [row for row in points(folder) if "dev/Arg-C+" in row] == [
        {"epoch": 1, "dev/Arg-C+": 0.25},
        {"epoch": 2, "dev/Arg-C+": 0.5},
    ]
    (run,) = (record.run for record in records(folder) if record.HasField("run"))
    assert (run.run_id, run.display_name, run.project) == ("abc123", "demo", "test")
    assert settings(folder)["config"] == {"fit": {"epochs": 3}}
    dataset, model = artifact(folder, "dataset"), artifact(folder, "model")
    assert (dataset.name, json.loads(dataset.metadata)) == ("snap-1", {"content": "f00"})
    assert (dataset.use_after_commit, model.use_after_commit) == (True, False)  # what goes in, and what comes out
    (entry,) = model.manifest.contents
    assert (entry.path, entry.size, entry.local_path) == ("inner/text", 3, str(tmp_path / "snap" / "inner" / "text"))
    assert set(model.aliases) == {"latest", "1.10", "release"}
    assert table(folder, "types")["data"] == [["Arrest", 0.5]]
    assert summary(folder)["final/Arg-C+"] == 0.5


def test_names_in_other_scripts_stay_different() -> None:
    first, second = artifact_name("model-ניסוי"), artifact_name("model-תירגול")
    assert first != second
    assert all(name.isascii() and name.startswith("model-") for name in (first, second))
    assert artifact_name("model-my run/1.0") == "model-my-run-1.0"
    assert len(artifact_name("a" * 200)) == 128


def test_addresses_alone_are_tracked_where_that_is_wished(tmp_path: Path) -> None:
    (tmp_path / "snap").mkdir()
    (tmp_path / "snap" / "text").write_text("abc")
    config = TrackingConfig(mode="offline", artifacts="references")
    with tracking(config, output=tmp_path, name="demo", id="abc", settings={}) as tracker:
        tracker.made(tmp_path / "snap", name="m", kind="model", about={})
        folder = tracker.folder
    assert folder is not None
    (entry,) = artifact(folder, "model").manifest.contents
    assert (entry.path, entry.local_path) == ("text", "")
    assert (tmp_path / "snap" / "text").as_uri() in str(entry)


def test_off_writes_nothing(tmp_path: Path) -> None:
    with tracking(TrackingConfig(mode="off"), output=tmp_path, name="x", id="x", settings={}) as tracker:
        tracker.log({"epoch": 1})
        tracker.summary({"a": 1})
        tracker.table("t", ["a"], [[1]])
        tracker.used(tmp_path, name="s", kind="dataset", about={})
        assert tracker.folder is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("config", "environment", "expected"),
    [
        ("auto", {}, "offline"),
        ("auto", {"WANDB_API_KEY": "k"}, "online"),
        ("auto", {"WANDB_API_KEY": "k", "WANDB_MODE": "offline"}, "offline"),
        ("auto", {"WANDB_MODE": "disabled"}, "off"),
        ("offline", {"WANDB_API_KEY": "k"}, "offline"),
        ("off", {"WANDB_API_KEY": "k", "WANDB_MODE": "online"}, "off"),
    ],
)
def test_nothing_is_sent_without_a_key_or_against_a_wish(
    config: str, environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert mode(TrackingConfig(mode=config)) == expected  # type: ignore[arg-type]


def test_a_start_that_fails_is_a_warning_and_the_work_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Online without a key, where nobody can be asked for one."""
    with caplog.at_level(logging.WARNING, logger="training.lineage.wandb_tracking"):
        online = TrackingConfig(mode="online")
        with tracking(online, output=tmp_path, name="x", id="x", settings={}) as tracker:
            tracker.log({"epoch": 1})
    (warning,) = (record.getMessage() for record in caplog.records if record.name == "training.lineage.wandb_tracking")
    assert warning.startswith("Weights & Biases cannot start: ")
    assert "tracking=off" in warning
    assert "\n" not in warning


def test_a_service_that_does_not_answer_is_a_warning_and_nothing_else_is_printed(tmp_path: Path) -> None:
    """In a process of its own: what is printed depends on what wandb did there before."""
    code = (
        "import logging, sys; from pathlib import Path; from training.config.schema import TrackingConfig\n"
        "from training.lineage.wandb_tracking import tracking\n"
        "logging.basicConfig(format='%(message)s')\n"
        "with tracking(TrackingConfig(mode='online'), output=Path(sys.argv[1]), name='n', id='n', settings={}): pass\n"
    )
    nowhere = {"WANDB_API_KEY": "0" * 40, "WANDB_BASE_URL": "http://127.0.0.1:9", "WANDB_INIT_TIMEOUT": "1"}
    bare = {name: value for name, value in os.environ.items() if not name.startswith("WANDB")}  # without its service
    command, environment = [sys.executable, "-c", code, str(tmp_path)], {**bare, **nowhere}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    (warning,) = (done.stdout + done.stderr).splitlines()
    assert warning.startswith("Weights & Biases cannot start: ")


def test_a_failure_on_the_way_is_told_once_and_ends_tracking(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with tracking(OFFLINE, output=tmp_path, name="x", id="x", settings={}) as tracker:
        tracker.table("bad", ["one"], [[1, 2]])  # wandb raises: a row of another length
        tracker.log({"epoch": 1})
    warnings = [record.getMessage() for record in caplog.records if record.name == "training.lineage.wandb_tracking"]
    assert len(warnings) == 1
    assert warnings[0].endswith("training goes on without it")


def test_an_error_of_the_work_passes_through_a_tracked_run(tmp_path: Path) -> None:
    folders: list[Path | None] = []

    def work() -> None:
        with tracking(OFFLINE, output=tmp_path, name="x", id="y", settings={}) as tracker:
            folders.append(tracker.folder)
            raise KeyError("of the work")

    with pytest.raises(KeyError, match="of the work"):
        work()
    (folder,) = folders
    assert folder is not None
    (ended,) = (record.exit for record in records(folder) if record.HasField("exit"))
    assert ended.exit_code == 1
