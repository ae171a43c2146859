"""`naba pretrain`: raw articles become tables or a checkpoint that a training reads, or are refused in one line."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

import pytest
from transformers import AutoTokenizer, BertModel

from annotation.storage.documents_file import write_documents
from tests.run.small import TINY, documents, naba, process, small
from tests.run.test_hub import pretrained

VECTORS = ("vectors.size=8", "vectors.buckets=100", "vectors.passes=2", "vectors.min_count=1")
MASKED = ("encoder=hub", "encoder.name=tiny", "encoder.scripts=[Hebr,Arab]", "masking.batch_size=2")
MASKED += ("masking.epochs=2", "masking.save_every=3", "threads=1", "device=cpu", "encoder.window=32")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot, raw articles among which are its own, and a tiny encoder."""
    folder = tmp_path_factory.mktemp("pretrain")
    small(folder / "snap", count=24)
    pretrained(folder / "tiny")
    tokenizer = AutoTokenizer.from_pretrained(folder / "tiny")
    tokenizer.add_special_tokens({"mask_token": "[MASK]"})
    tokenizer.save_pretrained(folder / "tiny")
    model = BertModel.from_pretrained(folder / "tiny")
    model.resize_token_embeddings(len(tokenizer))
    model.save_pretrained(folder / "tiny")
    raw(folder / "raw.jsonl")
    return folder


def raw(path: Path) -> None:
    """90 articles of the language of the corpus and 24 of a snapshot's, a row each."""
    write_documents(path, [document.bare() for document in (*documents(24), *documents(90, seed=7)[24:])])


def test_tables_are_made_once_without_what_is_scored_on_and_a_training_reads_them(place: Path) -> None:
    command = ("pretrain", "input=raw.jsonl", "output=tables", "snapshot=snap", *VECTORS)
    done = naba(*command, cwd=place)
    assert done.code == 0, done.err
    assert "near-duplicates of dev or test" in done.err
    record = json.loads((place / "tables" / "pretraining.json").read_text(encoding="utf-8"))
    assert record["left_out"] == {"near-duplicates of dev or test": 8}
    assert sum(record["articles"].values()) == 82
    assert "finished already" in naba(*command, cwd=place).err
    assert sorted(path.name for path in place.glob(".*")) == []
    trained = naba("train", "snapshot=snap", "name=read", *TINY, "fit.epochs=1", "encoder.tables=tables", cwd=place)
    assert trained.code == 0, trained.err
    assert "may have been made of" not in trained.err
    run = json.loads((place / "outputs" / "read" / "run.json").read_text(encoding="utf-8"))
    assert len(run["record"]["tables"]) == 64
    moved = (place / "tables").rename(place / "elsewhere")
    write_documents(place / "bare.jsonl", [document.bare() for document in documents(3)])
    predicted = naba("predict", "model=outputs/read/model", "input=bare.jsonl", "output=marked.jsonl", cwd=place)
    assert predicted.code == 0, predicted.err
    moved.rename(place / "tables")


def test_tables_that_may_hold_what_is_scored_on_are_said(place: Path) -> None:
    assert naba("pretrain", "input=raw.jsonl", "output=unchecked", *VECTORS, cwd=place).code == 0
    trained = naba("train", "snapshot=snap", "name=un", *TINY, "fit.epochs=1", "encoder.tables=unchecked", cwd=place)
    assert "unchecked may have been made of dev or test articles" in trained.err


def test_a_killed_pretraining_of_a_checkpoint_goes_on_to_the_same_weights(place: Path) -> None:
    command = ("pretrain", "input=raw.jsonl", *MASKED)
    whole = naba(*command, "output=whole", cwd=place)
    assert whole.code == 0, whole.err
    assert "loss of a masked token" in whole.err
    kill_after_a_checkpoint(place, (*command, "output=broken"))
    assert not (place / "broken").exists()
    resumed = naba(*command, "output=broken", cwd=place)
    assert resumed.code == 0, resumed.err
    assert "going on from" in resumed.err
    files = [place / name / "model.safetensors" for name in ("whole", "broken")]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert not list(place.glob(".*"))
    trained = naba(
        *("train", "snapshot=snap", "output=further", "experiment=hub", "encoder.name=broken", "tracking=off"),
        *("model.hidden_size=24", "model.head_size=8", "model.max_width=4", "fit.epochs=1", "fit.threads=1"),
        *("fit.device=cpu", "encoder.reader=16", "encoder.learns=frozen", "encoder.tables=tables"),
        cwd=place,
    )
    assert trained.code == 0, trained.err


def kill_after_a_checkpoint(folder: Path, command: tuple[str, ...]) -> None:
    deadline = time.monotonic() + 120
    with process(*command, cwd=folder) as running:
        while time.monotonic() < deadline and running.poll() is None:
            if list(folder.glob(".broken.pretraining/checkpoints/checkpoint-*/trainer_state.json")):
                break
            time.sleep(0.002)
        running.kill()
    assert running.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("input=nowhere",), "input=nowhere: does not exist; name a folder of raw articles"),
        (("input=empty",), "no raw article is left to learn from (1 not readable; the first: empty: holds no .txt"),
        (("input=persian.txt",), "no raw article is left to learn from (1 not readable; the first: persian.txt: is in"),
        (("input=few.jsonl", "languages=[he]"), "no raw article is left to learn from (1 in ar)"),
        (("input=few.jsonl",), "the raw articles have 13 words; vectors take at least 1,000"),
        (("input=raw.jsonl", "output=snap"), "snap: exists and holds no pretraining; choose another output"),
        (("input=raw.jsonl", "vectors.windows=[]"), "vectors.windows: must be numbers of words, at least 1"),
        (("input=raw.jsonl", "languages=[en]"), "languages[0]: must be one of he, ar, not 'en'"),
        (("input=raw.jsonl", "snapshot=nowhere"), "nowhere"),
        (("input=few.jsonl", *MASKED, "encoder.window=60"), "the raw articles have"),
        (("input=raw.jsonl", *MASKED, "encoder.scripts=[Xxxx]"), "encoder.scripts"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_left(
    arguments: tuple[str, ...], message: str, place: Path
) -> None:
    (place / "empty").mkdir(exist_ok=True)
    text = "این یک متن فارسی است که در آن دربارهٔ رویدادهای دیروز گزارش می‌شود و می‌گوید که چه گفته شده است. " * 4
    (place / "persian.txt").write_text(text, encoding="utf-8")
    write_documents(place / "few.jsonl", [documents(1)[0].bare()])
    before = {path.name for path in place.iterdir()}
    done = naba("pretrain", "output=new", *VECTORS, *arguments, cwd=place)
    assert done.code == 2
    assert message in done.err
    assert sum(not line.startswith("learning from") for line in done.err.splitlines()) == 1, done.err
    assert {path.name for path in place.iterdir()} == before


def test_another_pretraining_does_not_take_an_output_that_is_there(place: Path) -> None:
    assert naba("pretrain", "input=raw.jsonl", "output=mine", *VECTORS, cwd=place).code == 0
    other = naba("pretrain", "input=raw.jsonl", "output=mine", *VECTORS, "seed=2", cwd=place)
    assert other.code == 2
    assert "was pretrained with other settings or articles; choose another output" in other.err


def test_without_gensim_the_command_to_install_it_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gensim", None)
    done = naba("pretrain", "input=raw.jsonl", "output=new", cwd=place)
    assert done.code == 2
    assert "pip install 'naba[pretrain]'" in done.err
