"""`naba curve` as a user runs it: points that are not trained twice, a page, and figures for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.run.small import TINY, naba, small

ARGUMENTS = ("curve", "snapshot=snap", *TINY, "fit.epochs=6", "same_steps=false", "shares=[0.25,0.5,0.75,1]")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a snapshot and a curve of it."""
    folder = tmp_path_factory.mktemp("place")
    small(folder / "snap")
    done = naba(*ARGUMENTS, cwd=folder)
    assert done.code == 0, done.err
    assert "curve: outputs/curve/curve.html" in done.out
    return folder


def test_the_points_are_runs_and_the_figures_are_theirs(place: Path) -> None:
    told = json.loads((place / "outputs" / "curve" / "curve.json").read_text(encoding="utf-8"))
    assert [point["documents"] for point in told["points"]] == [6, 12, 18, 24]
    for point in told["points"]:
        model = place / "outputs" / "curve" / f"share-{point['share']:g}-seed-13" / "model"
        metrics = json.loads((model / "metrics.json").read_text(encoding="utf-8"))
        assert point["scores"]["Trig-C"] == metrics["micro"]["Trig-C"]
    assert told["trends"]["Arg-C+"]["trusted"] is False
    page = (place / "outputs" / "curve" / "curve.html").read_text(encoding="utf-8")
    assert "fewer than 30 of what it counts were there to score" in page
    assert page.count("<svg") >= 3


def test_what_is_trained_is_not_trained_again(place: Path) -> None:
    again = naba(*ARGUMENTS, cwd=place)
    assert again.code == 0
    assert again.err.count("is finished already") == 4
    assert "epoch" not in again.err
    seeds = naba(*ARGUMENTS[:-1], "shares=[0.25,1]", "seeds=[13,14]", cwd=place)
    assert seeds.code == 0
    assert seeds.err.count("is finished already") == 2
    assert naba(*ARGUMENTS, "fit.learning_rate=1e-3", cwd=place).code == 2


def test_every_fault_is_told_at_once(place: Path) -> None:
    done = naba("curve", "shares=[2,0]", "seeds=[]", "fit.epochs=0", cwd=place)
    assert done.code == 2
    for fault in (
        "snapshot: missing",
        "shares: must be above 0 and at most 1, not 2.0",
        "seeds: must not be",
        "fit.epochs:",
    ):
        assert fault in done.err
    own = naba("curve", "snapshot=snap", "data.share=0.5", cwd=place)
    assert "data.share: is what a curve goes through; say shares=[...]" in own.err
