"""`naba train seeds=[...]` and `naba runs` as a user runs them: a run for each seed, the best kept, all in a table."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean, stdev

import pytest
import yaml

from tests.run.small import TINY, naba, small
from tests.run.test_together import STILL, torchrun

SHORT = ("train", "snapshot=snap", *TINY, "fit.epochs=4", "fit.evaluate_every=2")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a snapshot and a training with two seeds."""
    folder = tmp_path_factory.mktemp("place")
    small(folder / "snap")
    assert "2 seeds on dev: Trig-C " in run(folder, *SHORT, "name=both", "seeds=[1,2]")
    return folder


def run(folder: Path, *arguments: str) -> str:
    """What a command that works says."""
    done = naba(*arguments, cwd=folder)
    assert done.code == 0, done.err
    return done.err + done.out


def units(model: Path) -> dict[str, float]:
    rows = json.loads((model / "metrics.json").read_text(encoding="utf-8"))["micro"]
    return {unit: prf["f1"] for unit, prf in rows.items()}


def test_each_seed_is_a_run_and_the_best_is_the_model(place: Path) -> None:
    output = place / "outputs" / "both"
    assert sorted(path.name for path in output.iterdir()) == ["model", "run.json", "seed-1", "seed-2"]
    reached = {seed: units(output / f"seed-{seed}" / "model") for seed in (1, 2)}
    best = max(reached, key=lambda seed: reached[seed]["Arg-C+"])
    told = json.loads((output / "model" / "seeds.json").read_text(encoding="utf-8"))
    assert told["kept"] == best
    assert told["seeds"] == {str(seed): scores for seed, scores in reached.items()}
    assert told["mean"]["Trig-C"] == mean(scores["Trig-C"] for scores in reached.values())
    assert told["deviation"]["Entity"] == stdev(scores["Entity"] for scores in reached.values())
    kept = output / f"seed-{best}" / "model"
    assert (output / "model" / "model.safetensors").samefile(kept / "model.safetensors")
    assert (output / "model" / "run_id").read_text() != (kept / "run_id").read_text()
    made = yaml.safe_load((output / "model" / "config.yaml").read_text(encoding="utf-8"))
    assert (made["seed"], made["config"]["seeds"]) == (best, None)


def test_only_a_new_seed_is_trained_and_other_settings_are_refused(place: Path) -> None:
    words = (*SHORT, "name=more")
    run(place, *words, "seeds=[1]")
    again = run(place, *words, "seeds=[1,2]")
    assert (again.count("is finished already"), again.count("epoch 4 of 4")) == (1, 1)
    model = place / "outputs" / "more" / "model"
    before = (model / "seeds.json").stat().st_ino
    assert run(place, *words, "seeds=[1,2]").count("is finished already") == 2
    assert (model / "seeds.json").stat().st_ino == before
    for other in ("fit.clip=2", "seeds=null"):
        refused = naba(*words, "seeds=[1,2]", other, cwd=place)
        assert refused.code == 2
        assert "outputs/more holds another run" in refused.err


def test_the_report_tells_what_the_seeds_reached(place: Path) -> None:
    run(place, "evaluate", "model=outputs/both/model", "snapshot=snap", "ceilings=false")
    report = place / "outputs" / "both" / "report"
    told = json.loads((report / "metrics.json").read_text(encoding="utf-8"))["seeds"]
    spread = f"{100 * told['mean']['Arg-C+']:.1f} ± {100 * told['deviation']['Arg-C+']:.1f}"
    assert f"- Trained with 2 seeds: dev Arg-C+ {spread} (" in (report / "report.md").read_text(encoding="utf-8")
    assert f"dev Arg-C+ {spread}" in (report / "report.html").read_text(encoding="utf-8")


def test_the_models_of_other_seeds_are_asked_too(place: Path) -> None:
    """They tell what the seed does on these documents, and where they agree against the annotator."""
    output = place / "outputs" / "both"
    kept = json.loads((output / "model" / "seeds.json").read_text(encoding="utf-8"))["kept"]
    other = 3 - kept
    words = ("evaluate", "model=outputs/both/model", "snapshot=snap", "ceilings=false", "output=asked")
    run(place, *words, f"against=outputs/both/seed-{other}/model")
    told = json.loads((place / "asked" / "metrics.json").read_text(encoding="utf-8"))
    (headline,) = [row for row in told["seed_noise"] if row["unit"] == "Arg-C+" and row["language"] is None]
    assert headline["seeds"].keys() == {str(kept), str(other)}
    assert headline["seeds"][str(kept)] == told["micro"]["Arg-C+"]["f1"]
    assert headline["seeds"][str(other)] == told["before"]["micro"]["Arg-C+"]["before"]
    assert told["before"]["gains"] == [], "the two differ in their seed alone"
    assert "the seed alone" in (place / "asked" / "report.md").read_text(encoding="utf-8")
    assert sorted(path.name for path in (place / "asked").glob("predictions*")) == [
        *(f"predictions-seed-{other}.jsonl", "predictions.jsonl"),
    ]
    run(place, "check", "asked/predictions.jsonl", "--suspects", "asked")
    run(place, *words, "seeds=false")
    assert "seed_noise" not in json.loads((place / "asked" / "metrics.json").read_text(encoding="utf-8"))
    refused = naba("check", "asked/predictions.jsonl", "--suspects", "asked", cwd=place)
    assert (refused.code, "takes 2 models that agree" in refused.err) == (2, True)


def test_a_release_is_verified_by_the_seed_that_was_kept(place: Path) -> None:
    (place / "loose.yaml").write_text("floors: {}\ndrops: {}\nleakage: 0\nalignment: 0.9\n", encoding="utf-8")
    release = ("gates=loose.yaml", "against=none", "tracking=off", "threads=1", "device=cpu")
    run(place, "release", "version=1.0", "model=outputs/both/model", "snapshot=snap", *release)
    said = run(place, "release", "--verify", "1.0")
    assert "are the same, to the bit" in said
    assert said.count("epoch 4 of 4") == 1
    assert "Trained with 2 seeds" in (place / "releases" / "1.0" / "report.md").read_text(encoding="utf-8")


def test_a_sweep_is_for_the_mean(place: Path) -> None:
    words = (
        "name=sweep",
        "seeds=[1,2]",
        "fit.clip=interval(0.9,1.1)",
        "hydra/sweeper=optuna",
        "hydra.sweeper.trials=1",
    )
    run(place, SHORT[0], "--multirun", *SHORT[1:], *words)
    job = place / "multirun" / "sweep" / "0"
    best = yaml.safe_load((place / "multirun" / "sweep" / "best.yaml").read_text(encoding="utf-8"))
    assert best["value"] == mean(units(job / f"seed-{seed}" / "model")["Arg-C+"] for seed in (1, 2))


def test_two_processes_train_each_seed_together(place: Path) -> None:
    done = torchrun(*SHORT, *STILL, "fit.epochs=2", "output=outputs/two", "seeds=[1,2]", cwd=place)
    assert done.code == 0, done.err
    assert done.err.count("2 seeds on dev: ") == 1
    assert sorted(path.name for path in (place / "outputs" / "two").iterdir()) == [
        *("model", "run.json", "seed-1", "seed-2"),
    ]


def test_seeds_that_make_no_sense_are_told(place: Path) -> None:
    for seeds, said in (
        ("[]", "seeds: must not be empty"),
        ("[1,1]", "seeds: must differ, and 1 is there twice"),
        ("[-1]", "seeds: must be from 0"),
        ("{}", "seeds: must be a list"),
    ):
        done = naba(*SHORT, "name=none", f"seeds={seeds}", cwd=place)
        assert done.code == 2
        assert said in done.err
    assert not (place / "outputs" / "none").exists()


def test_runs_stand_beside_each_other_with_what_differs(place: Path) -> None:
    for name, clip in (("a", 1.5), ("b", 2.5)):
        run(place, *SHORT, "fit.epochs=2", f"output=sweep/{name}", f"fit.clip={clip}")
    run(place, *SHORT, "fit.epochs=2", "output=sweep/c", "seeds=[1,2]")
    shown = run(place, "runs", "sweep")
    heading, *rows = [line for line in shown.splitlines() if "│" in line or "┃" in line]
    assert " clip " in heading
    assert "epochs" not in heading
    assert "4 runs in sweep" in shown
    assert len(rows) == 3
    (both,) = (row for row in rows if "│ c " in row)
    assert " ± " in both
    assert "[1,2]" in both
    told = json.loads(run(place, "runs", "sweep", "--json"))["runs"]
    assert [row["scores"]["Arg-C+"] for row in told] == sorted((row["scores"]["Arg-C+"] for row in told), reverse=True)
    assert {row["name"]: row["settings"]["fit.clip"] for row in told} == {"a": 1.5, "b": 2.5, "c": 1.0}
