"""A run's folder belongs to one configuration, and a model in it is finished or not there."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from training.config.schema import AnyEncoderConfig, CompactEncoderConfig, HubEncoderConfig
from training.loop.run_folder import RunFolder

RECORD = {"fit": {"epochs": 3}, "languages": ("ar",), "seed": 13}


def claim(path: Path, record: dict[str, object] = RECORD, *, resume: bool = True) -> RunFolder:
    return RunFolder.claim(path, record, resume=resume)


def checkpoint(folder: RunFolder, step: int, state: str = "{}") -> Path:
    path = folder.checkpoints / f"checkpoint-{step}"
    path.mkdir(parents=True)
    (path / "trainer_state.json").write_text(state)
    return path


def weights(text: str) -> object:
    return lambda path: (path / "weights").write_text(text)


def test_the_same_configuration_takes_the_run_up_again(tmp_path: Path) -> None:
    first = claim(tmp_path / "run")
    assert claim(tmp_path / "run") == first


def test_another_configuration_is_refused_and_what_differs_is_named(tmp_path: Path) -> None:
    folder = claim(tmp_path)
    folder.publish(weights("good"))
    with pytest.raises(UsageError, match=r"fit.epochs 3, not 4; more None, not 1\); choose another name="):
        claim(tmp_path, {**RECORD, "fit": {"epochs": 4}, "more": 1})


def test_a_run_that_ended_before_any_work_leaves_its_place_to_another(tmp_path: Path) -> None:
    first = claim(tmp_path)
    second = claim(tmp_path, {**RECORD, "fit": {"epochs": 4}})
    assert second.id != first.id
    assert claim(tmp_path, {**RECORD, "fit": {"epochs": 4}}) == second


SHARED = {
    **asdict(CompactEncoderConfig(window=256)),
    "name": None,
    "revision": None,
    "gradient_checkpointing": False,
}
"""An encoder's settings as recorded when all kinds shared one class."""


@pytest.mark.parametrize(
    ("changes", "encoder"),
    [
        ({}, CompactEncoderConfig(window=256)),
        (
            {"kind": "hub", "name": "a/b"},
            HubEncoderConfig(name="a/b", window=256, learning_rate=2e-3, attention_dropout=None),
        ),
    ],
)
def test_a_run_from_before_each_kind_of_encoder_had_its_own_settings_is_resumed(
    tmp_path: Path, changes: dict[str, object], encoder: AnyEncoderConfig
) -> None:
    old = {"id": "0123456789ab", "record": {**RECORD, "encoder": SHARED | changes}}
    (tmp_path / "run.json").write_text(json.dumps(old))
    assert claim(tmp_path, {**RECORD, "encoder": asdict(encoder)}).id == "0123456789ab"
    (tmp_path / "model").mkdir()
    with pytest.raises(UsageError, match=r"\(encoder.window 256, not 128\); choose another name="):
        claim(tmp_path, {**RECORD, "encoder": {**asdict(encoder), "window": 128}})


def test_a_damaged_record_is_told_with_the_remedy(tmp_path: Path) -> None:
    for content in ("{", "[]", '{"id": 1}'):
        (tmp_path / "run.json").write_text(content)
        with pytest.raises(UsageError, match="resume=false starts again"):
            claim(tmp_path)


def test_starting_again_leaves_no_checkpoint_and_another_id(tmp_path: Path) -> None:
    first = claim(tmp_path)
    checkpoint(first, 5)
    second = claim(tmp_path, {"seed": 1}, resume=False)
    assert second.checkpoint() is None
    assert second.id != first.id
    assert claim(tmp_path, {"seed": 1}) == second


def test_the_newest_whole_checkpoint_is_the_one_to_go_on_from(tmp_path: Path) -> None:
    folder = claim(tmp_path)
    assert folder.checkpoint() is None
    checkpoint(folder, 9)
    newest = checkpoint(folder, 10)
    checkpoint(folder, 11, state='{"global_st')  # killed while it was written
    (folder.checkpoints / "checkpoint-12").mkdir()  # killed before
    assert folder.checkpoint() == newest


def test_a_model_is_moved_into_place_whole_and_the_checkpoints_go(tmp_path: Path) -> None:
    folder = claim(tmp_path)
    checkpoint(folder, 1)
    assert not folder.finished()
    folder.publish(weights("new"))  # type: ignore[arg-type]
    assert folder.finished()
    assert (folder.model / "weights").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "run.json"]


def test_others_may_read_a_model_as_they_may_any_new_file(tmp_path: Path) -> None:
    def write(path: Path) -> None:
        (path / "inner").mkdir()
        for file in (path / "weights", path / "inner" / "words"):
            file.write_text("for their owner alone")
            file.chmod(0o600)

    (tmp_path / "new").write_text("")
    model = claim(tmp_path / "run").publish(write)
    modes = {path.stat().st_mode for path in model.rglob("*") if path.is_file()}
    assert modes == {(tmp_path / "new").stat().st_mode}


def test_a_model_that_breaks_off_half_written_is_not_there(tmp_path: Path) -> None:
    folder = claim(tmp_path)

    def broken(path: Path) -> None:
        (path / "weights").write_text("half")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        folder.publish(broken)
    assert not folder.model.exists()
    assert not folder.finished()
    folder.publish(weights("whole"))  # type: ignore[arg-type]
    assert (folder.model / "weights").read_text() == "whole"


def test_an_old_model_stays_until_the_new_one_is_finished(tmp_path: Path) -> None:
    claim(tmp_path).publish(weights("old"))  # type: ignore[arg-type]
    again = claim(tmp_path, resume=False)
    assert (again.model / "weights").read_text() == "old"
    assert not again.finished()
    again.publish(weights("new"))  # type: ignore[arg-type]
    assert (again.model / "weights").read_text() == "new"
    assert again.finished()


def test_the_record_is_plain_json(tmp_path: Path) -> None:
    claim(tmp_path)
    assert json.loads((tmp_path / "run.json").read_text())["record"] == {**RECORD, "languages": ["ar"]}


def test_more_epochs_take_a_finished_run_further_until_the_new_model_is_there(tmp_path: Path) -> None:
    first = claim(tmp_path)
    first.publish(weights("old"))
    planned = RunFolder.plan(tmp_path, {**RECORD, "fit": {"epochs": 5}}, resume=True)
    assert first.finished()  # nothing was written yet
    longer = planned.begin({**RECORD, "fit": {"epochs": 5}})
    assert (longer.epochs_before, longer.finished(), longer.stages[0].id) == (3, False, first.id)
    checkpoint(longer, 7)
    again = claim(tmp_path, {**RECORD, "fit": {"epochs": 5}})
    assert again == longer
    assert again.checkpoint() is not None
    again.publish(weights("new"))
    assert (tmp_path / "model" / "weights").read_text() == "new"
    assert claim(tmp_path, {**RECORD, "fit": {"epochs": 6}}).epochs_before == 5


def test_a_run_that_is_not_finished_or_is_to_have_fewer_epochs_is_not_taken_further(tmp_path: Path) -> None:
    checkpoint(claim(tmp_path), 3)
    with pytest.raises(UsageError, match="holds another run"):
        claim(tmp_path, {**RECORD, "fit": {"epochs": 5}})
    claim(tmp_path).publish(weights("old"))
    for other in ({"epochs": 2}, {"epochs": 5, "clip": 2}):
        with pytest.raises(UsageError, match="holds another run"):
            claim(tmp_path, {**RECORD, "fit": other})
