"""What binds a run: the contents of its snapshots, wherever they are; records of before further ones still fit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.document import Json
from annotation.core.errors import UsageError
from tests.run.small import small
from training.commands.train_record import made_of, must_be_equal
from training.config.schema import DataConfig, TrainConfig
from training.loop.run_folder import RunFolder
from training.loop.training_sources import TrainingSources


@pytest.fixture
def sources(tmp_path: Path) -> TrainingSources:
    return TrainingSources(small(tmp_path / "snap", count=20), (small(tmp_path / "other", count=10),))


def record(run: TrainConfig, sources: TrainingSources) -> Json:
    """As a file has it."""
    row: Json = json.loads(json.dumps(must_be_equal(run, sources, None)))
    return row


def test_a_run_of_before_there_were_further_snapshots_is_resumed(sources: TrainingSources, tmp_path: Path) -> None:
    alone = TrainingSources(sources.snapshot)
    run = TrainConfig(snapshot="snap", output="run")
    new = record(run, alone)
    old = {**new, "data": {name: value for name, value in new["data"].items() if name != "also"}}
    folder = RunFolder.claim(tmp_path / "run", old, resume=True)
    assert RunFolder.plan(tmp_path / "run", new, resume=True).id == folder.id
    none = replace(run, data=DataConfig(also=()))
    assert record(none, alone) == new
    assert "also" not in made_of(run, alone, None)


def test_contents_bind_and_places_do_not(sources: TrainingSources, tmp_path: Path) -> None:
    run, moved = (TrainConfig(snapshot="snap", output="run", data=DataConfig(also=(place,))) for place in "ab")
    assert record(run, sources) == record(moved, sources)
    folder = RunFolder.claim(tmp_path / "run", record(run, sources), resume=True)
    (folder.model).mkdir(parents=True)
    with pytest.raises(UsageError, match=r"holds another run \(data\.also \['other \([0-9a-f]{16}\)'\], not None\)"):
        RunFolder.plan(tmp_path / "run", record(run, TrainingSources(sources.snapshot)), resume=True)
