"""A run is really written offline and read back; and nothing that goes wrong with tracking stops anything."""

from __future__ import annotations

import json
import logging
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from wandb.proto.wandb_internal_pb2 import Record

from training.config import TrackingConfig
from training.tracking import mode, tracking

OFFLINE = TrackingConfig(mode="offline", project="test")


@pytest.fixture(autouse=True)
def nobodys_account(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in ("WANDB_API_KEY", "WANDB_MODE", "WANDB_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))


def records(folder: Path) -> list[Record]:
    """What is in the run's .wandb file once its service, which may end after us, has written the last of it."""
    (file,) = folder.glob("*.wandb")
    for _ in range(200):
        found = list(parsed(file.read_bytes()))
        if found and found[-1].HasField("exit"):
            return found
        time.sleep(0.05)
    raise AssertionError(f"{file} was never finished")


def parsed(data: bytes) -> Iterator[Record]:
    """LevelDB's log format behind a header of seven bytes."""
    at, parts = 7, b""
    while at + 7 <= len(data):
        if 32768 - at % 32768 < 7:
            at += 32768 - at % 32768
            continue
        length, kind = struct.unpack_from("<HB", data, at + 4)
        parts += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield Record.FromString(parts)
            parts = b""


def points(folder: Path) -> list[dict[str, float]]:
    """The logged points, without what the service adds."""
    rows = [
        {(item.key or ".".join(item.nested_key)): json.loads(item.value_json) for item in record.history.item}
        for record in records(folder)
        if record.HasField("history")
    ]
    return [{key: value for key, value in row.items() if not key.startswith("_")} for row in rows]


def test_an_offline_run_holds_its_settings_curves_table_and_lineage(tmp_path: Path) -> None:
    (tmp_path / "snap").mkdir()
    settings = {"config": {"fit": {"epochs": 3}}, "seed": 13}
    with tracking(OFFLINE, output=tmp_path, name="demo", id="abc123", settings=settings) as tracker:
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
    everything = list(records(folder))
    (run,) = (record.run for record in everything if record.HasField("run"))
    assert (run.run_id, run.display_name, run.project) == ("abc123", "demo", "test")
    told = {item.key: json.loads(item.value_json) for item in run.config.update}
    assert told["config"] == {"fit": {"epochs": 3}}
    artifacts = [record.request.log_artifact.artifact for record in everything] + [r.artifact for r in everything]
    (dataset,) = (artifact for artifact in artifacts if artifact.type == "dataset")
    assert (dataset.name, json.loads(dataset.metadata)) == ("snap-1", {"content": "f00"})
    (model,) = (artifact for artifact in artifacts if artifact.type == "model")
    assert set(model.aliases) == {"latest", "1.10", "release"}
    (table,) = (folder / "files" / "media" / "table").glob("types*.json")
    assert json.loads(table.read_text())["data"] == [["Arrest", 0.5]]
    summaries = {i.key: i.value_json for r in everything if r.HasField("summary") for i in r.summary.update}
    assert summaries["final/Arg-C+"] == "0.5"


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
    with caplog.at_level(logging.WARNING, logger="training.tracking"):
        online = TrackingConfig(mode="online")
        with tracking(online, output=tmp_path, name="x", id="x", settings={}) as tracker:
            tracker.log({"epoch": 1})
    (warning,) = (record.getMessage() for record in caplog.records if record.name == "training.tracking")
    assert warning.startswith("Weights & Biases cannot start: ")
    assert "tracking=off" in warning
    assert "\n" not in warning


def test_a_failure_on_the_way_is_told_once_and_ends_tracking(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with tracking(OFFLINE, output=tmp_path, name="x", id="x", settings={}) as tracker:
        tracker.table("bad", ["one"], [[1, 2]])  # wandb raises: a row of another length
        tracker.log({"epoch": 1})
    warnings = [record.getMessage() for record in caplog.records if record.name == "training.tracking"]
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
