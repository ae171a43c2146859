"""The loop: the same weights for the same seed, broken off or not, and the best ones at the end."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import TrainerControl, TrainerState, TrainingArguments, set_seed

from annotation.core.document import Document
from annotation.core.errors import UsageError
from tests.builders import conflict
from tests.run.small import documents
from training.config.schema import CompactEncoderConfig, FitConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.inference.predictor import predict
from training.lineage.wandb_tracking import Tracker
from training.loop.checkpoints import CheckpointLocator
from training.loop.data_selection import DataSelection
from training.loop.run_folder import RunFolder
from training.loop.trainer import development, fit
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version
from training.scoring.scores import score

HEADS = ModelConfig(max_width=3, head_size=8, hidden_size=16)
BODY = CompactEncoderConfig(hidden_size=16)
SHORT = FitConfig(
    epochs=3, batch_size=4, learning_rate=5e-3, encoder_learning_rate=5e-3, patience=None, device="cpu", threads=1
)
ENCODING = Encoding.build(conflict(), HEADS, BODY)
CORPUS = documents(16)
SPLITS = DataSelection(CORPUS[:10], CORPUS[10:])


class Curves(Tracker):
    """Keeps what is logged, and may break training off as a fault in the machine would."""

    def __init__(self, *, stop_at: float | None = None) -> None:
        super().__init__()
        self.rows: list[dict[str, float]] = []
        self._stop_at = stop_at

    def log(self, values: Mapping[str, float]) -> None:
        self.rows.append(dict(values))
        if values["epoch"] == self._stop_at:
            raise KeyboardInterrupt

    def curve(self, name: str) -> list[float]:
        return [row[name] for row in self.rows if name in row]


def trained(
    folder: Path,
    config: FitConfig = SHORT,
    *,
    seed: int = 13,
    tracker: Tracker | None = None,
    resume: Path | None = None,
) -> EventExtractor:
    torch.set_num_threads(1)
    set_seed(seed)
    model = EventExtractor.build(HEADS, BODY, ENCODING)
    tracker = tracker or Tracker()
    return fit(model, ENCODING, SPLITS, config, seed=seed, tracker=tracker, checkpoints=folder, resume=resume)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path: Path) -> None:
    first, again, other = (trained(tmp_path / str(n), seed=seed) for n, seed in enumerate((13, 13, 14)))
    assert model_version(first) == model_version(again) != model_version(other)


def test_a_run_that_was_broken_off_and_resumed_gives_the_weights_of_one_that_was_not(tmp_path: Path) -> None:
    whole = trained(tmp_path / "whole")
    folder = RunFolder.claim(tmp_path / "broken", {}, resume=True)
    with pytest.raises(KeyboardInterrupt):
        trained(folder.checkpoints, tracker=Curves(stop_at=2.0))
    checkpoint = folder.checkpoint()
    assert checkpoint is not None
    assert checkpoint.name == "checkpoint-3"  # after the first of epochs of three steps
    curves = Curves()
    resumed = trained(folder.checkpoints, tracker=curves, resume=checkpoint)
    assert [row["epoch"] for row in curves.rows if "train/loss" in row] == [2.0, 3.0]
    assert model_version(resumed) == model_version(whole)


def test_the_best_weights_are_the_ones_that_are_kept(tmp_path: Path) -> None:
    curves = Curves()
    model = trained(tmp_path, replace(SHORT, epochs=8), tracker=curves)
    scores = development(SPLITS.dev, list(predict(model, ENCODING, SPLITS.dev)))
    choices = curves.curve("dev/choice")
    assert len(choices) == 8
    best = choices.index(max(choices))
    assert {unit: curves.curve(f"dev/{unit}")[best] for unit in scores} == scores


def test_the_metric_of_the_run_chooses_the_weights_and_stops_it(tmp_path: Path) -> None:
    curves = Curves()
    model = trained(tmp_path, replace(SHORT, epochs=30, patience=2, metric="Trig-I"), tracker=curves)
    scores, metric = development(SPLITS.dev, list(predict(model, ENCODING, SPLITS.dev))), curves.curve("dev/Trig-I")
    assert scores["Trig-I"] == max(metric)
    assert metric.index(max(metric)) == len(metric) - 3


@pytest.mark.parametrize(("schedule", "last"), [("linear", 0.0), ("cosine", 0.0), ("constant", 5e-3)])
def test_after_the_warmup_the_rate_falls_as_the_schedule_says(schedule: str, last: float, tmp_path: Path) -> None:
    curves = Curves()
    trained(tmp_path, replace(SHORT, epochs=2, warmup=0, schedule=schedule), tracker=curves)  # type: ignore[arg-type]
    assert curves.curve("train/learning_rate")[-1] == pytest.approx(last, abs=1e-3)


def test_the_loss_falls(tmp_path: Path) -> None:
    curves = Curves()
    trained(tmp_path, tracker=curves)
    losses = curves.curve("train/loss")
    assert len(losses) == SHORT.epochs
    assert losses == sorted(losses, reverse=True)


def test_training_stops_when_the_development_scores_no_longer_rise(tmp_path: Path) -> None:
    curves = Curves()
    trained(tmp_path, replace(SHORT, epochs=40, patience=2), tracker=curves)
    choices = curves.curve("dev/choice")
    assert len(choices) < 40
    metric = curves.curve("dev/Arg-C+")
    assert metric.index(max(metric)) == len(metric) - 3  # the best, and two that were no better


def test_a_run_broken_off_when_its_patience_was_over_is_not_trained_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(SHORT, epochs=40, patience=2)
    whole = trained(tmp_path / "whole", config)
    folder = RunFolder.claim(tmp_path / "broken", {}, resume=True)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("training.loop.trainer._Loop._finalize_training", broken)
        with pytest.raises(KeyboardInterrupt):
            trained(folder.checkpoints, config)
    moved = RunFolder(folder.path.rename(tmp_path / "moved"), folder.id)
    curves = Curves()
    resumed = trained(moved.checkpoints, config, tracker=curves, resume=moved.checkpoint())
    assert curves.rows == []
    assert model_version(resumed) == model_version(whole)


def test_a_run_whose_folder_was_moved_finds_its_best_weights_there(tmp_path: Path) -> None:
    state = TrainerState(best_global_step=3, best_model_checkpoint="/where/it/was/checkpoint-3")
    CheckpointLocator(tmp_path).on_train_begin(TrainingArguments(str(tmp_path)), state, TrainerControl())
    assert state.best_model_checkpoint is None
    (tmp_path / "checkpoint-3").mkdir()
    CheckpointLocator(tmp_path).on_train_begin(TrainingArguments(str(tmp_path)), state, TrainerControl())
    assert state.best_model_checkpoint == str(tmp_path / "checkpoint-3")


def test_evaluations_may_be_further_apart_and_the_last_epoch_always_has_one(tmp_path: Path) -> None:
    curves = Curves()
    trained(tmp_path, replace(SHORT, epochs=5, evaluate_every=2), tracker=curves)
    assert [row["epoch"] for row in curves.rows if "dev/choice" in row] == [2.0, 4.0, 5.0]


def test_half_precision_learns_too_and_leaves_whole_weights(tmp_path: Path) -> None:
    curves = Curves()
    model = trained(tmp_path, replace(SHORT, precision="bf16"), tracker=curves)
    losses = curves.curve("train/loss")
    assert losses[-1] < losses[0]
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert len(list(predict(model, ENCODING, SPLITS.dev))) == len(SPLITS.dev)


def test_what_was_reached_is_said_in_lines(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="training.loop.progress_callback"):
        trained(tmp_path)
    lines = [record.getMessage() for record in caplog.records if record.name == "training.loop.progress_callback"]
    assert len(lines) == SHORT.epochs
    assert lines[0].startswith("epoch 1 of 3: loss ")
    assert "Arg-C+ " in lines[0]


def test_between_evaluations_a_line_tells_loss_rate_time_and_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.loop.progress_callback.SECONDS_BETWEEN_LINES", 0)
    with caplog.at_level(logging.INFO, logger="annotation.terminal"):
        trained(tmp_path)
    lines = [record.getMessage() for record in caplog.records if record.name == "annotation.terminal"]
    shown = r"training: 9 of 9, loss [\d.]+, [\d.]+ documents/s, 0:00:00 left, [\d.]+ GB"
    assert re.fullmatch(shown, lines[-1]), lines[-1]


@pytest.mark.parametrize("split", ["train", "dev"])
def test_a_split_without_documents_is_told(split: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"no {split} documents"):
        fit(
            EventExtractor.build(HEADS, BODY, ENCODING),
            ENCODING,
            replace(SPLITS, **{split: []}),
            SHORT,
            seed=1,
            tracker=Tracker(),
            checkpoints=tmp_path,
        )


def test_the_loop_judges_as_the_report_does() -> None:
    gold = list(CORPUS)
    half: list[Document] = [d if n % 2 else d.bare() for n, d in enumerate(gold)]
    reported = score(gold, half)
    assert development(gold, half) == pytest.approx({unit: prf.f1 for unit, prf in reported.micro.items()})


def test_only_the_newest_checkpoint_holds_the_state_of_the_optimizer(tmp_path: Path) -> None:
    slow = replace(SHORT, learning_rate=1e-5, encoder_learning_rate=1e-5)  # nothing is found, so the first is the best
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path, slow, tracker=Curves(stop_at=3))
    folders = [tmp_path / "checkpoint-3", tmp_path / "checkpoint-6"]
    assert sorted(tmp_path.iterdir()) == folders
    assert [(folder / "optimizer.pt").exists() for folder in folders] == [False, True]
    assert all((folder / "model.safetensors").exists() for folder in folders)


def test_a_disk_too_full_is_one_line_before_the_first_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    with pytest.raises(UsageError, match=r"training writes up to \d+\.\d GB and 0\.0 GB are free there; make room"):
        trained(tmp_path / "checkpoints")
    assert not (tmp_path / "checkpoints").exists()
