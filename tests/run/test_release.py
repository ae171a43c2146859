"""`naba release` as its owner runs it: what passes is kept for good, what does not is named, what changed is seen."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from huggingface_hub import ModelCard
from markupsafe import escape

from annotation.core.document import Document
from annotation.core.matching import UNITS
from annotation.snapshot import snapshot
from tests.builders import conflict
from tests.run.small import TINY, Ended, documents, naba
from training.commands import release as releasing
from training.lineage.release_record import Record, file_hashes, settings_hash
from training.release import publish as publishing
from training.report.release_history import write_history

LOOSE = """
floors: {Trig-C: 0.5}
drops: {}
leakage: 0
alignment: 0.9
"""
RELEASE = ("release", "snapshot=snap", "gates=loose.yaml", "threads=1", "device=cpu", "tracking=off")
SHORT = ("fit.epochs=14", "fit.evaluate_every=14")
ONE, TWO = "model=outputs/one/model", "model=outputs/two/model"


def without_places(document: Document) -> Document:
    """As marked by annotators who forget where Arabic arrests took place."""
    if document.language != "ar":
        return document
    events = (replace(e, arguments=tuple(a for a in e.arguments if a.role != "Place")) for e in document.events)
    return replace(document, events=tuple(events))


def train(name: str, snap: str, cwd: Path) -> None:
    done = naba("train", f"snapshot={snap}", f"name={name}", *TINY, *SHORT, cwd=cwd)
    assert done.code == 0, done.err


def release(cwd: Path, *overrides: str, code: int = 0) -> Ended:
    done = naba(*RELEASE, *overrides, cwd=cwd)
    assert done.code == code, done.err
    return done


def one_line(done: Ended) -> str:
    assert done.err.count("\n") == 1, done.err
    return done.err


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with release 1.0 of a model, and a second model that never saw a Place in Arabic."""
    folder = tmp_path_factory.mktemp("place")
    whole, ratios = documents(90), (0.4, 0.05, 0.55)
    snapshot.build(whole, folder / "snap", ontology=conflict(), ratios=ratios)
    snapshot.build(map(without_places, whole), folder / "poor", ontology=conflict(), ratios=ratios)
    (folder / "loose.yaml").write_text(LOOSE, encoding="utf-8")
    train("one", "snap", folder)
    train("two", "poor", folder)
    release(folder, "version=1.0", ONE, "against=none")
    return folder


def test_a_release_is_complete_and_says_what_it_was_made_from(place: Path) -> None:
    folder = place / "releases" / "1.0"
    assert sorted(path.name for path in folder.iterdir()) == [
        *("README.md", "bom.cdx.json", "metrics.json", "model", "predictions.jsonl"),
        *("release.json", "report.html", "report.md"),
    ]
    record = Record.open(folder)
    assert record.passed
    assert record.trained.config["name"] == "one"
    assert record.trained.seed == 13
    assert record.snapshot.content == snapshot.Snapshot.open(place / "snap").manifest.content
    assert {"torch", "numpy", "python"} <= record.packages.keys()
    assert (place / "releases" / "history.html").is_file()


def test_the_card_holds_the_scores_as_the_hub_reads_them(place: Path) -> None:
    data = ModelCard.load(place / "releases" / "1.0" / "README.md").data
    metrics = json.loads((place / "releases" / "1.0" / "metrics.json").read_text(encoding="utf-8"))
    every = {result.metric_name: result.metric_value for result in data.eval_results if not result.dataset_config}
    assert every == {f"{unit} F1": round(metrics["micro"][unit]["f1"], 4) for unit in UNITS}
    assert {result.dataset_config for result in data.eval_results} == {None, "ar", "he"}


def test_a_version_is_never_overwritten(place: Path) -> None:
    before = (place / "releases" / "1.0" / "release.json").read_bytes()
    assert "releases/1.0: exists, and a release is never overwritten" in one_line(
        release(place, "version=1.0", ONE, code=2)
    )
    assert (place / "releases" / "1.0" / "release.json").read_bytes() == before


def test_where_no_release_can_be_kept_is_said_before_a_model_is_scored(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releasing, "examine", None)
    said = one_line(release(place, "version=1.13", ONE, "releases=loose.yaml", code=2))
    assert "loose.yaml/1.13: Not a directory; a file stands where a folder should" in said


def test_a_model_that_never_finds_a_role_in_arabic_is_refused_and_the_role_named(place: Path) -> None:
    done = release(place, "version=1.1", TWO, "trained_on=poor", code=1)
    assert "FAILED  drop: role Place in Arabic: F1 " in done.out
    assert "Hebrew" not in done.err
    assert "release 1.1 refused" in one_line(done)
    assert not (place / "releases" / "1.1").exists()
    refused = place / "releases" / "refused" / "1.1"
    assert not (refused / "model").exists()
    page = (refused / "report.html").read_text(encoding="utf-8")
    assert "Place" in page[page.index("<main") :][:6000]


def test_a_model_that_is_just_as_good_becomes_the_next_release(place: Path) -> None:
    release(place, "version=1.10", ONE)
    record = Record.open(place / "releases" / "1.10")
    assert record.against
    assert record.against.version == "1.0"
    assert record.against.seen == ()
    assert record.gates_config is not None
    assert record.gates_config["floors"] == {"Trig-C": 0.5}
    assert record.gates_hash == settings_hash(record.gates_config)
    history = (place / "releases" / "history.html").read_text(encoding="utf-8")
    assert history.index("1.10/report.html") < history.index("1.0/report.html")
    shutil.rmtree(place / "releases" / "1.10")


def test_two_that_make_the_same_release_at_once_both_succeed(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other command puts its folder in place after this one looked for it; another release is not overwritten."""
    folder, publish = place / "releases" / "1.12", publishing._publish
    release(place, "version=1.12", ONE)
    first = shutil.move(folder, tmp_path / "first")

    def release_beside(other: Path, code: int) -> Ended:
        def meanwhile(building: Path, target: Path, sealed: Record) -> None:
            shutil.copytree(other, target)
            publish(building, target, sealed)

        monkeypatch.setattr(publishing, "_publish", meanwhile)
        return release(place, "version=1.12", ONE, code=code)

    release_beside(first, code=0)
    assert (folder / "release.json").read_bytes() == (first / "release.json").read_bytes()
    shutil.rmtree(folder)
    assert "exists, and a release is never overwritten" in one_line(release_beside(place / "releases" / "1.0", code=2))
    assert Record.open_whole(folder).version == "1.0"
    shutil.rmtree(folder)
    assert sorted(path.name for path in (place / "releases").glob("1*")) == ["1.0"]


def test_a_record_that_speaks_of_other_weights_is_told(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "releases" / "1.0", tmp_path / "1.0")
    record = Record.open(tmp_path / "1.0").model_copy(update={"weights": "0" * 64})
    (tmp_path / "1.0" / "release.json").write_text(record.sealed(record.files).to_json(), encoding="utf-8")
    done = naba("release", "--verify", "1.0", f"releases={tmp_path}", cwd=place)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "release.json speaks of 000000000000" in done.err


def test_a_newer_test_set_is_told_from_a_better_model(place: Path) -> None:
    """The very same model on other documents: what its score changes by is the test set's alone."""
    fresh = [replace(document, id=f"new-{document.id}") for document in documents(120, seed=5)]
    snapshot.build(fresh, place / "newer", ontology=conflict(), ratios=(0.3, 0.1, 0.6))
    release(place, "version=1.14", ONE, "snapshot=newer", "trained_on=snap")
    folder = place / "releases" / "1.14"
    against = Record.open(folder).against
    assert against is not None
    assert against.change is not None
    assert against.test_sets is not None
    first = Record.read(place / "releases" / "1.0")
    ours, theirs = against.test_sets
    assert (ours.name, theirs.name) == ("newer, test", "snap, test")
    assert ours.now == ours.before == against.change.now
    assert theirs.before == pytest.approx(first.scores["all"]["Arg-C+"])
    assert ours.documents == 72
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    since = metrics["before"]["since"]
    assert since["settings"] == since["packages"] == {}
    assert (since["learned"]["added"], len(since["scored"]["added"])) == ([], 120)
    page = " ".join((folder / "report.html").read_text(encoding="utf-8").split())
    assert "and +0.0 the model&#39;s" in page
    assert 'href="../1.0/report.html"' in page
    assert 'href="../history.html"' in page
    history = (place / "releases" / "history.html").read_text(encoding="utf-8")
    assert "snap, test" in history
    shutil.rmtree(place / "releases" / "1.14")


def without_arabic(document: Document, turn: int) -> Document:
    """Every second Arabic document has no arguments."""
    if document.language != "ar" or turn % 4:
        return document
    return replace(document, events=tuple(replace(event, arguments=()) for event in document.events))


def test_a_release_that_is_worse_in_arabic_only_is_refused_and_named(place: Path) -> None:
    """Its annotators forgot Arabic arguments in half of the documents, so it finds fewer in Arabic alone."""
    whole = documents(90)
    poorer = [without_arabic(document, turn) for turn, document in enumerate(whole)]
    snapshot.build(poorer, place / "half", ontology=conflict(), ratios=(0.4, 0.05, 0.55))
    train("three", "half", place)
    done = release(place, "version=1.13", "model=outputs/three/model", "trained_on=half", "against=1.0", code=1)
    assert "release 1.13 refused" in one_line(done)
    fell = [line for line in done.out.splitlines() if line.startswith("FAILED  drop: ")]
    assert any("Arg-C+ in Arabic: F1 " in line for line in fell)
    assert not [line for line in fell if "Hebrew" in line]
    assert "in Arabic" in done.err
    folder = place / "releases" / "refused" / "1.13"
    page = (folder / "report.html").read_text(encoding="utf-8")
    first = page[page.index("<main") :][:9000]
    assert '<span class="what">Arabic</span> <b class="worse">' in first
    assert '<span class="what">Hebrew</span> <b class="unclear">' in first
    assert 'href="../../1.0/report.html"' in page
    assert "1.13" in (place / "releases" / "history.html").read_text(encoding="utf-8")
    refused = [gate for gate in Record.read(folder).gates if gate.passed is False and "in Arabic" in gate.said]
    assert refused
    hebrew = write_history(place / "releases", "he").read_text(encoding="utf-8")
    for gate in refused:  # a later history is in its own language, whatever the release was made in
        assert "ערבית" in (gate.said_in or {})["he"]
        assert str(escape((gate.said_in or {})["he"])) in hebrew
        assert gate.said not in hebrew


def test_a_model_that_is_no_release_may_be_compared_with_by_its_whole_path(place: Path) -> None:
    release(place, "version=1.11", ONE, f"against={place / 'outputs' / 'one' / 'model'}")
    record = Record.open(place / "releases" / "1.11")
    assert record.against
    assert (record.against.version, record.against.model, record.against.seen) == (None, record.model, ())
    shutil.rmtree(place / "releases" / "1.11")


def test_a_model_scored_on_what_it_was_trained_on_is_refused(place: Path) -> None:
    done = release(place, "version=2.0", ONE, "split=train", "against=none", code=1)
    assert "FAILED  leakage: 36 documents were seen in training: 36 by id" in done.out


def test_a_model_compared_with_that_was_trained_with_the_documents_is_named_on_the_first_screen(
    place: Path, tmp_path: Path
) -> None:
    done = naba(
        "evaluate",
        "model=outputs/one",
        "against=outputs/two",
        "snapshot=snap",
        "split=train",
        f"output={tmp_path}",
        cwd=place,
    )
    assert done.code == 0, done.err
    said = "outputs/two/model, compared with, has seen 36 of the 36 documents in training"
    assert said in " ".join(done.err.split())
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    assert len(metrics["before"]["seen"]) == 36
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert said in page[page.index("<main") :][:3000]
    assert metrics["dev"]["documents"] > 0


def test_a_report_is_not_put_into_a_release(place: Path) -> None:
    for command in (("evaluate", "snapshot=snap"), ("onnx",)):
        done = naba(*command, "model=releases/1.0", cwd=place)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert "belongs to a release, which stays as it is; say output=FOLDER" in done.err


def test_training_again_gives_the_same_weights(place: Path) -> None:
    done = naba("release", "--verify", "1.0", cwd=place)
    assert done.code == 0, done.err
    assert "trained again its weights are the same, to the bit" in done.out


def forged(place: Path, home: Path, **changed: object) -> None:
    """A copy of release 1.0 whose model is said to have been trained otherwise."""
    copy = home / "1.0"
    shutil.copytree(place / "releases" / "1.0", copy)
    record = Record.open(copy)
    told = record.trained.model_copy(update={"config": {**record.trained.config, **changed}})
    other = record.model_copy(update={"trained": told, "code": "another"})
    (copy / "release.json").write_text(other.sealed(file_hashes(copy)).to_json(), encoding="utf-8")


def test_other_training_gives_other_weights_and_is_told(place: Path, tmp_path: Path) -> None:
    fit = Record.read(place / "releases" / "1.0").trained.config["fit"]
    assert isinstance(fit, dict)
    forged(place, tmp_path, fit={**fit, "epochs": 1})
    done = naba("release", "--verify", "1.0", f"releases={tmp_path}", f"snapshot={place / 'snap'}", cwd=tmp_path)
    assert done.code == 1
    assert "naba's code is another" in done.err


def test_an_encoder_that_cannot_be_had_is_one_line(place: Path, tmp_path: Path) -> None:
    forged(place, tmp_path, encoder={"kind": "hub", "name": "some/encoder"})
    done = naba("release", "--verify", "1.0", f"releases={tmp_path}", cwd=place)
    assert done.code == 2
    assert "encoder some/encoder: not on this machine yet" in one_line(done)


def test_what_it_costs_to_run_is_measured_and_on_the_page(place: Path) -> None:
    folder = place / "releases" / "1.0"
    cost = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["cost"]
    assert cost["documents"] == Record.open(folder).documents
    assert all(seconds > 0 for seconds in cost["seconds"])
    rate = cost["articles_a_second"]
    assert 0 < rate["slowest"] <= rate["median"] <= rate["fastest"]
    assert cost["memory"]["peak"] >= cost["memory"]["before"] > cost["size"]["bytes"]
    assert cost["size"]["bytes"] == (folder / "model" / "model.safetensors").stat().st_size
    for name in ("report.html", "report.md"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "What it costs to run" in text
        assert "Articles a second" in text


def test_the_bill_of_materials_is_what_tools_read(place: Path) -> None:
    folder = place / "releases" / "1.0"
    text = (folder / "bom.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill, record = json.loads(text), Record.open(folder)
    model = bill["metadata"]["component"]
    assert (model["type"], model["version"]) == ("machine-learning-model", "1.0")
    assert model["hashes"][0]["content"] == record.files["model/model.safetensors"]
    parts = {part["name"]: part for part in bill["components"]}
    assert parts["torch"]["version"] == record.packages["torch"]
    assert parts["snap"]["hashes"][0]["content"] == record.snapshot.content
    assert "pytest" not in parts


def test_the_card_says_what_the_model_is_for_and_who_annotated(place: Path) -> None:
    card = (place / "releases" / "1.0" / "README.md").read_text(encoding="utf-8")
    for section in ("Intended use", "What it must not be used for", "Limits", "Annotators", "Licence"):
        assert f"## {section}\n" in card
    assert "was not measured" in card


def test_nothing_is_compared_with_a_release_that_was_changed(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "releases" / "1.0", tmp_path / "1.0")
    (tmp_path / "1.0" / "model" / "config.yaml").write_text("", encoding="utf-8")
    done = release(place, "version=1.2", TWO, f"releases={tmp_path}", code=2)
    assert "1 changed (model/config.yaml); restore them" in one_line(done)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("version=../x", ONE), "version: must be letters"),
        (("version=2.0", "model=nothere"), "nothere: holds no model; name the folder that naba train wrote"),
        (("version=2.0", ONE, "against=0.9"), "against=0.9: neither a release in releases nor the folder of a model"),
        (("version=2.0", ONE, "gates=strict"), "gates=strict: no such preset"),
        (("version=2.0", TWO), "poor"),
    ],
)
def test_what_cannot_be_released_is_one_line(overrides: tuple[str, ...], said: str, place: Path) -> None:
    moved = place / "poor"
    moved.rename(place / "elsewhere")
    try:
        done = release(place, *overrides, code=2)
    finally:
        (place / "elsewhere").rename(moved)
    assert said in one_line(done)
    assert not (place / "releases" / "2.0").exists()


@pytest.mark.parametrize("file", ["model/model.safetensors", "metrics.json", "release.json"])
def test_a_release_that_was_changed_is_no_measure(file: str, place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "releases" / "1.0", tmp_path / "1.0")
    changed = tmp_path / "1.0" / file
    changed.write_bytes(changed.read_bytes().replace(b"0", b"1", 1))
    done = naba("release", "--verify", "1.0", f"releases={tmp_path}", cwd=place)
    assert done.code == 2
    assert Path(file).name in one_line(done)
    assert "changed" in done.err


def test_a_model_that_was_changed_after_its_release_marks_nothing(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "releases" / "1.0", tmp_path / "1.0")
    (tmp_path / "1.0" / "report.html").unlink()
    model = tmp_path / "1.0" / "model"
    assert naba("evaluate", f"model={model}", "snapshot=snap", f"output={tmp_path / 'a'}", cwd=place).code == 0
    with (model / "config.json").open("a") as file:
        file.write(" ")
    done = naba("evaluate", f"model={model}", "snapshot=snap", f"output={tmp_path / 'b'}", cwd=place)
    assert done.code == 2
    assert "1 changed (model/config.json); restore them" in one_line(done)
    assert not (tmp_path / "b").exists()


def test_a_snapshot_that_was_changed_is_told(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "snap", tmp_path / "snap")
    (tmp_path / "snap" / "test.parquet").write_bytes(b"")
    done = release(place, f"snapshot={tmp_path / 'snap'}", "version=3.0", ONE, code=2)
    assert "test.parquet: changed since it was built" in one_line(done)
