"""The table of runs: read from files alone, the best first, damaged ones set aside, seeds together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from training.commands.runs import runs_command

SETTINGS: dict[str, object] = {"seed": 1, "fit": {"epochs": 3}, "encoder": {"kind": "compact"}, "seeds": None}


def made(folder: Path, *, f1: float | None = None, **changes: object) -> Path:
    """A run's folder; finished where it has a score."""
    (folder / "model").mkdir(parents=True)
    record = {**SETTINGS, "snapshot": {"name": "snap", "content": "0123456789"}, **changes}
    (folder / "run.json").write_text(json.dumps({"id": "me", "record": record}))
    if f1 is not None:
        micro = {unit: {"f1": f1} for unit in ("Trig-C", "Arg-C+", "Entity")}
        (folder / "model" / "metrics.json").write_text(json.dumps({"micro": micro}))
        (folder / "model" / "run_id").write_text("me")
    return folder


def told(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    runs_command(folder, as_json=True)
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def test_the_best_is_first_and_only_what_differs_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(tmp_path / "low", f1=0.2)
    made(tmp_path / "deep" / "high", f1=0.4, fit={"epochs": 5})
    rows = told(tmp_path, capsys)["runs"]
    assert [(row["name"], row["settings"]) for row in rows] == [
        ("deep/high", {"fit.epochs": 5}),
        ("low", {"fit.epochs": 3}),
    ]


def test_a_run_that_is_not_finished_is_told_by_its_last_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path / "begun")
    for number, step in enumerate((90, 120, 150)):
        checkpoint = (made(tmp_path / "on") if step == 90 else tmp_path / "on") / f"checkpoints/checkpoint-{step}"
        checkpoint.mkdir(parents=True)
        if step < 150:  # the last one is being written
            (checkpoint / "trainer_state.json").write_text("{}")
            os.utime(checkpoint / "trainer_state.json", (number, number))
    made(tmp_path / "again", f1=0.5)
    (tmp_path / "again" / "run.json").write_text(json.dumps({"id": "another", "record": SETTINGS}))
    rows = told(tmp_path, capsys)["runs"]
    assert {row["name"]: row["state"] for row in rows} == {
        "begun": "no checkpoint",
        "on": "step 120",
        "again": "no checkpoint",  # the model is of the run before
    }


def test_a_damaged_folder_is_one_line_and_the_others_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path / "good", f1=0.5)
    (made(tmp_path / "cut", f1=0.5) / "model" / "metrics.json").write_text('{"micro"')
    (made(tmp_path / "empty") / "run.json").write_text("")
    (made(tmp_path / "list") / "run.json").write_text("[]")
    (made(tmp_path / "bytes") / "run.json").write_bytes(b"\xff")
    runs_command(tmp_path, as_json=False)
    shown = capsys.readouterr()
    assert "good" in shown.out
    assert shown.err.count("cannot be read (") == shown.err.count("\n") == 4


def test_runs_of_several_seeds_are_one_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(tmp_path / "both", f1=0.3, seed=None, seeds="several")
    for seed, f1 in ((1, 0.1), (2, 0.3)):
        made(tmp_path / "both" / f"seed-{seed}", f1=f1, seed=seed)
        made(tmp_path / "swept" / str(seed), f1=f1, seed=seed, fit={"epochs": 9})
    rows = told(tmp_path, capsys)["runs"]
    assert {row["name"]: row["scores"]["Arg-C+"] for row in rows} == {"both": 0.2, "swept/{1,2}": 0.2}
    assert [run["seed"] for run in rows[0]["runs"]] == [1, 2]
    runs_command(tmp_path, as_json=False)
    assert "20.0 ± 14.1" in capsys.readouterr().out


def test_a_setting_that_another_kind_of_encoder_lacks_is_no_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path / "a", f1=0.1, encoder={"kind": "compact", "layers": 1})
    made(tmp_path / "b", f1=0.1, encoder={"kind": "bundled", "reader": 64})
    rows = told(tmp_path, capsys)["runs"]
    assert [row["settings"]["encoder.kind"] for row in rows] == ["compact", "bundled"]
    assert not {"encoder.layers", "encoder.reader"} & set().union(*(row["settings"] for row in rows))


def test_the_rate_of_the_encoder_is_shown_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, rate, theirs in (("a", 1e-3, 1e-3), ("b", 2e-3, 2e-3), ("c", 2e-3, 5e-3)):
        encoder = {"kind": "compact", "learning_rate": rate}
        made(tmp_path / name, f1=0.1, encoder=encoder, fit={"encoder_learning_rate": theirs})
    both = {"encoder.learning_rate", "fit.encoder_learning_rate"}
    assert all(both <= row["settings"].keys() for row in told(tmp_path, capsys)["runs"])
    (tmp_path / "c" / "run.json").unlink()
    assert all(both & row["settings"].keys() == {"encoder.learning_rate"} for row in told(tmp_path, capsys)["runs"])


def test_many_settings_are_listed_in_one_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2):
        made(tmp_path / f"run{number}", f1=0.1 * number, **{f"setting_{n}": number for n in range(20)})
    runs_command(tmp_path, as_json=False)
    shown = capsys.readouterr().out
    assert "settings that differ" in shown
    assert "setting_0=2 setting_1=2" in shown
    assert "finished" in shown  # no column is folded but the last


def test_a_folder_without_runs_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no run; name a folder"):
        runs_command(tmp_path, as_json=False)
    with pytest.raises(UsageError, match="no such folder"):
        runs_command(tmp_path / "nowhere", as_json=False)


def test_it_takes_neither_torch_nor_transformers(tmp_path: Path) -> None:
    made(tmp_path / "one", f1=0.1)
    code = (
        "import sys; from training.cli import main; sys.argv = ['naba', 'runs', sys.argv[1]]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'torch', 'transformers', 'datasets', 'wandb'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "one" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
