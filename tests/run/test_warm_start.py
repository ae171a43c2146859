"""`naba train init=MODEL` as a user runs it: what was learnt stays, labels may change, what does not fit is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml

from annotation.core.document_json import from_line, to_json
from annotation.core.ontology import Ontology
from annotation.formats.starter_ontology import Starter
from annotation.snapshot import snapshot
from tests.builders import conflict
from tests.ontologies import with_event, without_event
from tests.run.small import PLACES, TINY, documents, naba, small
from tests.run.test_hub import pretrained
from training.encoding.word_vectors import WordIndex, WordVectors, key, word_hash
from training.inference.loading import load_model
from training.model.fingerprint import model_version, weights

TRAIN = ("train", *TINY, "fit.epochs=14", "fit.evaluate_every=14")
ONE_MORE = ("train", *TINY, "fit.epochs=1", "fit.learning_rate=1e-4", "encoder.learning_rate=1e-4")
RATIOS = (0.6, 0.2, 0.2)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, its release, and the snapshot of a later round with another ontology."""
    folder = tmp_path_factory.mktemp("place")
    small(folder / "snap")
    later = with_event(without_event(conflict(), "Strike"), "Flood")
    snapshot.build(documents(40), folder / "later", ontology=later, ratios=RATIOS)
    (folder / "loose.yaml").write_text("floors: {}\ndrops: {}\nleakage: null\nalignment: 0.9\n", encoding="utf-8")
    run(folder, *TRAIN, "snapshot=snap", "name=one")
    release = ("snapshot=snap", "gates=loose.yaml", "tracking=off", "threads=1", "device=cpu")
    run(folder, "release", "version=1.0", "model=outputs/one/model", *release)
    return folder


def run(folder: Path, *arguments: str) -> str:
    """What a command that works says on standard error."""
    done = naba(*arguments, cwd=folder)
    assert done.code == 0, done.err
    return done.err + done.out


def score(model: Path) -> float:
    return float(json.loads((model / "metrics.json").read_text(encoding="utf-8"))["micro"]["Trig-C"]["f1"])


def test_after_labelling_more_it_goes_on_from_a_release(place: Path) -> None:
    said = run(place, *ONE_MORE, "snapshot=later", "name=two", "init=releases/1.0")
    assert "1 new (Flood), 1 left out (Strike)" in said
    assert "going on from releases/1.0: " in said
    run(place, *ONE_MORE, "snapshot=later", "name=scratch")
    warm, cold = (score(place / "outputs" / name / "model") for name in ("two", "scratch"))
    assert warm > 0.9
    assert cold < 0.5


def test_it_says_what_it_went_on_from(place: Path) -> None:
    run(place, *ONE_MORE, "snapshot=snap", "name=three", "init=outputs/one")
    model = load_model(place / "outputs" / "one" / "model")[0]
    made = yaml.safe_load((place / "outputs" / "three" / "model" / "config.yaml").read_text(encoding="utf-8"))
    assert made["config"]["init"] == made["init"]["path"] == "outputs/one"
    assert (made["init"]["model"], made["init"]["weights"]) == (model_version(model), weights(model))
    assert made["init"]["trained"]["config"]["name"] == "one"
    record = json.loads((place / "outputs" / "three" / "run.json").read_text(encoding="utf-8"))["record"]
    assert record["init"].startswith(model_version(model))


def test_a_run_goes_on_from_the_same_model_only(place: Path) -> None:
    shutil.copytree(place / "outputs" / "one", place / "moving" / "one")
    words = (*ONE_MORE, "snapshot=snap", "name=four")
    run(place, *words, "init=moving/one")
    assert "is finished already" in run(place, *words, "init=outputs/one/model")
    run(place, *ONE_MORE, "snapshot=snap", "output=moving/one", "resume=false")
    other = naba(*words, "init=moving/one", cwd=place)
    assert other.code == 2
    assert "holds another run (init one-" in other.err


def test_documents_that_the_first_model_has_learnt_from_are_told_apart_from_new_ones(place: Path) -> None:
    snapshot.build(documents(40), place / "shuffled", ontology=conflict(), ratios=RATIOS, seed=1)
    said = run(place, *ONE_MORE, "snapshot=shuffled", "name=five", "init=outputs/one")
    assert "of the dev documents in training" in said
    assert "of the test documents in training" in said
    gates = ("gates=strict.yaml", "version=2.0", "against=none", "tracking=off", "threads=1", "device=cpu")
    (place / "strict.yaml").write_text("floors: {}\ndrops: {}\nleakage: 0\nalignment: 0.9\n", encoding="utf-8")
    refused = naba("release", "snapshot=shuffled", "model=outputs/five/model", *gates, cwd=place)
    assert refused.code == 1
    assert "were seen in training" in refused.out


def test_a_release_that_went_on_from_another_is_made_again_from_that(place: Path) -> None:
    run(place, *ONE_MORE, "snapshot=snap", "name=six", "init=releases/1.0")
    release = ("snapshot=snap", "gates=loose.yaml", "against=none", "tracking=off", "threads=1", "device=cpu")
    run(place, "release", "version=1.1", "model=outputs/six/model", *release)
    assert "Went on from: one-" in (place / "releases" / "1.1" / "README.md").read_text(encoding="utf-8")
    assert "are the same, to the bit" in run(place, "release", "--verify", "1.1")
    other = naba("release", "--verify", "1.1", "init=outputs/six", cwd=place)
    assert other.code == 2
    assert "but the release went on from one-" in other.err
    gone = naba("release", "--verify", "1.1", "init=nowhere", cwd=place)
    assert gone.code == 2
    assert "say init=FOLDER of that" in gone.err


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["init=outputs"], "init=outputs: holds no model; name the folder of one, such as outputs/NAME or releases/"),
        (["init=outputs/one", "encoder.hidden_size=16"], "is 32 there, not 16; say encoder.hidden_size=32, or leave"),
        (["init=outputs/one", "model.max_width=5"], "model.max_width is 4 there, not 5; say model.max_width=4"),
        (["init=outputs/one", "snapshot=other"], "has no type in common with other"),
        (["init="], "init: must not be empty"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_in_one_line_and_nothing_is_written(
    overrides: list[str], said: str, place: Path
) -> None:
    if not (place / "other").exists():
        small_of_other_labels(place / "other")
    done = naba(*ONE_MORE, "snapshot=snap", "name=refused", *overrides, cwd=place)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not (place / "outputs" / "refused").exists()


def test_another_kind_of_encoder_is_refused(place: Path) -> None:
    words = ("train", "snapshot=snap", "experiment=hub", "encoder.name=a/b", "name=refused")
    done = naba(*words, "init=outputs/one", cwd=place)
    assert done.code == 2
    assert "init=outputs/one: encoder.kind is compact there, not hub, " in done.err
    assert "say encoder=compact " in done.err
    assert not (place / "outputs" / "refused").exists()


def small_of_other_labels(folder: Path) -> None:
    """The same corpus with other names for everything."""
    starter, told = Starter(), []
    for document in documents(10):
        text = json.dumps(to_json(document), ensure_ascii=False)
        for label in ("Arrest", "Person", "GPE", "Place"):
            text = text.replace(f'"{label}"', f'"My{label}"')
        told.append(from_line(text.encode()))
        starter.add(told[-1])
    snapshot.build(told, folder, ontology=Ontology.parse(starter.yaml("other")), ratios=RATIOS)


def vectors(folder: Path, seed: int, words: Sequence[str]) -> None:
    """Word vectors of these words."""
    hashes = np.sort(np.array([word_hash(key(word)) for word in words], dtype=np.uint64))
    drawn = np.random.default_rng(seed).integers(-127, 127, (1 + len(words) + 20, 6)).astype(np.int8)
    drawn[0] = 0
    WordVectors(WordIndex(hashes, 20), drawn).write(folder)


def test_a_model_with_word_vectors_goes_on_with_them_and_its_release_names_what_is_missing(place: Path) -> None:
    for folder, seed, words in (("tables", 1, PLACES["he"]), ("drawn", 2, PLACES["he"]), ("other", 1, PLACES["ar"])):
        vectors(place / f"v-{folder}", seed, words)
    run(place, *ONE_MORE, "snapshot=snap", "name=vectors", "encoder.tables=v-tables")
    on = (*ONE_MORE, "snapshot=later", "name=more", "init=outputs/vectors")
    for tables, said in (
        ("null", "encoder.tables is v-tables there, not null; say encoder.tables=v-tables"),
        ("v-drawn", "init=outputs/vectors: it reads other vectors of the same words; give the run the encoder.tables"),
        ("v-other", "init=outputs/vectors: its encoder knows other words or pieces"),
        ("nowhere", "encoder.tables: nowhere holds no word_vectors.json"),
    ):
        done = naba(*on, f"encoder.tables={tables}", cwd=place)
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
        assert said in done.err
        assert not (place / "outputs" / "more").exists()
    assert "going on from outputs/vectors: " in run(place, *on, "encoder.tables=v-tables")
    release = ("gates=loose.yaml", "against=none", "tracking=off", "threads=1", "device=cpu", "snapshot=later")
    run(place, "release", "version=3.0", "model=outputs/more/model", *release)
    (place / "v-tables").rename(place / "v-moved")
    for tables, said in (
        (None, "encoder.tables: v-tables holds no word_vectors.json; name a folder that naba pretrain wrote; the rele"),
        ("v-drawn", "v-drawn: holds word vectors "),
    ):
        done = naba("release", "--verify", "3.0", *([f"tables={tables}"] if tables else []), cwd=place)
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
        assert said in done.err
        assert "so say tables=FOLDER of them" in done.err
    assert "are the same, to the bit" in run(place, "release", "--verify", "3.0", "tables=v-moved")


def test_the_whole_encoder_goes_on_from_heads_that_were_learnt_on_a_frozen_one(tmp_path: Path) -> None:
    small(tmp_path / "snap", count=24)
    encoder = pretrained(tmp_path / "encoder")
    words = (
        *("train", "snapshot=snap", "experiment=hub", f"encoder.name={encoder}", "tracking=off", "fit.threads=1"),
        *("model.hidden_size=24", "model.head_size=8", "model.max_width=4", "fit.batch_size=4", "fit.device=cpu"),
        *("encoder.reader=16", "fit.learning_rate=5e-3"),
    )
    run(tmp_path, *words, "name=heads", "encoder.learns=frozen", "fit.epochs=2")
    said = run(tmp_path, *words, "name=all", "encoder.learns=all", "init=outputs/heads", "fit.epochs=1")
    assert "going on from outputs/heads: " in said
    before, after = (load_model(tmp_path / "outputs" / name / "model")[0] for name in ("heads", "all"))
    assert weights(before) != weights(after)
    small_one = naba(*words, "name=cut", "encoder.scripts=[Hebr]", "init=outputs/heads", cwd=tmp_path)
    assert small_one.code == 2
    assert "encoder.scripts is null there, not [Hebr]" in small_one.err
