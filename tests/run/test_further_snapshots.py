"""`naba train data.also=[...]` as a user runs it: learnt from, bound, recorded, released, verified, and refused."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from annotation.snapshot import snapshot
from annotation.snapshot.snapshot import Snapshot
from tests import tracked
from tests.builders import conflict
from tests.ontologies import without_event
from tests.run.small import TINY, documents, environment, naba, small

RATIOS = (0.6, 0.2, 0.2)
SHORT = ("train", "snapshot=snap", *TINY, "fit.epochs=1")
BOTH = "data.also=[ראשון,second]"
RELEASE = ("release", "against=none", "gates=loose.yaml", "tracking=off", "threads=1", "device=cpu")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a snapshot, two further ones and a model of all three, tracked offline."""
    folder = tmp_path_factory.mktemp("place")
    own = small(folder / "snap")
    first = [replace(document, id=f"first-{document.id}") for document in documents(10, seed=2)]
    snapshot.build([*first, own.dev[0]], folder / "ראשון", ontology=conflict(), ratios=(1.0, 0.0, 0.0))
    second = [replace(document, id=f"second-{document.id}") for document in documents(20, seed=3)]
    snapshot.build([*second, own.train[0]], folder / "second", ontology=conflict(), ratios=RATIOS)
    snapshot.build(second, folder / "later", ontology=conflict(), ratios=(0.0, 0.2, 0.8))
    (folder / "loose.yaml").write_text("floors: {}\ndrops: {}\nleakage: 0\nalignment: 0.9\n", encoding="utf-8")
    said = run(folder, *SHORT, "name=one", BOTH, "tracking=offline")
    assert "ראשון adds 10 documents (1 near-duplicates of dev or test left out)" in said
    assert "second adds " in said
    return folder


def run(folder: Path, *arguments: str) -> str:
    """What a command that works says."""
    done = naba(*arguments, cwd=folder)
    assert done.code == 0, done.err
    return done.err + done.out


def refused(folder: Path, *arguments: str, code: int = 2) -> str:
    """What a command that does not work says."""
    done = naba(*arguments, cwd=folder)
    assert done.code == code, done.err
    return done.err + done.out


def further(place: Path) -> list[Snapshot]:
    return [Snapshot.open(place / name) for name in ("ראשון", "second")]


def test_records_the_card_and_tracking_name_all_snapshots(place: Path) -> None:
    output = place / "outputs" / "one"
    told = yaml.safe_load((output / "model" / "config.yaml").read_text(encoding="utf-8"))
    assert told["config"]["data"]["also"] == ["ראשון", "second"]
    assert told["also"] == [
        {"name": s.manifest.name, "content": s.manifest.content, "ontology": s.ontology.hash, "path": s.path.name}
        for s in further(place)
    ]
    record = json.loads((output / "run.json").read_text(encoding="utf-8"))["record"]
    assert record["data"]["also"] == [f"{s.manifest.name} ({s.manifest.content[:16]})" for s in further(place)]
    card = (output / "model" / "README.md").read_text(encoding="utf-8")
    own = Snapshot.open(place / "snap").manifest
    for manifest in (own, *(s.manifest for s in further(place))):
        assert f"- snapshot `{manifest.name}`, content `{manifest.content}`" in card
    results = yaml.safe_load(card.split("---\n")[1])["model-index"][0]["results"]
    assert {(row["dataset"]["type"], row["dataset"]["revision"]) for row in results} == {("snap", own.content)}
    (offline,) = (output / "wandb").glob("offline-run-*")
    assert tracked.settings(offline)["also"] == told["also"]
    used = {json.loads(each.metadata)["content"] for each in tracked.artifacts(offline, "dataset")}
    assert used == {own.content, *(s.manifest.content for s in further(place))}


def test_a_run_is_resumed_with_the_same_contents_only(place: Path) -> None:
    words = (*SHORT, "name=two")
    run(place, *words, "data.also=second")
    (place / "second").rename(place / "moved")
    try:
        assert "is finished already" in run(place, *words, "data.also=[moved]")
    finally:
        (place / "moved").rename(place / "second")
    for other in ("data.also=null", BOTH, "data.also=ראשון"):
        assert "outputs/two holds another run (data.also " in refused(place, *words, other)
    assert "is finished already" in run(place, *SHORT, "name=two", "data.also=[second]")


def test_seeds_init_and_curves_take_them(place: Path) -> None:
    run(place, "curve", *SHORT[1:], "name=curve", "shares=[0.5,1]", "same_steps=false", BOTH)
    points = json.loads((place / "outputs" / "curve" / "curve.json").read_text(encoding="utf-8"))["points"]
    own, (first, second) = Snapshot.open(place / "snap"), further(place)
    all_of_them = len(own.train) + 10 + len([d for d in second.train if d.id.startswith("second-")])
    assert points[-1]["documents"] == all_of_them
    assert len(first.train) == 11
    words = ("name=sweep", "seeds=[1]", "init=outputs/one", "data.also=second,[ראשון,second]")
    swept = run(place, "train", "--multirun", *SHORT[1:], *words)
    assert swept.count(" adds ") == 3
    assert swept.count("1 seeds on dev") == 2


def test_what_was_learnt_from_a_further_snapshot_counts_as_seen(place: Path) -> None:
    words = ("version=9.0", "model=outputs/one/model", "snapshot=later")
    learned = {document.id for document in further(place)[1].train}
    leaks = len([document for document in Snapshot.open(place / "later").test if document.id in learned])
    assert leaks
    assert f"leakage: {leaks} documents were seen in training: {leaks} by id" in refused(
        place, *RELEASE, *words, code=1
    )
    later = ("train", "snapshot=later", *TINY, "fit.epochs=1", "name=on", "data.also=snap", "data.dev=train")
    said = run(place, *later, "init=outputs/one")
    assert f"init=outputs/one has seen {leaks} of the test documents in training" in said


def test_a_release_names_them_and_is_made_again_from_them(place: Path) -> None:
    run(place, *RELEASE, "version=1.0", "model=outputs/one/model", "snapshot=snap")
    record = json.loads((place / "releases" / "1.0" / "release.json").read_text(encoding="utf-8"))
    assert [row["name"] for row in record["trained"]["also"]] == ["ראשון", "second"]
    assert f"`second` (`{further(place)[1].manifest.content}`), seed 13" in (
        place / "releases" / "1.0" / "README.md"
    ).read_text(encoding="utf-8")
    verify = ("release", "--verify", "1.0")
    assert "are the same, to the bit" in run(place, *verify)
    (place / "second").rename(place / "moved")
    try:
        said = refused(place, *verify)
        assert "the snapshot second that the model was trained on cannot be opened" in said
        assert "say also=FOLDER" in said
        assert "also=snap: holds snapshot" in refused(place, *verify, "also=snap")
        assert "are the same, to the bit" in run(place, *verify, "also=[moved]")
        again = (*RELEASE, "version=1.1", "model=outputs/one/model", "snapshot=snap")
        assert "say also=FOLDER" in refused(place, *again)
        evaluated = run(place, "evaluate", "model=outputs/one/model", "snapshot=snap", "ceilings=false", "threads=1")
        assert "the snapshot second that the model was trained on cannot be opened" in evaluated
        assert "say also" not in evaluated
        run(place, *again, "also=[moved]")
    finally:
        (place / "moved").rename(place / "second")
    file = place / "second" / "train.parquet"
    whole = file.read_bytes()
    file.write_bytes(b"")
    try:
        assert "train.parquet: changed since it was built" in refused(place, *verify)
    finally:
        file.write_bytes(whole)


def test_what_does_not_go_together_is_one_line_and_leaves_nothing(place: Path) -> None:
    narrow = without_event(conflict(), "Strike")
    snapshot.build(documents(10, seed=5), place / "narrow", ontology=narrow, ratios=RATIOS)
    for also, said in (
        ("[nowhere]", "data.also: nowhere/manifest.json: No such file or directory"),
        ("[second,second]", "data.also: second is the snapshot second once more; name each of them once"),
        ("[./snap]", "data.also: snap is the snapshot snap once more"),
        ("[narrow]", "data.also: narrow has ontology conflict"),
        ("[second,'']", "data.also: must not be empty"),
        ("{a:1}", "data.also: must be a list"),
    ):
        error = refused(place, *SHORT, "name=none", f"data.also={also}")
        assert said in error
        assert error.count("\n") == 1
    assert "data.also: nowhere" in refused(
        place, "train", "--multirun", *SHORT[1:], "name=s", "data.also=null,[nowhere]"
    )
    assert not (place / "outputs" / "none").exists()
    assert not (place / "multirun" / "s").exists()


def test_a_fault_costs_no_torch(place: Path) -> None:
    script = "import sys; from training.commands.hydra_main import train_main\n"
    script += "try: train_main(sys.argv[1:])\nexcept Exception as error: print(error, 'torch' in sys.modules)"
    words = [sys.executable, "-c", script, "snapshot=snap", "data.also=[snap]"]
    done = subprocess.run(words, cwd=place, env=environment(), capture_output=True, text=True)
    assert "once more" in done.stdout
    assert done.stdout.endswith("False\n")
