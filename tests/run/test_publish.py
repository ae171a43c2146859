"""`naba publish`: what is handed on opens with transformers and datasets, and holds neither text nor names unasked."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import huggingface_hub.constants
import pytest
import yaml
from datasets import load_dataset
from huggingface_hub import DatasetCard, ModelCard
from transformers import AutoModel, pipeline

import training.pipeline
from annotation.core.document import Document, Provenance, Source
from annotation.snapshot import snapshot
from tests.builders import conflict
from tests.hub_server import TOKEN, Hub, hub_server
from tests.run.small import TINY, Ended, documents, naba
from training.lineage.release_record import Record, file_hashes
from training.model.event_extractor import EventExtractor

NOA = "noa@team.example"
LICENCES = ("https://creativecommons.org/licenses/by-sa/4.0/", "CC BY 4.0", None)


def sourced(number: int, document: Document) -> Document:
    """The document with a title, a source, a licence, and somebody who annotated it."""
    source = Source(
        f"paper{number % 2}",
        title=document.text[:30],
        url=f"https://paper.example/{number}",
        licence=LICENCES[number % 3],
    )
    return replace(document, source=source, provenance=Provenance(task=number, annotator=NOA, lead_time=9.0))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with release 1.0."""
    folder = tmp_path_factory.mktemp("publish")
    marked = [sourced(number, document) for number, document in enumerate(documents(24))]
    agreed = {"Arg-C+": {"a": 10, "b": 8, "both": 6, "f1": 0.6667, "interval": [0.5, 0.8], "enough": False}}
    agreement = {"documents": 5, "overall": agreed, "languages": {}, "annotators": {NOA: {}}}
    snapshot.build(marked, folder / "snap", ontology=conflict(), ratios=(0.6, 0.2, 0.2), agreement=agreement)
    (folder / "open.yaml").write_text("leakage: 0\n", encoding="utf-8")
    (folder / "link").symlink_to("nowhere")
    trained = naba("train", f"snapshot={folder / 'snap'}", "name=one", *TINY, "fit.epochs=2", cwd=folder)
    assert trained.code == 0, trained.err
    released = naba(
        *("release", "version=1.0", "model=outputs/one/model", "snapshot=snap", "gates=open.yaml", "threads=1"),
        *("device=cpu", "tracking=off", "against=none"),
        cwd=folder,
    )
    assert released.code == 0, released.err
    return folder


def publish(place: Path, *words: str, code: int = 0) -> Ended:
    done = naba("publish", *words, cwd=place)
    assert done.code == code, done.err
    return done


def one_line(done: Ended) -> str:
    assert done.err.count("\n") == 1, done.err
    return done.err


def words_of(place: Path) -> list[str]:
    return [document.text for document in snapshot.Snapshot.open(place / "snap").test]


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture(scope="module")
def published(place: Path) -> Path:
    assert "without the articles' text" in publish(place, "1.0", "--to", "out/one").out
    return place / "out" / "one"


def test_the_folder_opens_as_a_model(published: Path) -> None:
    extract = pipeline(training.pipeline.TASK, model=str(published))
    assert isinstance(extract("נעצר באטמה דוד"), list)
    assert isinstance(AutoModel.from_pretrained(str(published)), EventExtractor)


def test_the_folder_opens_as_a_dataset_whose_text_can_be_put_back(place: Path, published: Path, tmp_path: Path) -> None:
    gold = snapshot.Snapshot.open(place / "snap")
    texts = {hashlib.sha256(d.text.encode()).hexdigest(): d.text for d in (*gold.train, *gold.dev, *gold.test)}
    for folder in (published, published / "dataset"):
        loaded = load_dataset(str(folder), cache_dir=str(tmp_path / folder.name))
        assert {name: len(rows) for name, rows in loaded.items()} == {"train": 16, "dev": 4, "test": 4}
    first, own = loaded["test"][0], gold.test[0]
    assert "text" not in first
    assert texts[first["text_sha256"]] == own.text
    assert [(e["start"], e["end"], e["label"]) for e in first["entities"]] == [
        (e.start, e.end, e.label) for e in own.entities
    ]
    assert own.source
    assert first["source"]["licence"] == own.source.licence
    assert first["provenance"]["annotator"] == "annotator-1"


def test_nothing_of_the_articles_or_of_people_goes_along_unasked(place: Path, published: Path) -> None:
    content = everything(published)
    for text in words_of(place):
        assert text[:30].encode() not in content
    assert NOA.encode() not in content
    assert str(place).encode() not in content


def test_the_cards_carry_licences_use_limits_and_agreement(published: Path) -> None:
    card = ModelCard.load(published / "README.md")
    data = DatasetCard.load(published / "dataset" / "README.md")
    assert (card.data.license, card.data.license_name) == ("other", "several, see the card")
    assert data.data.license == ["cc-by-4.0", "cc-by-sa-4.0", "unknown"]
    for section in ("Intended use", "What it must not be used for", "Limits", "Annotators"):
        assert f"## {section}\n" in card.text
    for text in (card.text, data.text):
        assert "| CC BY 4.0 | 8 |" in text
        assert "| not said | 8 |" in text
        assert "One person annotated." in text
        assert "| Arg-C+ | 66.7 (50.0-80.0) |" in text
    bill = json.loads((published / "bom.cdx.json").read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"


def test_the_same_again_is_no_fault_and_something_else_is_kept(place: Path, published: Path) -> None:
    before = everything(published)
    assert "was there already" in publish(place, "1.0", "--to", "out/one").out
    done = publish(place, "1.0", "--to", "out/one", "--with-text", code=2)
    assert "exists and holds something else" in done.err
    assert everything(published) == before
    assert sorted(path.name for path in (place / "out").iterdir()) == ["one"]


def test_text_goes_along_when_it_is_said_and_naba_reads_it(place: Path, tmp_path: Path) -> None:
    done = publish(place, "1.0", "--to", str(tmp_path / "two"), "--with-text", "--licence", "CC BY-NC 4.0")
    assert "the text of 8 articles goes along" in one_line(done)
    assert ModelCard.load(tmp_path / "two" / "README.md").data.license == "cc-by-nc-4.0"
    marked = naba(
        *("predict", f"model={tmp_path / 'two'}", f"input={tmp_path / 'two' / 'dataset' / 'test.parquet'}"),
        *(f"output={tmp_path / 'marked.jsonl'}", "device=cpu"),
        cwd=place,
    )
    assert marked.code == 0, marked.err
    config = yaml.safe_load((tmp_path / "two" / "config.yaml").read_text(encoding="utf-8"))
    assert config["config"]["snapshot"] == "snap"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("9.9", "--to", "out/x"), "name a version that naba release made"),
        (("../1.0", "--to", "out/x"), "must be letters"),
        (("1.0", "--to", ""), "is no folder; name one"),
        (("1.0", "--to", "https://huggingface.co/team/model"), "or write hub:OWNER/NAME"),
        (("1.0", "--to", "hub:nobody"), "says no owner; write hub:OWNER/NAME"),
        (("1.0", "--to", "hub:a/b/c"), "write hub:OWNER/NAME"),
        (("1.0", "--to", "open.yaml"), "holds something else"),
        (("1.0", "--to", "open.yaml/x"), "open.yaml/x: Not a directory; a file stands where a folder should"),
        (("1.0", "--to", "link"), "link: is a link, and a new folder is made here"),
        (("1.0", "--to", "no text \udcff"), "is no text in UTF-8"),
        (("1.0", "--to", "/"), "/: exists and holds something else"),
        (("1.0", "--to", "out/x", "--snapshot", "nothere"), "say --snapshot FOLDER"),
        (("1.0", "--to", "hub:team/model"), "HF_HUB_OFFLINE keeps it from the hub"),
    ],
)
def test_what_cannot_be_published_is_one_line(
    words: tuple[str, ...], said: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert said in one_line(publish(place, *words, code=2))
    assert not (place / "out" / "x").exists()


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setenv("HF_TOKEN", TOKEN)


@pytest.fixture
def hub(online: None, monkeypatch: pytest.MonkeyPatch) -> Hub:
    with hub_server() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


def test_the_hub_gets_what_a_client_can_open(place: Path, hub: Hub, tmp_path: Path) -> None:
    publish(place, "1.0", "--to", "hub:team/model")
    model, dataset = hub.repositories["models", "team/model"], hub.repositories["datasets", "team/model"]
    for repository in (model, dataset):
        assert repository.private
        assert repository.commits == ["Release 1.0"]
        assert repository.tags == {"1.0": repository.sha}
    extract = pipeline(training.pipeline.TASK, model=str(model.write(tmp_path / "model")))
    assert isinstance(extract("نعصر"), list)
    loaded = load_dataset(str(dataset.write(tmp_path / "dataset")), cache_dir=str(tmp_path / "cache"))
    assert len(loaded["train"]) == 16
    assert ModelCard(model.files["README.md"].decode()).data.datasets == ["team/model"]
    assert "has release 1.0 already" in publish(place, "1.0", "--to", "hub:team/model").out
    assert model.commits == ["Release 1.0"]


def test_what_a_repository_held_before_is_deleted_in_the_same_commit(place: Path, hub: Hub) -> None:
    publish(place, "1.0", "--to", "hub:team/model", "--with-text")
    dataset = hub.repositories["datasets", "team/model"]
    dataset.files |= {"old.parquet": b"old", ".gitattributes": b""}
    dataset.tags.clear()
    publish(place, "1.0", "--to", "hub:team/model")
    assert dataset.files.keys() == {
        *("README.md", "ontology.yaml", "train.parquet", "dev.parquet", "test.parquet", ".gitattributes"),
    }


def test_a_public_repository_must_be_meant(place: Path, hub: Hub) -> None:
    publish(place, "1.0", "--to", "hub:team/open", "--public")
    assert not hub.repositories["models", "team/open"].private
    assert "is public; say --public" in one_line(publish(place, "1.0", "--to", "hub:team/open", code=2))


@pytest.mark.parametrize(
    ("token", "failing", "code", "said"),
    [
        ("hf_wrong", None, 2, "asks for a token"),
        (TOKEN, 403, 2, "may not write there"),
        (TOKEN, 500, 3, "the hub fails (500)"),
    ],
)
def test_a_hub_that_refuses_is_one_line(
    token: str, failing: int | None, code: int, said: str, place: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    hub.failing = failing
    assert said in one_line(publish(place, "1.0", "--to", "hub:team/model", code=code))


def test_without_a_network_it_is_one_line(place: Path, online: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "does not answer" in one_line(publish(place, "1.0", "--to", "hub:team/model", code=3))


def test_a_release_made_before_there_were_bills_is_published_too(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "releases", tmp_path / "releases")
    folder = tmp_path / "releases" / "1.0"
    (folder / "bom.cdx.json").unlink()
    record = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    del record["files"]["bom.cdx.json"]
    sealed = Record.model_validate(record).sealed(file_hashes(folder))
    (folder / "release.json").write_text(sealed.to_json(), encoding="utf-8")
    publish(place, "1.0", "--to", str(tmp_path / "old"), "--releases", str(tmp_path / "releases"))
    assert json.loads((tmp_path / "old" / "bom.cdx.json").read_text(encoding="utf-8"))["components"]
