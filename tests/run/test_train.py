"""`naba train` and `naba evaluate` as a user runs them: a model, its lineage, its curves and its report."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from annotation.core.matching import UNITS
from annotation.core.messages import percent
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import read_documents
from tests import tracked
from tests.run.small import TINY, environment, naba, process, small
from training.config.schema import CompactEncoderConfig
from training.inference.loading import load_model
from training.model.fingerprint import model_version

EPOCHS = "fit.epochs=14"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a snapshot and a model trained on it, tracked offline."""
    folder = tmp_path_factory.mktemp("place")
    small(folder / "snap")
    started = process("train", "snapshot=snap", "name=one", *TINY, EPOCHS, "tracking=offline", cwd=folder)
    out, err = started.communicate(timeout=300)
    assert started.returncode == 0, err
    assert "epoch 14 of 14" in err
    assert out == ""
    return folder


def test_the_model_is_whole_and_says_what_it_was_made_from(place: Path) -> None:
    folder = place / "outputs" / "one" / "model"
    told = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    snapshot = Snapshot.open(place / "snap")
    assert told["snapshot"] == {
        "name": "snap",
        "content": snapshot.manifest.content,
        "ontology": snapshot.ontology.hash,
    }
    assert (told["seed"], told["config"]["fit"]["epochs"]) == (13, 14)
    assert {"python", "torch", "transformers", "naba"} <= told["packages"].keys()
    assert (told["device"], told["precision"], told["threads"], told["commit"]) == ("cpu", "fp32", 1, None)
    begun = json.loads((folder.parent / "run.json").read_text(encoding="utf-8"))
    assert begun["begun"] == {name: told[name] for name in ("commit", "device", "precision", "threads")}
    assert told["config"]["encoder"].keys() == CompactEncoderConfig.__dataclass_fields__.keys()
    model, encoding = load_model(folder)
    assert encoding.ontology == snapshot.ontology
    assert model_version(model).startswith("one-")
    assert sorted(path.name for path in folder.parent.iterdir()) == ["model", "run.json", "wandb"]


def test_the_model_has_a_card_that_the_hub_reads(place: Path) -> None:
    folder = place / "outputs" / "one" / "model"
    _, block, text = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    card, snapshot = yaml.safe_load(block), Snapshot.open(place / "snap")
    assert (card["language"], card["license"], card["pipeline_tag"]) == (["ar", "he"], "other", "token-classification")
    f1 = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["micro"]["Arg-C+"]["f1"]
    assert f"| Arg-C+ | {percent(f1)} |" in text
    assert f"content `{snapshot.manifest.content}`" in text
    assert f"{len(snapshot.train)} documents (12 ar, 12 he)" in text
    code = text.partition("## Use\n\n")[2].partition("\n\nOr `naba")[0]
    assert 'model="outputs/one/model"' in code
    script = textwrap.dedent(code) + "\nprint(len(extract('اعتقل حسن')))"
    done = subprocess.run([sys.executable, "-c", script], cwd=place, env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, done.stdout.strip() + "\n"), done.stderr


def test_the_tracked_run_holds_settings_curves_scores_and_lineage(place: Path) -> None:
    output = place / "outputs" / "one"
    (run,) = (output / "wandb").glob("offline-run-*")
    told = yaml.safe_load((output / "model" / "config.yaml").read_text(encoding="utf-8"))
    metrics = json.loads((output / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert tracked.settings(run).items() >= told.items()
    curves = tracked.points(run)
    assert [row["epoch"] for row in curves if "dev/Arg-C+" in row] == list(range(1, 15))
    assert [row["epoch"] for row in curves if "train/loss" in row] == list(range(1, 15))
    assert tracked.summary(run)["final/Arg-C+"] == metrics["micro"]["Arg-C+"]["f1"]
    types = tracked.table(run, "types")
    rows = {(row[0], row[1]): row[2] for row in types["data"]}
    assert rows == {(kind, name): prf["f1"] for kind, of in metrics["types"].items() for name, prf in of.items()}
    content = Snapshot.open(place / "snap").manifest.content
    dataset, model = (tracked.artifact(run, kind) for kind in ("dataset", "model"))
    assert (dataset.name, json.loads(dataset.metadata)["content"], dataset.use_after_commit) == ("snap", content, True)
    made = json.loads(model.metadata)
    assert (model.name, made["snapshot"], made["version"][:4]) == ("model-one", content, "one-")
    assert all(Path(entry.local_path).is_file() for entry in (*model.manifest.contents, *dataset.manifest.contents))
    assert {entry.path for entry in model.manifest.contents} >= {"model.safetensors", "ontology.yaml", "config.yaml"}


def test_training_again_does_nothing_and_resume_false_does_it_again(place: Path) -> None:
    again = naba("train", "snapshot=snap", "name=one", *TINY, EPOCHS, cwd=place)
    assert again.code == 0
    assert "is finished already" in again.err
    fewer = naba("train", "snapshot=snap", "name=one", *TINY, "fit.epochs=1", cwd=place)
    assert "holds another run (fit.epochs 14, not 1)" in fewer.err
    other = naba("train", "snapshot=snap", "name=one", *TINY, EPOCHS, "fit.batch_size=2", cwd=place)
    assert other.code == 2
    assert "holds another run (fit.batch_size 4, not 2)" in other.err
    small(place / "other", count=20)
    short = (*TINY, "fit.epochs=1", "name=again")
    assert naba("train", "snapshot=snap", *short, cwd=place).code == 0
    moved = naba("train", "snapshot=other", *short, cwd=place)
    assert moved.code == 2
    assert "snapshot.content" in moved.err
    afresh = naba("train", "snapshot=other", *short, "resume=false", cwd=place)
    assert afresh.code == 0
    assert "epoch 1 of 1" in afresh.err


def test_a_finished_run_is_taken_further_with_more_epochs(place: Path) -> None:
    run = ("train", "snapshot=snap", "name=further", *TINY)
    assert naba(*run, "fit.epochs=2", cwd=place).code == 0
    model = place / "outputs" / "further" / "model"
    before = json.loads((model / "metrics.json").read_text(encoding="utf-8"))["micro"]["Arg-C+"]["f1"]
    longer = naba(*run, "fit.epochs=12", cwd=place)
    assert longer.code == 0, longer.err
    assert "going on from the finished model, after 2 of 12 epochs" in longer.err
    assert "epoch 10 of 10" in longer.err
    assert json.loads((model / "metrics.json").read_text(encoding="utf-8"))["micro"]["Arg-C+"]["f1"] > before
    told = yaml.safe_load((model / "config.yaml").read_text(encoding="utf-8"))
    assert (told["stages"], told["config"]["fit"]["epochs"]) == ([2], 12)
    assert "is finished already" in naba(*run, "fit.epochs=12", cwd=place).err


def test_epochs_that_make_a_finished_model_worse_leave_its_weights(place: Path) -> None:
    run = ("train", "snapshot=snap", "name=worse", *TINY, "fit.warmup=0")
    assert naba(*run, "fit.epochs=14", cwd=place).code == 0
    weights = (place / "outputs" / "worse" / "model" / "model.safetensors").read_bytes()
    file = place / "outputs" / "worse" / "model" / "metrics.json"
    metrics = json.loads(file.read_text(encoding="utf-8"))
    metrics["micro"]["Arg-C+"]["f1"] = 1.1  # nothing can be better than that
    file.write_text(json.dumps(metrics))
    longer = naba(*run, "fit.epochs=15", cwd=place)
    assert "no epoch was better than the finished model, whose weights stay" in longer.err
    assert file.with_name("model.safetensors").read_bytes() == weights
    assert json.loads(file.read_text(encoding="utf-8"))["micro"]["Arg-C+"]["f1"] <= 1


def test_what_cannot_be_trained_leaves_no_folder_and_imports_no_torch(place: Path) -> None:
    for wrong in (("encoder=hub", "encoder.name=./nowhere"), ("snapshot=nowhere",), ("data.languages=xx",)):
        done = naba("train", "snapshot=snap", *TINY[1:], "output=none", *wrong, cwd=place)
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
        assert not (place / "none").exists()
    script = "import sys; from training.commands.hydra_main import train_main\n"
    script += "try: train_main(sys.argv[1:])\nexcept Exception as error: print(error, 'torch' in sys.modules)"
    overrides = ("snapshot=snap", "encoder=hub", "encoder.name=./nowhere")
    done = subprocess.run([sys.executable, "-c", script, *overrides], cwd=place, env=environment(), capture_output=True)
    assert b"./nowhere" in done.stdout
    assert done.stdout.endswith(b"False\n")


def test_the_scores_the_report_and_the_predictions_come_out_of_an_evaluation(place: Path) -> None:
    done = naba("evaluate", "model=outputs/one/model", "snapshot=snap", "against=outputs/one/model", cwd=place)
    assert done.code == 0, done.err
    for unit in UNITS:
        assert done.out.count(f" {unit} ") >= 2
    assert "F1 he" in done.out
    report = place / "outputs" / "one" / "report"
    metrics = json.loads((report / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["micro"]["Trig-C"]["f1"] == 1.0
    assert metrics["meta"]["split"] == "test"
    assert metrics["meta"]["model"].startswith("one-")
    found = list(read_documents(report / "predictions.jsonl"))
    assert [d.id for d in found] == [d.id for d in Snapshot.open(place / "snap").test]
    assert (report / "report.html").stat().st_size > 1000


def test_a_sweep_trains_each_combination_into_its_own_folder(place: Path) -> None:
    arguments = ("snapshot=snap", "name=sweep", *TINY, "fit.epochs=1", "seed=1,2")
    done = naba("train", "--multirun", *arguments, cwd=place)
    assert done.code == 0, done.err
    seeds = [
        yaml.safe_load((place / "multirun" / "sweep" / job / "model" / "config.yaml").read_text())["seed"]
        for job in ("0", "1")
    ]
    assert seeds == [1, 2]
    again = naba("train", "--multirun", *arguments, cwd=place)
    assert again.err.count("is finished already") == 2


def test_a_sweep_with_optuna_tells_the_best_settings(place: Path) -> None:
    arguments = ("snapshot=snap", "name=search", *TINY, "fit.epochs=1", "sweep=compact", "hydra.sweeper.trials=2")
    done = naba("train", "--multirun", *arguments, cwd=place)
    assert done.code == 0, done.err
    folder = place / "multirun" / "search"
    best = yaml.safe_load((folder / "best.yaml").read_text())
    told = yaml.safe_load((folder / str(best["trial"]) / "model" / "config.yaml").read_text())["config"]
    assert told["model"]["role_margin"] == best["settings"]["model.role_margin"]
    assert "best of 2: " in done.out


def test_a_run_returns_the_metric_it_was_chosen_by_and_says_which(place: Path) -> None:
    done = naba("train", "snapshot=snap", "name=metric", *TINY, "fit.epochs=4", "fit.metric=Entity", cwd=place)
    assert done.code == 0, done.err
    metrics = json.loads((place / "outputs" / "metric" / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert f"development Entity {100 * metrics['micro']['Entity']['f1']:.1f}" in done.err
    assert "dev Entity " in done.err
    wrong = naba("train", "snapshot=snap", "name=metric", *TINY, "fit.metric=F1", cwd=place)
    assert wrong.err.count("\n") == 1
    assert "fit.metric: must be one of Trig-I, " in wrong.err


def test_curves_are_written_for_tensorboard_too_and_a_gpu_that_is_not_there_is_one_line(place: Path) -> None:
    done = naba("train", "snapshot=snap", "name=board", *TINY, "fit.epochs=2", "tracking.tensorboard=true", cwd=place)
    assert done.code == 0, done.err
    events = EventAccumulator(str(place / "outputs" / "board" / "tensorboard"))
    events.Reload()
    assert [point.step for point in events.Scalars("dev/Arg-C+")] == [1, 2]
    absent = naba("train", "snapshot=snap", "name=gpu", *TINY, "fit.device=cuda:99", cwd=place)
    assert (absent.code, absent.err.count("\n")) == (2, 1)
    assert not (place / "outputs" / "gpu").exists()


def test_a_changed_snapshot_is_refused_in_one_line(place: Path, tmp_path: Path) -> None:
    snapshot = small(tmp_path / "changed")
    (snapshot.path / "train.parquet").write_bytes(b"")
    done = naba("train", f"snapshot={snapshot.path}", *TINY, cwd=tmp_path)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "train.parquet: changed since it was built" in done.err
    assert not (tmp_path / "outputs").exists()
